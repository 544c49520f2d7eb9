import type { AgentPolicy, AssetGroup } from './agent-policy.ts';
import { lintWindowOrder, withPaths } from './lint-policy-amounts.ts';
import { error, type PolicyCheck, type PolicyFinding, warning, when } from './lint-policy-finding.ts';

/** Groups that say nothing new, or let less through than the assets' own amounts. */
export const lintGroups: PolicyCheck = (policy) =>
  policy.groups.flatMap((group, index) => {
    const path = `groups.${index}`;
    return [
      ...when(
        group.members.length === 1 && group.scope === 'wallet',
        warning(
          `${path}.members`,
          'The group has one member: it is a window of that asset, said in other words.',
          'Put its windows at the asset, or let the group count over all wallets of the owner.',
        ),
      ),
      ...group.members.flatMap((member, position) => lintMember(policy, group, member, `${path}.members.${position}`)),
      ...lintWindowOrder(withPaths(group.windows, `${path}.windows`)),
    ];
  });

function lintMember(
  policy: AgentPolicy,
  group: AssetGroup,
  { asset, weight }: AssetGroup['members'][number],
  path: string,
): readonly PolicyFinding[] {
  const rule = policy.assets.find((each) => each.asset === asset);
  if (rule === undefined) return [];
  const { autonomous, ceiling } = rule.perTransaction;
  return group.windows.flatMap((window, position): readonly PolicyFinding[] => {
    const where = `${path}.weight`;
    const limits = `window ${position} of the group (${window.seconds} s)`;
    if (ceiling > 0n && window.ceiling < weight)
      return [
        error(
          where,
          `One base unit of ${asset} counts ${weight}, more than the ceiling of ${window.ceiling} of ${limits}: it can never leave.`,
          'Lower the weight, or raise the window.',
        ),
      ];
    if (autonomous > 0n && window.autonomous < weight)
      return [
        error(
          where,
          `One base unit of ${asset} counts ${weight}, more than the ${window.autonomous} that ${limits} lets the agent pay alone: it never does.`,
          'Lower the weight, or raise the window.',
        ),
      ];
    return when(
      autonomous * weight > window.autonomous,
      warning(
        where,
        `The autonomous ${autonomous} of ${asset} count ${autonomous * weight}, more than the ${window.autonomous} that ${limits} lets the agent pay alone.`,
        'Lower perTransaction.autonomous or the weight, or raise the window.',
      ),
    );
  });
}
