import type { Address, Bounds, WalletId } from '@countersign/core';
import { NotCommitted } from '../keystore/file-change.ts';
import type { PinnedWallet } from '../keystore/key-file.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { KeystoreWallet } from '../keystore/open-wallet.ts';
import type { SigningKey } from '../keystore/signing-key.ts';
import type { WalletState } from '../keystore/state-file.ts';
import type { Vacancy } from '../keystore/vacancy-file.ts';
import type { RateCounter } from './accounting/rate-counter.ts';
import type { ReceiptLog } from './accounting/receipt-log.ts';
import type { WalletLedger } from './accounting/wallet-ledger.ts';
import { Refused } from './refusal.ts';
import type { SignerClock } from './signer-clock.ts';

/** What a live key needs beside itself. */
export interface LiveKey {
  readonly key: SigningKey;
  readonly ledger: WalletLedger;
  readonly log: ReceiptLog;
}

/** A wallet without a key, with what its destroyed key had signed. */
export interface VacantKey {
  readonly vacancy: Vacancy;
  readonly ledger: WalletLedger;
}

/** One wallet in memory. What it holds is replaced, never changed in place. Either `live` or `vacant` is there. */
export interface WalletSession {
  wallet: PinnedWallet;
  live: LiveKey | null;
  vacant: VacantKey | null;
  /** The key that shall take the agent key's place; it signs nothing. */
  next: SigningKey | null;
  state: WalletState;
  /** Counts suspensions, so that a resume in flight cannot undo one that came later. */
  suspensions: number;
  /** Its keys are being changed: nothing is signed or counted. Stays when a change failed in a way that only a new start can judge. */
  changing: boolean;
  readonly vault: Address;
  readonly createKey: Address;
}

export interface SignerLimits {
  /** Fee-account signatures per minute, all wallets together. */
  readonly feeSignaturesPerMinute: number;
  /** Messages per minute in which the fee account pays rent, all wallets together; each nonce account counts as one. */
  readonly rentMessagesPerMinute: number;
}

export interface SignerState {
  readonly keystore: Keystore;
  readonly clock: SignerClock;
  readonly limits: SignerLimits;
  readonly feeRate: RateCounter;
  readonly rentRate: RateCounter;
  readonly sessions: Map<WalletId, WalletSession>;
  /** Runs changes of one wallet one after the other. */
  exclusively<T>(walletId: WalletId, work: () => Promise<T>): Promise<T>;
  addSession(opened: KeystoreWallet): Promise<WalletSession>;
}

export function sessionOf(state: SignerState, walletId: WalletId): WalletSession {
  const session = state.sessions.get(walletId);
  if (!session) throw new Refused('unknown_wallet', 'there is no key for this wallet');
  return session;
}

export function liveSession(state: SignerState, walletId: WalletId): { readonly session: WalletSession; readonly live: LiveKey } {
  const session = sessionOf(state, walletId);
  if (!session.live) throw new Refused('unknown_wallet', 'the key of this wallet was destroyed or lost');
  return { session, live: session.live };
}

export function assertNotChanging(session: WalletSession): void {
  if (session.changing) throw new Refused('locked', 'the key of this wallet is being changed');
}

/** The bounds under which the wallet may sign now. INVARIANT I7: a suspended wallet signs nothing. */
export function activeBounds(session: WalletSession): Bounds {
  assertHasKey(session);
  if (session.state.suspendedAtMs !== null) throw new Refused('suspended', 'the wallet is suspended');
  return installedBounds(session);
}

/** The bounds of a wallet, suspended or not: for stepping back, which only takes rights away. */
export function installedBounds(session: WalletSession): Bounds {
  assertHasKey(session);
  if (!session.state.installed) throw new Refused('no_bounds', 'no owner-signed bounds are installed');
  return session.state.installed.bounds;
}

function assertHasKey(session: WalletSession): void {
  if (!session.live) throw new Refused('unknown_wallet', 'the key of this wallet was destroyed or lost');
  assertNotChanging(session);
}

/** Writes what must survive a restart, wherever this wallet keeps it. */
export async function storeState({ keystore }: SignerState, session: WalletSession, state: WalletState): Promise<void> {
  assertNotChanging(session);
  if (session.live) await keystore.saveState(session.wallet, session.live.key, state);
  else if (session.vacant) await keystore.saveVacancy(session.wallet, session.vacant.vacancy, state);
}

/**
 * Holds signing and counting still while `work` changes the wallet's keys. When it is known that nothing was changed they go on; otherwise the wallet
 * stays locked, since only the files can tell.
 */
export async function whileChanging<T>(session: WalletSession, work: () => Promise<T>): Promise<T> {
  assertNotChanging(session);
  session.changing = true;
  try {
    const done = await work();
    session.changing = false;
    return done;
  } catch (error) {
    if (error instanceof NotCommitted) session.changing = false;
    throw error;
  }
}
