import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { noChange } from '../domain/wallet-change.ts';
import type { Approval } from '../ports/records.ts';
import { checkNewKey } from './check-new-key.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { openApproval, proposeChange, readInForce } from './propose-change.ts';

/**
 * Proposes another owner key. It takes the signatures of the old owner (or, where that key is lost, of the recovery key, after the hand-over of the
 * config authority to it) and of the new one. Proposing the same again gives the approval that waits.
 */
export async function proposeOwnerReplacement(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly owner: Address; readonly consentOf: 'owner' | 'recovery'; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  const { walletId, owner, consentOf, actor } = input;
  const read = await readInForce(deps, walletId);
  if (!read.ok) return read;
  const { wallet, policy } = read.value;
  if (consentOf === 'recovery' && wallet.recovery === null) return fail(domainError('recovery_key_missing', { wallet: walletId }));
  const problem = await checkNewKey(deps, wallet, owner);
  if (!problem.ok) return problem;
  if (problem.value !== null) return fail(domainError('invalid_field', { field: 'owner', problem: problem.value }));
  const proposed = await proposeChange(deps, {
    inForce: read.value,
    kind: 'replace_owner_key',
    policyText: policy.text,
    change: { ...noChange(wallet), owner, consentOf, reason: 'manual' },
    actor,
    known: (tx) =>
      openApproval(tx, walletId, 'replace_owner_key', ({ change }) => change?.owner === owner && change.consentOf === consentOf),
    beside: async () => undefined,
  });
  return proposed.ok ? ok(proposed.value.approval) : proposed;
}
