import type { Objection } from '../decision.ts';
import { remaining, type UsedWindow } from '../used-windows.ts';
import type { WindowRule } from '../window-limits.ts';
import { objection, type RuleInput } from './rule.ts';

/**
 * INVARIANT I4: in every rolling window, what is reserved and settled and what is asked now stay within the limit. What the owner
 * countersigned counts towards the ceiling only. A window whose usage is not known is a denial.
 */
export function judgeWindows(rule: WindowRule, what: string, { windows }: RuleInput): readonly Objection[] {
  const objections: Objection[] = [];
  for (const window of windows) {
    if (window.limit.rule !== rule || window.asked <= 0n) continue;
    const found = judgeWindow(window, what);
    if (found !== null) objections.push(found);
  }
  return objections;
}

function judgeWindow({ limit, asked, used }: UsedWindow, what: string): Objection | null {
  const { rule, of, seconds, scope, autonomous, ceiling } = limit;
  if (used === null)
    return objection(rule, 'denied', `The budget of ${of} over ${seconds} s could not be read.`, { of, windowSeconds: seconds, scope });
  const details = (limitKind: 'autonomous' | 'ceiling', most: bigint, left: bigint): Objection['details'] => ({
    of,
    windowSeconds: seconds,
    scope,
    limitKind,
    asked: asked.toString(),
    limit: most.toString(),
    remaining: left.toString(),
    comesBackAt: null,
  });
  if (ceiling !== null && used.total + asked > ceiling) {
    const left = remaining(ceiling, used.total);
    return objection(
      rule,
      'denied',
      `${asked} ${what} of ${of} are more than the ${left} left of the ceiling of ${ceiling} in ${seconds} s.`,
      details('ceiling', ceiling, left),
    );
  }
  if (autonomous !== null && used.alone + asked > autonomous) {
    const left = remaining(autonomous, used.alone);
    return objection(
      rule,
      'needs_owner',
      `${asked} ${what} of ${of} are more than the ${left} left of the ${autonomous} that the agent may use alone in ${seconds} s.`,
      details('autonomous', autonomous, left),
    );
  }
  return null;
}
