import {
  type Address,
  type AgentPolicy,
  type AssetInfo,
  type Bounds,
  type ChainLimit,
  decodeBounds,
  deriveBounds,
  deriveChainLimits,
  encodeBounds,
  NATIVE_ASSET,
  NATIVE_DECIMALS,
  sha256Hex,
  type WalletAddresses,
} from '@countersign/core';
import { readBase64 } from './check-message.ts';
import type { Problems } from './collect-problems.ts';
import { isLimitOf } from './limit-address.ts';

/** A spending limit as the policy gives it, and where it lies. */
export interface DerivedLimit extends ChainLimit {
  readonly spendingLimit: Address;
  readonly decimals: number;
}

export interface CheckedBounds {
  readonly bounds: Bounds;
  readonly sha256: string;
  /** The spending limits that the chain must hold, derived from the policy, where they must lie. */
  readonly limits: readonly DerivedLimit[];
  readonly assets: readonly AssetInfo[];
}

/**
 * Derives from the policy what signer and chain must enforce, and refuses bounds that are not byte for byte that. Only network, addresses of
 * the limits and decimals are taken from the bounds: the addresses are derived again, the network is compared with the statement.
 */
export function checkBounds(
  base64: string,
  policy: AgentPolicy,
  expected: {
    readonly addresses: WalletAddresses;
    readonly recovery: Address | null;
    readonly revision: number;
    readonly network: string;
  },
  problems: Problems,
): CheckedBounds | null {
  const { addresses, recovery, revision, network } = expected;
  const bytes = readBase64(base64);
  const decoded = bytes === null ? null : decodeBounds(bytes);
  if (bytes === null || !decoded?.ok) {
    problems.add('the bounds for the signer cannot be read');
    return null;
  }
  const bounds = decoded.value;
  const { owner, agent, multisig } = addresses;
  const chainLimits = deriveChainLimits(policy, { owner });
  if (!chainLimits.ok) {
    problems.add(
      `the chain cannot back this policy: ${'problem' in chainLimits.error ? String(chainLimits.error.problem) : chainLimits.error.code}`,
    );
    return null;
  }
  const backed = new Set(chainLimits.value.map(({ asset }) => asset));
  for (const { asset } of bounds.assets)
    problems.expect(backed.has(asset), `the bounds let the agent pay ${asset} alone, and the policy does not`);
  const limits = chainLimits.value.flatMap((limit): DerivedLimit[] => {
    const given = bounds.assets.filter(({ asset }) => asset === limit.asset);
    const [only] = given;
    const [spendingLimit] = only?.limits ?? [];
    if (!only || !spendingLimit || given.length !== 1 || only.limits.length !== 1) {
      problems.add(`the bounds do not name exactly one spending limit for ${limit.asset}`);
      return [];
    }
    const itsPlace = isLimitOf(spendingLimit, multisig, revision, limit.asset);
    problems.expect(itsPlace, `the bounds name ${spendingLimit}, which is not the spending limit of this revision for ${limit.asset}`);
    if (limit.asset === NATIVE_ASSET)
      problems.expect(only.decimals === NATIVE_DECIMALS, `the bounds say that SOL has ${only.decimals} decimals`);
    return [{ ...limit, spendingLimit, decimals: only.decimals }];
  });
  const again = encodeBounds(deriveBounds(policy, { network, wallet: multisig, revision, owner, agent, recovery, limits }));
  problems.expect(
    Buffer.from(again).equals(bytes),
    'the bounds for the signer are not what the policy gives: something in them was changed',
  );
  return { bounds, sha256: sha256Hex(bytes), limits, assets: limits.map(({ asset, decimals }) => ({ asset, decimals })) };
}
