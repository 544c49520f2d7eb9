import type { Address } from './address.ts';
import type { AgentPolicy, AssetGroup, AssetRule, ProgramRule } from './agent-policy.ts';
import { type AssetId, budgetAsset } from './asset.ts';
import { type ResolvedPolicy, type ResolvedRecipient, resolvePolicy } from './resolve-policy.ts';
import { type GroupLimits, limitsOf, type NearLimit, type WindowLimit } from './window-limits.ts';

/** A policy made ready for judging many transactions: what is looked up by name is found by name. */
export interface PolicyIndex {
  readonly policy: ResolvedPolicy;
  readonly assets: ReadonlyMap<AssetId, AssetRule>;
  readonly recipients: ReadonlyMap<Address, ResolvedRecipient>;
  readonly programs: ReadonlyMap<Address, ProgramRule>;
  readonly groups: ReadonlyMap<string, AssetGroup>;
  readonly limits: {
    readonly assets: readonly { readonly asset: AssetId; readonly windows: readonly WindowLimit[] }[];
    readonly groups: readonly GroupLimits[];
    readonly recipients: readonly { readonly recipient: Address; readonly asset: AssetId; readonly window: WindowLimit }[];
    readonly transactions: readonly WindowLimit[];
    readonly near: readonly NearLimit[];
    readonly fees: readonly WindowLimit[];
  };
}

/** A policy is immutable, so that its index is made once for an owner. */
const made = new WeakMap<AgentPolicy, { readonly owner: Address; readonly index: PolicyIndex }>();

export function indexOf(policy: AgentPolicy, owner: Address): PolicyIndex {
  const known = made.get(policy);
  if (known && known.owner === owner) return known.index;
  const resolved = resolvePolicy(policy, { owner });
  const index: PolicyIndex = {
    policy: resolved,
    assets: new Map(resolved.assets.map((rule) => [budgetAsset(rule.asset), rule])),
    recipients: new Map(resolved.recipients.map((recipient) => [recipient.address, recipient])),
    programs: new Map(resolved.programs.map((program) => [program.program, program])),
    groups: new Map(resolved.groups.map((group) => [group.name, group])),
    limits: limitsOf(resolved),
  };
  made.set(policy, { owner, index });
  return index;
}
