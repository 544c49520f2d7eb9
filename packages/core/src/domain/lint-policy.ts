import type { AgentPolicy } from './agent-policy.ts';
import { lintAmounts } from './lint-policy-amounts.ts';
import { lintChain } from './lint-policy-chain.ts';
import { lintFees } from './lint-policy-fees.ts';
import type { PolicyCheck, PolicyFinding } from './lint-policy-finding.ts';
import { lintGroups } from './lint-policy-groups.ts';
import { lintLists } from './lint-policy-lists.ts';
import { lintAlarms, lintPace } from './lint-policy-pace.ts';
import { lintPrograms } from './lint-policy-programs.ts';
import { lintRecipients } from './lint-policy-recipients.ts';
import { lintTime } from './lint-policy-schedule.ts';

export type { PolicyFinding } from './lint-policy-finding.ts';

const CHECKS: readonly PolicyCheck[] = [
  lintLists,
  lintAmounts,
  lintChain,
  lintGroups,
  lintRecipients,
  lintPrograms,
  lintTime,
  lintPace,
  lintAlarms,
  lintFees,
];

/**
 * What a valid policy says that its author will hardly have meant: contradictions, routes that are never taken, lists that allow nothing,
 * limits that are looser on chain. Errors first; each with what to do. `nowMs`: Unix milliseconds, for the policy's end.
 */
export function lintPolicy(policy: AgentPolicy, nowMs: number): readonly PolicyFinding[] {
  const findings = CHECKS.flatMap((check) => check(policy, nowMs));
  return [...findings.filter(({ severity }) => severity === 'error'), ...findings.filter(({ severity }) => severity === 'warning')];
}
