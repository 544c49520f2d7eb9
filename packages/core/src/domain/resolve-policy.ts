import type { Address } from './address.ts';
import type { AgentPolicy, RecipientRule } from './agent-policy.ts';

export interface ResolvedRecipient extends RecipientRule {
  readonly address: Address;
}
/** A policy in which every recipient is an address. */
export interface ResolvedPolicy extends AgentPolicy {
  readonly recipients: readonly ResolvedRecipient[];
}

/**
 * Puts the owner's address where the policy says `owner`. An address that then stands twice is one recipient, under its first label, with
 * the windows of both: each of them holds.
 */
export function resolvePolicy(policy: AgentPolicy, { owner }: { readonly owner: Address }): ResolvedPolicy {
  const recipients = new Map<Address, ResolvedRecipient>();
  for (const { address: written, label, windows } of policy.recipients) {
    const address = written === 'owner' ? owner : written;
    const known = recipients.get(address);
    recipients.set(address, known ? { ...known, windows: [...known.windows, ...windows] } : { address, label, windows });
  }
  return { ...policy, recipients: [...recipients.values()] };
}
