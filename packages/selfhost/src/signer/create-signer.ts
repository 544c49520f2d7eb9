import type { WalletId } from '@countersign/core';
import type { Keystore } from '../keystore/keystore.ts';
import type { KeystoreWallet } from '../keystore/open-wallet.ts';
import { createRateCounter } from './accounting/rate-counter.ts';
import { openSession } from './open-session.ts';
import { OPERATIONS } from './operations/operations.ts';
import { Refused } from './refusal.ts';
import type { SignerClock } from './signer-clock.ts';
import type { SignerLimits, SignerState, WalletSession } from './signer-state.ts';
import type { Fields } from './wire/fields.ts';

/** The signer without its wire: one operation in, one answer out. Refusals are thrown as `Refused`. */
export interface Signer {
  handle(operation: string, fields: Fields): Promise<object>;
  close(): Promise<void>;
}

/** Takes over an unlocked keystore and closes it at the end. Rejects with `KeyFileError` when a receipt log is not in order. */
export async function createSigner(input: {
  readonly keystore: Keystore;
  readonly clock: SignerClock;
  readonly limits: SignerLimits;
}): Promise<Signer> {
  const { keystore, clock, limits } = input;
  const sessions = new Map<WalletId, WalletSession>();
  const queues = new Map<WalletId, Promise<unknown>>();
  const addSession = async (opened: KeystoreWallet): Promise<WalletSession> => {
    const session = await openSession(keystore, clock, opened);
    sessions.set(opened.wallet.walletId, session);
    return session;
  };
  const state: SignerState = {
    keystore,
    clock,
    limits,
    feeRate: createRateCounter([]),
    rentRate: createRateCounter([]),
    sessions,
    addSession,
    exclusively: (walletId, work) => {
      const turn = (queues.get(walletId) ?? Promise.resolve()).then(work, work);
      queues.set(
        walletId,
        turn.catch(() => null),
      );
      return turn;
    },
  };
  const close = async (): Promise<void> => {
    await Promise.all(queues.values());
    for (const { live } of sessions.values()) await live?.log.close();
    await keystore.close();
  };
  try {
    for (const opened of keystore.wallets) await addSession(opened);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    handle: async (name, fields) => {
      const operation = OPERATIONS.get(name);
      if (!operation) throw new Refused('malformed', 'the operation is not known');
      return operation(state, fields);
    },
    close,
  };
}
