import type { Address } from '../domain/address.ts';
import { deriveBounds, encodeBounds } from '../domain/bounds.ts';
import { deriveChainLimits } from '../domain/chain-limits.ts';
import type { DomainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { WalletId } from '../domain/ids.ts';
import { ok, type Result } from '../domain/result.ts';
import type { PolicyRevision } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * A policy document as a revision to propose: checked, with the limits that the chain will hold and the bounds that the signer will enforce, for
 * the keys that the wallet shall have then.
 */
export async function planPolicy(
  deps: Dependencies,
  input: {
    readonly walletId: WalletId;
    readonly multisig: Address;
    readonly owner: Address;
    readonly agent: Address;
    readonly recovery: Address | null;
    readonly revision: number;
    readonly text: string;
  },
): Promise<Result<PolicyRevision, DomainError>> {
  const { walletId, multisig, owner, agent, recovery, revision, text } = input;
  const policy = deps.policyEngine.validate(text, owner);
  if (!policy.ok) return policy;
  for (const { asset } of policy.value.assets) {
    const info = await deps.chain.getAssetInfo(asset);
    if (!info.ok) return info;
  }
  const chainLimits = deriveChainLimits(policy.value, { owner });
  if (!chainLimits.ok) return chainLimits;
  const limits = await deps.chain.planSpendingLimits(multisig, revision, chainLimits.value);
  if (!limits.ok) return limits;
  const bounds = encodeBounds(
    deriveBounds(policy.value, { network: deps.network, wallet: multisig, revision, owner, agent, recovery, limits: limits.value }),
  );
  return ok({
    walletId,
    revision,
    state: 'proposed',
    text,
    policySha256: sha256Hex(text),
    tightening: null,
    bounds,
    boundsSha256: sha256Hex(bounds),
    limits: limits.value,
    createdAtMs: deps.clock.nowMs(),
    activatedAtMs: null,
  });
}
