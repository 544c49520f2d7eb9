import type { Decision } from './decision.ts';
import type { DecisionFacts } from './facts.ts';

/** What a violation leads to, least first. */
export type Escalation = 'NOTIFY_OWNER' | 'REQUIRE_OWNER_APPROVAL' | 'FREEZE_AND_ALERT' | 'EMERGENCY_LOCKDOWN';

const ORDER: readonly Escalation[] = ['NOTIFY_OWNER', 'REQUIRE_OWNER_APPROVAL', 'FREEZE_AND_ALERT', 'EMERGENCY_LOCKDOWN'];

/**
 * What a decision leads to; `null` when it is allowed. The causes are combined by maximum, never by first: docs/spec/policy.md has the table.
 * `history` is as it was before this decision; a denial counts as one more.
 */
export function escalationOf(decision: Decision, { policy, history }: Pick<DecisionFacts, 'policy' | 'history'>): Escalation | null {
  if (decision.verdict === 'allowed') return null;
  const denied = decision.verdict === 'denied';
  const causes: Escalation[] = [denied ? 'NOTIFY_OWNER' : 'REQUIRE_OWNER_APPROVAL'];
  if (denied && decision.objections.some(({ outcome, details }) => outcome === 'denied' && details['alarm'] !== undefined))
    causes.push('FREEZE_AND_ALERT');
  const { failures = null, denials = null } = policy?.rules ?? {};
  const more = denied ? 1 : 0;
  if (failures?.consequence === 'freeze' && history.failuresInARow + more >= failures.inARow) causes.push('FREEZE_AND_ALERT');
  if (denied && denials !== null) {
    const count = history.denials + 1;
    if (count >= denials.freezeAt) causes.push('FREEZE_AND_ALERT');
    if (denials.lockdownAt !== null && count >= denials.lockdownAt) causes.push('EMERGENCY_LOCKDOWN');
  }
  return causes.reduce((most, each) => (ORDER.indexOf(each) > ORDER.indexOf(most) ? each : most));
}
