import type { Address } from './address.ts';
import type { AssetId } from './asset.ts';
import { type DomainError, domainError } from './errors.ts';
import type { AgentPolicy } from './policy.ts';
import { fail, ok, type Result } from './result.ts';

/** The fixed periods that the chain's spending limits know, in seconds (Squads v4: Day, Week, Month of 30 days). */
export const CHAIN_PERIODS_SECONDS: readonly number[] = [86_400, 604_800, 2_592_000];

/** One spending limit on chain for one asset. */
export interface ChainLimit {
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly periodSeconds: number;
  readonly destinations: readonly Address[];
}

/**
 * The spending limits that back a policy: one an asset, since several on one asset add up on chain. The period is the shortest window
 * of the policy that the chain knows; the amount is the least autonomous amount of all windows at least that long, so that the
 * chain never allows more within one of its periods than the policy does. A policy that the chain cannot back is refused.
 */
export function deriveChainLimits(policy: AgentPolicy): Result<readonly ChainLimit[], DomainError> {
  const limits: ChainLimit[] = [];
  for (const rule of policy.assets) {
    if (rule.perTransaction.autonomous === 0n || policy.recipients.length === 0) continue;
    const periodSeconds = CHAIN_PERIODS_SECONDS.find((period) => rule.windows.some(({ seconds }) => seconds === period));
    if (periodSeconds === undefined)
      return fail(
        domainError('policy_not_backed_by_chain', {
          asset: rule.asset,
          problem: 'needs at least one window of 86400, 604800 or 2592000 seconds: only these can be enforced by the chain',
        }),
      );
    const amount = rule.windows
      .filter(({ seconds }) => seconds >= periodSeconds)
      .reduce((least, { autonomous }) => (autonomous < least ? autonomous : least), 2n ** 64n - 1n);
    if (amount === 0n) continue;
    limits.push({ asset: rule.asset, amount, periodSeconds, destinations: policy.recipients.map(({ address }) => address) });
  }
  return ok(limits);
}
