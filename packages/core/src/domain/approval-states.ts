/**
 * What the owner is asked to consent to. `create_wallet`, `install_policy` and `unfreeze` carry a statement; `create_wallet`,
 * `install_policy` and `approve_payment` carry transactions that the owner signs.
 */
export type ApprovalKind = 'create_wallet' | 'install_policy' | 'approve_payment' | 'unfreeze';

/** `executing`: the owner consented and the chain is being waited for. `void`: what it asked about no longer stands. */
export type ApprovalState = 'waiting' | 'executing' | 'done' | 'failed' | 'rejected' | 'expired' | 'void';

/** Every legal move; the database refuses all others (migration: approval_moves). */
export const APPROVAL_MOVES: { readonly [From in ApprovalState]: readonly ApprovalState[] } = {
  waiting: ['executing', 'done', 'rejected', 'expired', 'void'],
  // Back to waiting when the signed transaction provably cannot land: the owner signs a fresh one.
  executing: ['done', 'failed', 'waiting', 'void'],
  done: [],
  failed: [],
  rejected: [],
  expired: [],
  void: [],
};

export const APPROVAL_STATES: readonly ApprovalState[] = Object.keys(APPROVAL_MOVES) as ApprovalState[];
