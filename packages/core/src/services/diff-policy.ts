import type { AssetId } from '../domain/asset.ts';
import { type ChainLimit, deriveChainLimits } from '../domain/chain-limits.ts';
import { comparePolicies } from '../domain/compare-policies.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { type PolicyChange, tightensOnly } from '../domain/policy-change.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Dependencies } from './dependencies.ts';
import { readPolicyInForce } from './policy-in-force.ts';

/** The spending limit of one asset on chain: as it stands, and as a proposal would have it; `null` where there is none. */
export interface LimitChange {
  readonly asset: AssetId;
  readonly before: ChainLimit | null;
  readonly after: ChainLimit | null;
}
export interface PolicyDifference {
  /** Against the document that decides now. */
  readonly changes: readonly PolicyChange[];
  /** Whether the operator may put it in force alone. */
  readonly tightensOnly: boolean;
  /** Limits on chain that a revision with this document would change; a tightening changes none. */
  readonly limits: readonly LimitChange[];
}

/** What a document would change if it were in force. Writes nothing. */
export async function diffPolicy(
  deps: Pick<Dependencies, 'database' | 'policyEngine'>,
  { walletId, policyText }: { readonly walletId: WalletId; readonly policyText: string },
): Promise<Result<PolicyDifference, DomainError>> {
  return deps.database.read(async (reader) => {
    const wallet = await reader.wallets.get(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const inForce = await readPolicyInForce(reader, walletId);
    if (inForce === null) return fail(domainError('wallet_not_active', { wallet: walletId, state: 'without a policy' }));
    const policy = deps.policyEngine.validate(policyText, wallet.owner);
    if (!policy.ok) return policy;
    const limits = deriveChainLimits(policy.value, wallet);
    if (!limits.ok) return limits;
    const changes = comparePolicies(inForce.rules, policy.value);
    return ok({ changes, tightensOnly: tightensOnly(changes), limits: changedLimits(inForce.revision.limits, limits.value) });
  });
}

function changedLimits(before: readonly ChainLimit[], after: readonly ChainLimit[]): readonly LimitChange[] {
  const assets = new Set([...before, ...after].map(({ asset }) => asset));
  return [...assets].flatMap((asset) => {
    const [was, is] = [before, after].map((limits) => limits.find((limit) => limit.asset === asset) ?? null);
    return sameLimit(was ?? null, is ?? null) ? [] : [{ asset, before: was ?? null, after: is ?? null }];
  });
}

function sameLimit(one: ChainLimit | null, other: ChainLimit | null): boolean {
  if (one === null || other === null) return one === other;
  const [from, to] = [one, other].map(({ destinations }) => [...new Set(destinations)].sort().join(' '));
  return one.amount === other.amount && one.periodSeconds === other.periodSeconds && from === to;
}
