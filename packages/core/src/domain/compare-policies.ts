import type { AgentPolicy, DenialRule, FailureRule, FeeRule, NearLimitRule } from './agent-policy.ts';
import { assetRules, countWindows, groups, recipients } from './compare-policies-assets.ts';
import { type Comparisons, higher, listed, lower, members, ranked, restriction, same } from './compare-policies-fields.ts';
import { programs } from './compare-policies-programs.ts';
import { schedule } from './compare-policies-schedule.ts';
import type { PolicyChange } from './policy-change.ts';
import { formatMoment } from './policy-fields.ts';

type FeeWindow = FeeRule['windows'][number];

/** Every member of a policy; one that is added to `AgentPolicy` and not here does not compile. */
const POLICY: Comparisons<AgentPolicy> = {
  version: same('loosens'),
  expiresAtMs: (before, after, place) =>
    restriction<number>(lower)(before, after, place).map((each) => ({
      ...each,
      path: 'expiresAt',
      before: moment(before),
      after: moment(after),
    })),
  assets: assetRules,
  groups,
  transactions: countWindows,
  recipients,
  otherRecipients: ranked('countersigned', 'denied'),
  firstPayment: ranked('as_any', 'delayed', 'countersigned'),
  programs,
  schedule,
  cooldownSeconds: restriction(higher),
  nearLimit: restriction(members<NearLimitRule>({ percent: lower, seconds: same('loosens'), most: lower })),
  failures: restriction(members<FailureRule>({ inARow: lower, consequence: ranked('countersigned', 'freeze') })),
  denials: restriction(members<DenialRule>({ seconds: same('loosens'), freezeAt: lower, lockdownAt: restriction(lower) })),
  fees: members<FeeRule>({
    perTransactionLamports: lower,
    rentPerTransactionLamports: lower,
    windows: listed<FeeWindow>({
      key: ({ seconds }) => String(seconds),
      each: members<FeeWindow>({ seconds: same('loosens'), ceilingLamports: lower }),
      added: () => 'tightens',
      removed: () => 'loosens',
    }),
  }),
  // Enforced by the signer, from the bounds.
  signaturesPerMinute: lower,
};

/**
 * Everything in which two policies differ, and what each difference does. INVARIANT I7: where none of them loosens, the second allows at any facts at
 * most what the first does; whatever is not provably tighter is said to loosen. docs/spec/tightening.md.
 */
export function comparePolicies(before: AgentPolicy, after: AgentPolicy): readonly PolicyChange[] {
  return members<AgentPolicy>(POLICY)(before, after, { path: '', before, after });
}

function moment(ms: number | null): string | null {
  if (ms === null) return null;
  return Math.abs(ms) <= 8.64e15 ? formatMoment(ms) : String(ms);
}
