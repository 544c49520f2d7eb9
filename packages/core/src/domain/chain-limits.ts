import type { Address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import { type AloneWindow, aloneWindows, mostAlone } from './alone-windows.ts';
import { MAX_AMOUNT } from './amount.ts';
import type { AssetId } from './asset.ts';
import { type DomainError, domainError } from './errors.ts';
import { resolvePolicy } from './resolve-policy.ts';
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
 * of the asset or of its groups that the chain knows. The amount is the most that the policy lets the agent take alone within one period, so
 * that the chain never allows more. A policy that the chain cannot back is refused.
 */
export function deriveChainLimits(policy: AgentPolicy, { owner }: { readonly owner: Address }): Result<readonly ChainLimit[], DomainError> {
  const destinations = resolvePolicy(policy, { owner }).recipients.map(({ address }) => address);
  const limits: ChainLimit[] = [];
  for (const rule of policy.assets) {
    if (mostAlone(rule) === 0n || destinations.length === 0) continue;
    const windows = aloneWindows(policy, rule);
    const periodSeconds = CHAIN_PERIODS_SECONDS.find((period) => windows.some(({ seconds }) => seconds === period));
    if (periodSeconds === undefined)
      return fail(
        domainError('policy_not_backed_by_chain', {
          asset: rule.asset,
          problem: 'needs at least one window of 86400, 604800 or 2592000 seconds: only these can be enforced by the chain',
        }),
      );
    const amount = windows
      .map((window) => mostWithin(periodSeconds, window))
      .reduce((least, each) => (each < least ? each : least), MAX_AMOUNT);
    if (amount > 0n) limits.push({ asset: rule.asset, amount, periodSeconds, destinations });
  }
  return ok(limits);
}

/** What a window lets out within one period: once its amount, and again each time it has passed before the period has. */
function mostWithin(periodSeconds: number, { seconds, amount }: AloneWindow): bigint {
  return amount * BigInt(Math.max(1, Math.ceil(periodSeconds / seconds)));
}
