import { comparePolicies } from '../domain/compare-policies.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256Hex } from '../domain/hash.ts';
import type { WalletId } from '../domain/ids.ts';
import { describePolicyChange, loosening, tightensOnly } from '../domain/policy-change.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Tightening } from '../domain/tightening.ts';
import type { PolicyRevision } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { readPolicyInForce, sha256Of } from './policy-in-force.ts';

/**
 * The operator alone puts a document in force that allows less. INVARIANT I7: it decides from the moment that this commits, under the lock that every
 * decision takes; anything in it that is not provably tighter than the document in force refuses it. Bounds and limits on chain stay those that
 * the owner signed; of what is asked afterwards, waits or was prepared, all is judged by it. Neither chain nor signer is asked.
 */
export async function tightenPolicy(
  deps: Pick<Dependencies, 'database' | 'policyEngine' | 'alerts'>,
  input: { readonly walletId: WalletId; readonly policyText: string; readonly actor: Actor },
): Promise<Result<PolicyRevision, DomainError>> {
  const { walletId, policyText: text, actor } = input;
  const policySha256 = sha256Hex(text);
  const tightened = await deps.database.transact<{ readonly revision: PolicyRevision; readonly name: string | null }>(async (tx) => {
    const wallet = await tx.wallets.lock(walletId);
    if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const inForce = await readPolicyInForce(tx, walletId);
    if (inForce === null) return fail(domainError('wallet_not_active', { wallet: walletId, state: 'without a policy' }));
    if (sha256Of(inForce) === policySha256) return ok({ revision: inForce.revision, name: null });
    const policy = deps.policyEngine.validate(text, wallet.owner);
    if (!policy.ok) return policy;
    const changes = comparePolicies(inForce.rules, policy.value);
    const loose = loosening(changes);
    if (loose.length > 0) return fail(domainError('policy_loosens', { changes: loose.map(describePolicyChange) }));
    if (!tightensOnly(changes))
      return fail(domainError('invalid_field', { field: 'policy', problem: 'allows no less than the policy in force' }));
    const { revision } = inForce.revision;
    const atMs = await tx.nowMs();
    const tightening: Tightening = { number: (inForce.revision.tightening?.number ?? 0) + 1, text, policySha256, actor, atMs };
    if (!(await tx.policies.tighten(walletId, revision, tightening))) {
      const expected = `tightening ${tightening.number} of an active revision`;
      return fail(domainError('state_conflict', { kind: 'policy', id: `${walletId} revision ${revision}`, expected, actual: 'another' }));
    }
    const details = { revision, number: tightening.number, policySha256, changes: changes.map(describePolicyChange) };
    await tx.audit.append([{ chain: walletId, action: 'policy.tightened', actor, subject: walletId, details }], atMs);
    return ok({ revision: { ...inForce.revision, tightening }, name: wallet.name });
  });
  if (!tightened.ok) return tightened;
  const { revision, name } = tightened.value;
  if (name !== null) {
    const message = `The policy of the wallet ${name} was tightened: revision ${revision.revision}, tightening ${revision.tightening?.number ?? 0}.`;
    deps.alerts.raise({ kind: 'policy.tightened', walletId, severity: 'warning', message });
  }
  return ok(revision);
}
