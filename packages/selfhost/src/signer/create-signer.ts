import type { WalletId } from '@countersign/core';
import type { PinnedWallet } from '../keystore/key-file.ts';
import { KeyFileError } from '../keystore/key-file-problem.ts';
import type { Keystore } from '../keystore/open-keystore.ts';
import type { SigningKey } from '../keystore/signing-key.ts';
import type { WalletState } from '../keystore/state-file.ts';
import { createRateCounter } from './accounting/rate-counter.ts';
import { openReceiptLog, RECEIPT_LOG_FILE } from './accounting/receipt-log.ts';
import { createWalletLedger } from './accounting/wallet-ledger.ts';
import { deriveVault } from './message/derive-address.ts';
import { createKeyOf } from './operations/create-key-address.ts';
import { OPERATIONS } from './operations/operations.ts';
import { Refused } from './refusal.ts';
import type { SignerClock } from './signer-clock.ts';
import type { LiveKey, SignerLimits, SignerState, WalletSession } from './signer-state.ts';
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
  const addSession = async (wallet: PinnedWallet, key: SigningKey | null, state: WalletState): Promise<WalletSession> => {
    const session: WalletSession = {
      wallet,
      live: key && (await openLiveKey(keystore, clock, wallet, key, state)),
      state,
      suspensions: 0,
      vault: deriveVault(wallet.multisig),
      createKey: createKeyOf(keystore, wallet.walletId),
    };
    sessions.set(wallet.walletId, session);
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
    for (const { wallet, key, state: walletState } of keystore.wallets) await addSession(wallet, key, walletState);
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

async function openLiveKey(
  keystore: Keystore,
  clock: SignerClock,
  wallet: PinnedWallet,
  key: SigningKey,
  state: WalletState,
): Promise<LiveKey> {
  const file = `${wallet.walletId}/${RECEIPT_LOG_FILE}`;
  const { log, receipts } = await openReceiptLog(keystore.pathOf(wallet.walletId, RECEIPT_LOG_FILE), file);
  const ledger = createWalletLedger(wallet.walletId, key);
  try {
    ledger.restore(receipts, clock.nowMs());
  } catch (error) {
    await log.close();
    if (error instanceof Refused) throw new KeyFileError('tampered', file, error.refusal.rule);
    throw error;
  }
  if (state.installed) ledger.setBounds(state.installed.bounds);
  return { key, ledger, log };
}
