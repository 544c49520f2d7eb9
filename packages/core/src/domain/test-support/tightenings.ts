import type { AgentPolicy, AssetRule } from '../agent-policy.ts';
import { NATIVE_ASSET } from '../asset.ts';
import { NOW_MS } from './decision-facts.ts';

const less = (value: bigint, part: bigint): bigint => (value * part) / 100n;
const shrink = <T extends { readonly autonomous: bigint; readonly ceiling: bigint }>(limit: T, part: bigint): T => ({
  ...limit,
  autonomous: less(limit.autonomous, part),
});
const lower = <T extends { readonly autonomous: bigint; readonly ceiling: bigint }>(limit: T, part: bigint): T => {
  const ceiling = less(limit.ceiling, part);
  return { ...limit, ceiling, autonomous: limit.autonomous < ceiling ? limit.autonomous : ceiling };
};
const everyAsset = (policy: AgentPolicy, change: (rule: AssetRule) => AssetRule): AgentPolicy => ({
  ...policy,
  assets: policy.assets.map(change),
});
/** Ways to make a policy allow less, or as much; `part` from 0 to 100 says how far. */
export const TIGHTENINGS: readonly ((policy: AgentPolicy, part: bigint) => AgentPolicy)[] = [
  (policy, part) => everyAsset(policy, (rule) => ({ ...rule, perTransaction: shrink(rule.perTransaction, part) })),
  (policy) => everyAsset(policy, (rule) => ({ ...rule, perTransaction: { ...rule.perTransaction, delayed: null } })),
  (policy, part) =>
    everyAsset(policy, (rule) => {
      const tight = lower({ ...rule.perTransaction, delayed: null }, part);
      return { ...rule, perTransaction: tight };
    }),
  (policy, part) => everyAsset(policy, (rule) => ({ ...rule, windows: rule.windows.map((each) => shrink(each, part)) })),
  (policy, part) => everyAsset(policy, (rule) => ({ ...rule, windows: rule.windows.map((each) => lower(each, part)) })),
  (policy, part) =>
    everyAsset(policy, (rule) => ({ ...rule, windows: [...rule.windows, { seconds: 120, autonomous: part, ceiling: part * 2n }] })),
  (policy) => ({ ...policy, assets: policy.assets.slice(0, 1) }),
  (policy, part) => ({
    ...policy,
    groups: policy.groups.map((group) => ({ ...group, windows: group.windows.map((each) => lower(each, part)) })),
  }),
  (policy, part) => ({
    ...policy,
    groups: policy.groups.map((group) => ({
      ...group,
      members: group.members.map((member) => ({ ...member, weight: member.weight + part })),
    })),
  }),
  // With a recipient its windows go, which forbid: strangers must then be denied.
  (policy) => ({ ...policy, recipients: policy.recipients.slice(1), otherRecipients: 'denied' }),
  (policy) => ({ ...policy, recipients: policy.recipients.slice(0, 1) }),
  (policy) => ({ ...policy, otherRecipients: 'denied' }),
  (policy, part) => ({
    ...policy,
    recipients: policy.recipients.map((each) => ({
      ...each,
      windows: [...each.windows, { asset: NATIVE_ASSET, seconds: 120, autonomous: part, ceiling: part }],
    })),
  }),
  (policy) => ({ ...policy, firstPayment: 'countersigned' }),
  (policy) => ({ ...policy, programs: [] }),
  (policy, part) => ({ ...policy, transactions: [...policy.transactions, { seconds: 120, autonomous: Number(part) % 3, ceiling: 100 }] }),
  (policy) => ({ ...policy, cooldownSeconds: 1_000 }),
  (policy) => ({ ...policy, schedule: { timeZone: 'UTC', open: [], otherwise: 'denied' } }),
  (policy) => ({ ...policy, expiresAtMs: NOW_MS }),
  (policy) => ({ ...policy, failures: { inARow: 1, consequence: 'countersigned' } }),
  (policy) => ({ ...policy, denials: { seconds: 60, freezeAt: 1, lockdownAt: null } }),
  (policy) => ({ ...policy, fees: { ...policy.fees, perTransactionLamports: 0n } }),
  (policy, part) => ({
    ...policy,
    nearLimit: { percent: Math.max(1, Math.min(policy.nearLimit?.percent ?? 100, Number(part))), seconds: 60, most: 0 },
  }),
];
