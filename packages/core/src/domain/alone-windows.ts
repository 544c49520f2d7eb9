import type { AgentPolicy, AssetRule } from './agent-policy.ts';
import { MAX_AMOUNT } from './amount.ts';
import { type AssetId, budgetAsset } from './asset.ts';

/** What the agent may take of one asset alone in any `seconds`. */
export interface AloneWindow {
  readonly seconds: number;
  readonly amount: bigint;
}

/** The most that the agent may pay alone in one transaction, at once or after a delay. */
export function mostAlone({ perTransaction }: AssetRule): bigint {
  return perTransaction.delayed?.upTo ?? perTransaction.autonomous;
}

/**
 * The asset's own windows, and those of the groups that it is in: a group never lets more of one asset out than its amount divided by the
 * asset's weight, rounded down. Of two windows of one length the tighter one stands.
 */
export function aloneWindows(policy: AgentPolicy, rule: AssetRule): readonly AloneWindow[] {
  const windows = new Map<number, bigint>();
  const tighten = (seconds: number, amount: bigint): void => {
    const known = windows.get(seconds);
    if (known === undefined || amount < known) windows.set(seconds, amount < MAX_AMOUNT ? amount : MAX_AMOUNT);
  };
  for (const { seconds, autonomous } of rule.windows) tighten(seconds, autonomous);
  for (const group of policy.groups) {
    const weight = weightOf(group.members, rule.asset);
    if (weight !== null) for (const { seconds, autonomous } of group.windows) tighten(seconds, autonomous / weight);
  }
  return [...windows].map(([seconds, amount]) => ({ seconds, amount }));
}

function weightOf(members: readonly { readonly asset: AssetId; readonly weight: bigint }[], asset: AssetId): bigint | null {
  return members.find((member) => budgetAsset(member.asset) === budgetAsset(asset))?.weight ?? null;
}
