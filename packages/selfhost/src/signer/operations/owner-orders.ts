import type { OwnerStatement } from '@countersign/core';
import { verifyOwnerStatement } from '../../keystore/owner-consent.ts';
import { Refused } from '../refusal.ts';
import type { SignerState, WalletSession } from '../signer-state.ts';
import type { Fields } from '../wire/fields.ts';
import type { InstallingOrder, Standing } from './installing-orders.ts';

export const MAX_STATEMENT_LENGTH = 4096;
const MAX_BOUNDS_BYTES = 48 * 1024;

export interface OwnerOrder {
  readonly statement: string;
  readonly ownerSignature: Uint8Array;
}

export function readOrder(fields: Fields): OwnerOrder {
  return { statement: fields.text('statement', MAX_STATEMENT_LENGTH), ownerSignature: fields.bytes('ownerSignature', 64) };
}

export function readInstallingOrder(fields: Fields): InstallingOrder {
  return { ...readOrder(fields), bytes: fields.bytesUpTo('bounds', MAX_BOUNDS_BYTES) };
}

export function standingOf({ keystore }: SignerState, session: WalletSession): Standing {
  const { wallet, live, vacant, next, state, createKey } = session;
  return {
    ...{ wallet, createKey },
    feeAccount: keystore.feeKey.address,
    live: live?.key.address ?? null,
    next: next?.address ?? null,
    installed: state.installed,
    restored: state.restored,
    lastRevision: vacant?.vacancy.revision ?? 0,
  };
}

/** The statement, when it is this wallet's owner's. Neither expiry nor nonce is judged here. */
export function verifyOrder(session: WalletSession, order: OwnerOrder): OwnerStatement {
  const verified = verifyOwnerStatement({ ...order, wallet: session.wallet });
  if (!verified.ok) throw new Refused(verified.error.code, verified.error.rule);
  return verified.value;
}

/**
 * INVARIANT I6: once, and not after its end. The end is held against the machine's wall clock: whoever can set that clock back can use
 * a signed statement late, but only once and only if it was never used.
 */
export function assertUsableOnce(state: SignerState, session: WalletSession, statement: OwnerStatement): void {
  if (session.state.usedNonces.includes(statement.nonce)) throw new Refused('bad_statement', 'was used before');
  if (statement.expiresAtMs <= state.clock.wallMs()) throw new Refused('bad_statement', 'has expired');
}
