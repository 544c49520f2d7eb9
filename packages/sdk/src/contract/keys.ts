export type KeyRole = 'agent' | 'owner' | 'recovery';

export type KeyState = 'generating' | 'active' | 'rotation_pending' | 'suspended' | 'revoked' | 'destroyed' | 'failed';

export type KeyNotice = 'none' | 'due_soon' | 'overdue' | 'called_for';

export type RotationReason = 'due' | 'failures_in_a_row' | 'anomaly' | 'violation_attempts' | 'manual' | 'lost';

/** GET /v1/wallets/{wallet}/keys: every key that the wallet has or had, newest first. */
export interface KeyView {
  readonly id: string;
  readonly wallet: string;
  readonly role: KeyRole;
  readonly address: string;
  readonly state: KeyState;
  /** Whether another one should take its place. */
  readonly notice: KeyNotice;
  /** Why, before its time. */
  readonly reason: RotationReason | null;
  readonly createdAt: string;
  /** Since when the chain knows it. */
  readonly activatedAt: string | null;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
}

/** POST /v1/wallets/{wallet}/rotate-agent-key (operator) answers ApprovalView. `lost`: the signer no longer has the key. */
export interface RotateAgentKey {
  readonly reason?: 'manual' | 'anomaly' | 'lost' | undefined;
}

/** POST /v1/wallets/{wallet}/replace-owner-key (operator) answers ApprovalView. */
export interface ReplaceOwnerKey {
  readonly owner: string;
  /** `recovery`: the owner key is lost, and the recovery key, which is config authority by then, consents instead. `owner` when absent. */
  readonly consentOf?: 'owner' | 'recovery' | undefined;
}

// POST /v1/wallets/{wallet}/revoke-agent-key (operator) answers ApprovalView.
/** GET /v1/wallets/{wallet}/agent-backup (operator): the sealed key file; useless without the keystore's passphrase. */
export interface AgentBackup {
  readonly wallet: string;
  readonly agent: string;
  /** Base64. */
  readonly backup: string;
}

/** POST /v1/wallets/{wallet}/restore-agent-key (operator). */
export interface RestoreAgentKey {
  readonly backup: string;
}

export interface RestoredAgentKey {
  readonly wallet: string;
  readonly agent: string;
}
