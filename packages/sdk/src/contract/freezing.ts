import type { AuditEntryView } from './audit.ts';
import type { KeyView } from './keys.ts';
import type { KitView } from './kits.ts';
import type { WalletView } from './wallets.ts';

/**
 * POST /v1/wallets/{wallet}/freeze (operator, agent of the wallet; or anyone who has a `freeze` statement of the owner and its signature, without
 * a credential).
 */
export interface Freeze {
  readonly reason?: string | undefined;
  readonly statement?: string | undefined;
  readonly signature?: string | undefined;
}

export interface FrozenView {
  readonly wallet: WalletView;
  readonly mayStillLand: readonly SignedBytesView[];
  readonly signerProblem: string | null;
}

/** Bytes that were signed: of a transaction of the agent, or of a change of the wallet (`transaction` is `null`). */
export interface SignedBytesView {
  readonly transaction: string | null;
  readonly signature: string | null;
  readonly state: string;
}

/** GET /v1/wallets/{wallet}/changes-since-freeze (operator, owner): for looking at before unfreezing. */
export interface ChangesSinceFreezeView {
  readonly frozenAt: string;
  readonly reason: string;
  /** A credential's id, `owner:<address>`, or `service`. */
  readonly by: string;
  /** What happened since, oldest first. */
  readonly entries: readonly AuditEntryView[];
  /** Whether there are older ones since the freeze than those given. */
  readonly hasMore: boolean;
  /** How the chain differs now from the policy in force; `null` when it cannot be asked. */
  readonly differencesOnChain: readonly string[] | null;
  /** What the watcher saw differ when it looked last, accounts and transactions of the vault too: what unfreezing accepts. */
  readonly seenByWatcher: readonly string[];
  readonly ended: readonly SignedBytesView[];
  readonly mayStillLand: readonly SignedBytesView[];
  /** The agent's limits were taken off the chain by a lockdown since. */
  readonly lockedDown: boolean;
  readonly keys: readonly KeyView[];
  readonly kits: readonly KitView[];
}

/** POST /v1/wallets/{wallet}/lockdown (operator): frozen at once, and the agent's limits leave the chain with what the owner signed ahead of need. */
export interface LockDown {
  readonly reason?: string | undefined;
}

export interface LockedDown {
  readonly frozen: FrozenView;
  /** What goes to the chain; empty where the owner never armed a lockdown: the wallet is frozen, and its limits stay on chain. */
  readonly armed: readonly KitView[];
}

// POST /v1/wallets/{wallet}/unfreeze (operator) answers ApprovalView, kind unfreeze.
// POST /v1/wallets/{wallet}/transactions/{id}/cancel (agent, operator) answers TransactionView.
