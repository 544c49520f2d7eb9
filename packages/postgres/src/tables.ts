import type {
  Address,
  ApprovalId,
  ApprovalKind,
  ApprovalState,
  AssetId,
  AttemptId,
  AttemptState,
  AuditChain,
  AuditDetails,
  CredentialId,
  KeyId,
  KeyRole,
  KeyState,
  KitId,
  KitPurpose,
  KitState,
  LookupPin,
  PolicyState,
  PreparedApproval,
  RequestId,
  RequestState,
  Role,
  RotationReason,
  Route,
  Sha256Hex,
  WalletChange,
  WalletId,
  WalletState,
} from '@countersign/core';
import type { DecisionJson } from './stores/decision-json.ts';
import type { HoldingJson } from './stores/holding-json.ts';
import type { LimitJson } from './stores/limit-json.ts';

/** Rows as they are read: numeric is bigint, int8 number, bytea Uint8Array, json its value. migrations/*.sql has the constraints. */
export interface WalletRow {
  readonly id: WalletId;
  readonly name: string;
  readonly state: WalletState;
  readonly multisig: Address;
  readonly vault: Address;
  readonly owner_address: Address;
  readonly agent_address: Address;
  readonly create_key: Address;
  readonly fee_account: Address;
  readonly recovery_address: Address | null;
  readonly policy_revision: number | null;
  readonly time_lock_seconds: number;
  readonly frozen_reason: string | null;
  readonly rekeying_by: ApprovalId | null;
  readonly created_at_ms: number;
  readonly last_decision_at_ms: number;
}

export interface PolicyRow {
  readonly wallet_id: WalletId;
  readonly revision: number;
  readonly state: PolicyState;
  readonly text: string;
  readonly policy_sha256: string;
  readonly bounds: Uint8Array;
  readonly bounds_sha256: string;
  readonly limits: readonly LimitJson[];
  readonly created_at_ms: number;
  readonly activated_at_ms: number | null;
}

export interface TighteningRow {
  readonly number: number;
  readonly text: string;
  readonly policy_sha256: string;
  readonly actor: string;
  readonly at_ms: number;
}

export interface CredentialRow {
  readonly id: CredentialId;
  readonly role: Role;
  readonly wallet_id: WalletId | null;
  readonly owner_address: Address | null;
  readonly label: string;
  readonly hash: Uint8Array;
  readonly created_at_ms: number;
  readonly revoked_at_ms: number | null;
  readonly expires_at_ms: number | null;
}

export interface RequestRow {
  readonly id: RequestId;
  readonly wallet_id: WalletId;
  readonly credential_id: CredentialId;
  readonly state: RequestState;
  readonly asset: AssetId | null;
  readonly amount: bigint | null;
  readonly recipient: Address | null;
  readonly memo: string | null;
  readonly call_message: Uint8Array | null;
  readonly call_pins: readonly LookupPin[] | null;
  readonly effects: readonly string[];
  readonly route: Route | null;
  readonly decision: DecisionJson;
  readonly intent: Uint8Array | null;
  readonly signature: string | null;
  readonly problem: string | null;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
}

export interface ApprovalRow {
  readonly id: ApprovalId;
  readonly wallet_id: WalletId;
  readonly kind: ApprovalKind;
  readonly state: ApprovalState;
  readonly request_id: RequestId | null;
  readonly policy_revision: number | null;
  readonly change: WalletChange | null;
  readonly prepared: PreparedApproval | null;
  readonly problem: string | null;
  readonly created_at_ms: number;
  readonly expires_at_ms: number;
  readonly releases_at_ms: number | null;
}

export interface AttemptRow {
  readonly id: AttemptId;
  readonly wallet_id: WalletId;
  readonly request_id: RequestId | null;
  readonly approval_id: ApprovalId | null;
  readonly step: number;
  readonly state: AttemptState;
  readonly message: Uint8Array;
  readonly last_valid_block_height: bigint;
  readonly wire: Uint8Array | null;
  readonly signature: string | null;
  readonly holding: HoldingJson | null;
  readonly problem: string | null;
  readonly created_at_ms: number;
}

export interface KeyRow {
  readonly id: KeyId;
  readonly wallet_id: WalletId;
  readonly role: KeyRole;
  readonly address: Address;
  readonly state: KeyState;
  readonly created_at_ms: number;
  readonly activated_at_ms: number | null;
  readonly due_at_ms: number | null;
  readonly rotation_reason: RotationReason | null;
  readonly ended_at_ms: number | null;
}

export interface KitRow {
  readonly id: KitId;
  readonly wallet_id: WalletId;
  readonly approval_id: ApprovalId;
  readonly purpose: KitPurpose;
  readonly part: number;
  readonly state: KitState;
  readonly nonce_account: Address;
  readonly nonce: string;
  readonly limits: readonly Address[];
  readonly message: Uint8Array;
  readonly sealed_signature: Uint8Array | null;
  readonly wire: Uint8Array | null;
  readonly signature: string | null;
  readonly problem: string | null;
  readonly created_at_ms: number;
}

export interface AuditEntryRow {
  readonly chain: AuditChain;
  readonly sequence: number;
  readonly at_ms: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: AuditDetails;
  readonly previous_hash: Sha256Hex;
  readonly hash: Sha256Hex;
}

/** The tables that are queried with filters chosen at run time. */
export interface Tables {
  readonly wallets: WalletRow;
  readonly credentials: CredentialRow;
  readonly transaction_requests: RequestRow;
  readonly approvals: ApprovalRow;
  readonly audit_entries: AuditEntryRow;
}
