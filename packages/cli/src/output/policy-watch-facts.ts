import type { AgentPolicy } from '@countersign/core';
import { duration } from './duration.ts';

const FIRST_PAYMENTS: { readonly [Handling in AgentPolicy['firstPayment']]: string } = {
  as_any: 'nothing more than any other',
  delayed: 'waits out the delay first',
  countersigned: 'you countersign it',
};

/** When the agent may pay, how fast, and what stops it. Only what the policy restricts. */
export function watchFacts(policy: AgentPolicy): readonly (readonly [name: string, value: string])[] {
  const { expiresAtMs, firstPayment, schedule, cooldownSeconds, nearLimit, failures, denials } = policy;
  const lines: (readonly [string, string])[] = [['the first payment to somebody', FIRST_PAYMENTS[firstPayment]]];
  if (expiresAtMs !== null) lines.push(['ends', `${new Date(expiresAtMs).toISOString()}: from then on nothing is allowed`]);
  if (schedule !== null) {
    const hours = schedule.open.map(({ days, from, to }) => `${days.join(' ')} ${from} to ${to}`).join('; ');
    const otherwise = schedule.otherwise === 'denied' ? 'nothing is paid' : 'you countersign';
    lines.push(['hours', `${hours || 'never'} (${schedule.timeZone}); at other times ${otherwise}`]);
  }
  if (cooldownSeconds !== null)
    lines.push(['pause', `at least ${duration(cooldownSeconds)} between two payments that the agent makes alone`]);
  if (nearLimit !== null)
    lines.push([
      'near the limit',
      `after ${nearLimit.most} payments in ${duration(nearLimit.seconds)} of ${nearLimit.percent} % or more of what it may pay alone, you countersign`,
    ]);
  if (failures !== null)
    lines.push([
      'failures',
      `after ${failures.inARow} in a row ${failures.consequence === 'freeze' ? 'the wallet freezes' : 'you countersign'}`,
    ]);
  if (denials !== null) {
    const lockdown = denials.lockdownAt === null ? '' : `, and ${denials.lockdownAt} ask for an emergency lockdown`;
    lines.push(['denials', `${denials.freezeAt} in ${duration(denials.seconds)} freeze the wallet${lockdown}`]);
  }
  return lines;
}
