import type { Decision } from './decision.ts';

/** What a violation leads to, least first. */
export type Escalation = 'NOTIFY_OWNER' | 'REQUIRE_OWNER_APPROVAL' | 'FREEZE_AND_ALERT' | 'EMERGENCY_LOCKDOWN';

/** Rules whose objection means that something tries to do what no honest agent does. */
const ALARMING: ReadonlySet<string> = new Set(['permitted-effects', 'simulation-agrees']);

/** What a decision leads to by itself; combined by maximum, never by first. */
export function escalationOf(decision: Decision): Escalation | null {
  if (decision.verdict === 'allowed') return null;
  if (decision.verdict === 'needs_owner') return 'REQUIRE_OWNER_APPROVAL';
  const alarming = decision.objections.some(
    ({ rule, outcome, details }) => outcome === 'denied' && (ALARMING.has(rule) || details['lookAlikeOf'] !== undefined),
  );
  return alarming ? 'FREEZE_AND_ALERT' : 'NOTIFY_OWNER';
}
