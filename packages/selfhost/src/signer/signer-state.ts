import type { Address, Bounds, WalletId } from '@countersign/core';
import type { PinnedWallet } from '../keystore/key-file.ts';
import type { Keystore } from '../keystore/open-keystore.ts';
import type { SigningKey } from '../keystore/signing-key.ts';
import type { WalletState } from '../keystore/state-file.ts';
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

/** One wallet in memory. `state` is replaced, never changed in place. */
export interface WalletSession {
  readonly wallet: PinnedWallet;
  /** `null` after the key was destroyed. */
  live: LiveKey | null;
  state: WalletState;
  /** Counts suspensions, so that a resume in flight cannot undo one that came later. */
  suspensions: number;
  readonly vault: Address;
  readonly createKey: Address;
}

export interface SignerLimits {
  /** Fee-account signatures per minute, all wallets together. */
  readonly feeSignaturesPerMinute: number;
  /** Messages per minute in which the fee account pays rent, all wallets together. */
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
  addSession(wallet: PinnedWallet, key: SigningKey, state: WalletState): Promise<WalletSession>;
}

export function sessionOf(state: SignerState, walletId: WalletId): WalletSession {
  const session = state.sessions.get(walletId);
  if (!session) throw new Refused('unknown_wallet', 'there is no key for this wallet');
  return session;
}

export function liveSession(state: SignerState, walletId: WalletId): { readonly session: WalletSession; readonly live: LiveKey } {
  const session = sessionOf(state, walletId);
  if (!session.live) throw new Refused('unknown_wallet', 'the key of this wallet was destroyed');
  return { session, live: session.live };
}

/** The bounds under which the wallet may sign now. INVARIANT I7: a suspended wallet signs nothing. */
export function activeBounds(session: WalletSession): Bounds {
  if (!session.live) throw new Refused('unknown_wallet', 'the key of this wallet was destroyed');
  if (session.state.suspendedAtMs !== null) throw new Refused('suspended', 'the wallet is suspended');
  if (!session.state.installed) throw new Refused('no_bounds', 'no owner-signed bounds are installed');
  return session.state.installed.bounds;
}
