import type { Address } from './address.ts';
import type { ApprovalId, KitId, WalletId } from './ids.ts';

/**
 * A transaction that the owner signed ahead of need, over a durable nonce of its own. `lockdown` removes spending limits of the agent and does
 * nothing else; `recovery` hands the config authority to the recovery key and does nothing else. docs/spec/kits.md.
 */
export type KitPurpose = 'lockdown' | 'recovery';

/**
 * `waiting`: made, the owner has not signed. `armed`: signed, good until the nonce moves. `called`: a lockdown was called for, and this may be
 * what carries it out. `sent`: on its way; signed bytes are persisted.
 * `used`: landed, and the chain, read back at finalized, says so. `stale`: what it would do no longer fits (limits or keys changed, the nonce moved).
 * `void`: was never signed. `handed_out`: given to the owner and not kept (recovery).
 */
export type KitState = 'waiting' | 'armed' | 'called' | 'sent' | 'used' | 'stale' | 'void' | 'handed_out';

/** Every legal move; the database refuses all others (migration: kit_moves). */
export const KIT_MOVES: { readonly [From in KitState]: readonly KitState[] } = {
  waiting: ['armed', 'handed_out', 'void'],
  armed: ['called', 'stale'],
  // Back to armed when the owner unfreezes before it was sent.
  called: ['sent', 'armed', 'stale'],
  sent: ['used', 'stale'],
  used: [],
  stale: [],
  void: [],
  handed_out: ['stale'],
};
export const KIT_STATES: readonly KitState[] = Object.keys(KIT_MOVES) as KitState[];
/** States in which a kit can still do what it was made for. */
export const LIVE_KIT_STATES: readonly KitState[] = ['armed', 'called', 'sent', 'handed_out'];

/** One pre-signed transaction. A lockdown has one over all limits and, where there are several, one for each. */
export interface Kit {
  readonly id: KitId;
  readonly walletId: WalletId;
  readonly approvalId: ApprovalId;
  readonly purpose: KitPurpose;
  /** Position among the transactions of one approval, from 0. */
  readonly part: number;
  readonly state: KitState;
  readonly nonceAccount: Address;
  /** The nonce's value in the message's place for a blockhash, base58. */
  readonly nonce: string;
  /** The spending limits that it removes; none for `recovery`. */
  readonly limits: readonly Address[];
  /** The exact message; it lacks the fee payer's signature, without which nobody can land it. */
  readonly message: Uint8Array;
  /** The owner's signature, sealed by the signer (`sealBytes`); `null` unless `armed` or later. */
  readonly sealedSignature: Uint8Array | null;
  /** Completely signed bytes, persisted before they are sent (INVARIANT I2); `null` before `sent`. */
  readonly wire: Uint8Array | null;
  readonly signature: string | null;
  readonly problem: string | null;
  readonly createdAtMs: number;
}

/** The approval in which the owner signs kits of a purpose. */
export const KIT_APPROVAL: { readonly [Purpose in KitPurpose]: 'arm_lockdown' | 'make_recovery_kit' } = {
  lockdown: 'arm_lockdown',
  recovery: 'make_recovery_kit',
};

/**
 * The transactions of one arming, each by the limits that it removes: one over all of them and, where there are several, one for each, since a
 * transaction that names a limit that is gone already fails as a whole. A hand-over removes none.
 */
export function kitParts(purpose: KitPurpose, limits: readonly Address[]): readonly (readonly Address[])[] {
  if (purpose === 'recovery') return [[]];
  if (limits.length === 0) return [];
  return limits.length === 1 ? [limits] : [limits, ...limits.map((limit) => [limit])];
}

/** Whether these kits, together, take all of these limits away. */
export function coversAll(kits: readonly Pick<Kit, 'limits'>[], limits: readonly Address[]): boolean {
  const covered = new Set(kits.flatMap((kit) => kit.limits));
  return limits.every((limit) => covered.has(limit));
}
