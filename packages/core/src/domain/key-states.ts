import type { Address } from './address.ts';
import type { KeyId, WalletId } from './ids.ts';

/**
 * The states of a wallet's key. `generating`: made by its holder, not on chain yet. `active`: a member of the multisig. `rotation_pending`: still
 * active, another one shall take its place. `suspended`: the wallet is frozen. `revoked`: the chain, read back at finalized, gives it no right any
 * more. `destroyed`: its holder has wiped it, after that proof. `failed`: never came into use.
 */
export type KeyState = 'generating' | 'active' | 'rotation_pending' | 'suspended' | 'revoked' | 'destroyed' | 'failed';

/** Every legal move; the database refuses all others (migration: key_moves). */
export const KEY_MOVES: { readonly [From in KeyState]: readonly KeyState[] } = {
  generating: ['active', 'failed'],
  active: ['rotation_pending', 'suspended', 'revoked'],
  rotation_pending: ['active', 'suspended', 'revoked'],
  suspended: ['active', 'rotation_pending', 'revoked'],
  revoked: ['destroyed'],
  destroyed: [],
  failed: [],
};
export const KEY_STATES: readonly KeyState[] = Object.keys(KEY_MOVES) as KeyState[];
/** States in which the chain knows the key. A wallet has one agent key and one owner key in these at a time. */
export const LIVE_KEY_STATES: readonly KeyState[] = ['active', 'rotation_pending', 'suspended'];

/** Whose signature it makes. A recovery key is never a member; it may become one by taking the owner key's place. */
export type KeyRole = 'agent' | 'owner' | 'recovery';

const DAY_MS = 86_400_000;
/** How long a key serves before another should take its place, milliseconds; `null` for ever. */
export const KEY_LIFETIME_MS: { readonly [Role in KeyRole]: number | null } = {
  agent: 90 * DAY_MS,
  owner: 365 * DAY_MS,
  recovery: null,
};
/** From how long before its due moment a key is reminded of, milliseconds. */
export const KEY_REMINDER_MS: number = 14 * DAY_MS;

/** Why a key should be replaced before its time. */
export type RotationReason = 'due' | 'failures_in_a_row' | 'anomaly' | 'violation_attempts' | 'manual' | 'lost';
export const ROTATION_REASONS: readonly RotationReason[] = ['due', 'failures_in_a_row', 'anomaly', 'violation_attempts', 'manual', 'lost'];

/** A key of a wallet: what is known of it, never the key itself (INVARIANT I9). */
export interface WalletKey {
  readonly id: KeyId;
  readonly walletId: WalletId;
  readonly role: KeyRole;
  readonly address: Address;
  readonly state: KeyState;
  readonly createdAtMs: number;
  /** Since when the chain knows it; `null` before. */
  readonly activatedAtMs: number | null;
  /** When another should have taken its place; `null` where none has to. */
  readonly dueAtMs: number | null;
  /** Why it should be replaced; `null` while nothing asks for it. */
  readonly rotationReason: RotationReason | null;
  /** When it lost its last right on chain, or was given up. */
  readonly endedAtMs: number | null;
}

/** `due_soon` from a fortnight before, `overdue` afterwards, `called_for` where something happened. */
export type KeyNotice = 'none' | 'due_soon' | 'overdue' | 'called_for';

export function keyNotice({ state, dueAtMs, rotationReason }: WalletKey, nowMs: number): KeyNotice {
  if (!LIVE_KEY_STATES.includes(state)) return 'none';
  if (rotationReason !== null && rotationReason !== 'due') return 'called_for';
  if (dueAtMs === null || nowMs < dueAtMs - KEY_REMINDER_MS) return 'none';
  return nowMs < dueAtMs ? 'due_soon' : 'overdue';
}
