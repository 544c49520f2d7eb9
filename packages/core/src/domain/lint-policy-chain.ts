import type { Address } from './address.ts';
import { encodeBase58 } from './base58.ts';
import { deriveChainLimits } from './chain-limits.ts';
import { error, type PolicyCheck, warning } from './lint-policy-finding.ts';

/** Stands for the owner, whose address changes no amount. */
const ANY_OWNER: Address = encodeBase58(new Uint8Array(32).fill(79)) as Address;

/**
 * Windows in which the chain alone, with service and signer taken over, would let the agent pay more than the document says: those shorter
 * than the period of the spending limit, and those longer in which several periods add up to more.
 */
export const lintChain: PolicyCheck = (policy) => {
  const derived = deriveChainLimits(policy, { owner: ANY_OWNER });
  if (!derived.ok) {
    const { error: problem } = derived;
    const [asset, words] = problem.code === 'policy_not_backed_by_chain' ? [problem.asset, problem.problem] : ['', problem.code];
    const index = policy.assets.findIndex((rule) => rule.asset === asset);
    return [
      error(
        index === -1 ? 'assets' : `assets.${index}.windows`,
        `The chain cannot back this policy: ${asset} ${words}.`,
        'Add a window of 86400, 604800 or 2592000 s.',
      ),
    ];
  }
  return policy.assets.flatMap(({ asset, windows }, index) => {
    const limit = derived.value.find((each) => each.asset === asset);
    if (limit === undefined) return [];
    return windows.flatMap(({ seconds, autonomous }, position) => {
      const periods = Math.max(1, Math.floor(seconds / limit.periodSeconds));
      const onChain = limit.amount * BigInt(periods);
      const path = `assets.${index}.windows.${position}.autonomous`;
      if (onChain <= autonomous) return [];
      return [
        seconds < limit.periodSeconds
          ? warning(
              path,
              `Looser on chain: in ${seconds} s the chain lets ${onChain} of ${asset} leave, since its period is ${limit.periodSeconds} s; within it only service and signer hold the agent to ${autonomous}.`,
              `Accept it knowingly, or lower the window of ${limit.periodSeconds} s to ${autonomous}.`,
            )
          : warning(
              path,
              `Looser on chain: in ${seconds} s the chain lets ${periods} times ${limit.amount} of ${asset} leave; only service and signer hold the agent to ${autonomous}.`,
              `Accept it knowingly, or lower the window of ${limit.periodSeconds} s to ${autonomous / BigInt(periods)}.`,
            ),
      ];
    });
  });
};
