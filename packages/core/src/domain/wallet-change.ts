import type { Address } from './address.ts';
import type { ApprovalKind } from './approval-states.ts';
import type { RotationReason } from './key-states.ts';
import type { Wallet, WalletRoles } from './wallet.ts';

/**
 * What an approval changes about a wallet's keys besides its policy. The wallet's record takes the new addresses in the transaction that brings
 * the revision into force, after the read-back at finalized (INVARIANT I8).
 */
export interface WalletChange {
  /** The new agent key, and why; `null`: stays. */
  readonly agent: Address | null;
  /** The new owner key; `null`: stays. */
  readonly owner: Address | null;
  /** The recovery key from then on. */
  readonly recovery: Address | null;
  /** The fee account from then on; another one only where the old one's key was lost. */
  readonly feeAccount: Address;
  /** Whose consent it takes: the owner's, or the recovery key's where the owner key is lost. */
  readonly consentOf: 'owner' | 'recovery';
  readonly reason: RotationReason | null;
}

/** Kinds that take a right from a key. While one of them is carried out nothing new is signed for the wallet (`rekeyingBy`). */
export const REKEYING_KINDS: readonly ApprovalKind[] = ['rotate_agent_key', 'replace_owner_key', 'revoke_agent_key'];

export function rolesOf({ owner, agent, feeAccount, recovery }: Wallet): WalletRoles {
  return { owner, agent, feeAccount, recovery };
}

/** A change of nothing, to name what does change beside it. */
export function noChange({ recovery, feeAccount }: Wallet): WalletChange {
  return { agent: null, owner: null, recovery, feeAccount, consentOf: 'owner', reason: null };
}

/** The wallet as it shall be after the change. */
export function changed(wallet: Wallet, change: WalletChange | null): Wallet {
  if (change === null) return wallet;
  const { agent, owner, recovery, feeAccount } = change;
  return { ...wallet, agent: agent ?? wallet.agent, owner: owner ?? wallet.owner, recovery, feeAccount };
}

/** The key whose signature an approval takes; `null` where it is the recovery key's and the wallet has none. */
export function consentKeyOf({ owner, recovery }: Wallet, change: WalletChange | null): Address | null {
  return change?.consentOf === 'recovery' ? recovery : owner;
}
