export type KitPurpose = 'lockdown' | 'recovery';

export type KitState = 'waiting' | 'armed' | 'called' | 'sent' | 'used' | 'stale' | 'void' | 'handed_out';

/** A transaction that the owner signed ahead of need, over a durable nonce of its own. */
export interface KitView {
  readonly id: string;
  readonly wallet: string;
  readonly approval: string;
  readonly purpose: KitPurpose;
  readonly part: number;
  readonly state: KitState;
  readonly nonceAccount: string;
  readonly limits: readonly string[];
  /** Of the transaction, once it is on its way. */
  readonly signature: string | null;
  readonly problem: string | null;
  readonly createdAt: string;
}

/** GET /v1/wallets/{wallet}/kits, newest first. */
export interface KitsView {
  readonly items: readonly KitView[];
  /** What is missing or no longer fits, one sentence each. */
  readonly warnings: readonly string[];
}

/** POST /v1/wallets/{wallet}/kits (operator) answers ApprovalView. */
export interface MakeKits {
  readonly purpose: KitPurpose;
}
