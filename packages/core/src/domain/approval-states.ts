/**
 * What the owner is asked to consent to. A statement is carried by all but `approve_payment` of a countersigned request, `arm_lockdown` and
 * `make_recovery_kit`; transactions that the owner signs by all but `unfreeze` and `approve_payment` of a delayed request.
 */
export type ApprovalKind =
  | 'create_wallet'
  | 'install_policy'
  | 'approve_payment'
  | 'unfreeze'
  /** A new agent key takes the place of the old one: limits, members and bounds change together. */
  | 'rotate_agent_key'
  /** A new owner key takes the place of the old one; the old one (or the recovery key) and the new one sign. */
  | 'replace_owner_key'
  /** The agent's limits leave the chain for good and its key is destroyed; the wallet stays frozen. */
  | 'revoke_agent_key'
  /** Pre-signs the removal of the agent's limits over durable nonces. */
  | 'arm_lockdown'
  /** Pre-signs the hand-over of the config authority to the recovery key over a durable nonce. */
  | 'make_recovery_kit';

/** Kinds whose transactions change the wallet's settings on chain, and which end in a read-back at finalized (INVARIANT I8). */
export const SETTING_KINDS: readonly ApprovalKind[] = [
  'create_wallet',
  'install_policy',
  'rotate_agent_key',
  'replace_owner_key',
  'revoke_agent_key',
];

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
