import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import { fail, type Result } from '../domain/result.ts';
import { noChange } from '../domain/wallet-change.ts';
import type { Approval, PolicyRevision } from '../ports/records.ts';
import { checkNewKey } from './check-new-key.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { proposeChange, readInForce } from './propose-change.ts';

/**
 * Proposes the next revision of a wallet's policy, and the recovery key that it pins. It is in force when the owner has signed it, the chain holds
 * its limits and the signer its bounds.
 */
export async function proposePolicy(
  deps: Dependencies,
  input: {
    readonly walletId: WalletId;
    readonly policyText: string;
    /** `null` for none, `undefined` for the one that it has. */
    readonly recovery?: Address | null | undefined;
    readonly actor: Actor;
  },
): Promise<Result<{ readonly revision: PolicyRevision; readonly approval: Approval }, DomainError>> {
  const { walletId, policyText, actor } = input;
  const read = await readInForce(deps, walletId);
  if (!read.ok) return read;
  const { wallet } = read.value;
  const recovery = input.recovery === undefined ? wallet.recovery : input.recovery;
  if (recovery !== null && recovery !== wallet.recovery) {
    const problem = await checkNewKey(deps, wallet, recovery);
    if (!problem.ok) return problem;
    if (problem.value !== null) return fail(domainError('invalid_field', { field: 'recovery', problem: problem.value }));
  }
  return proposeChange(deps, {
    inForce: read.value,
    kind: 'install_policy',
    policyText,
    change: recovery === wallet.recovery ? null : { ...noChange(wallet), recovery },
    actor,
    known: async () => null,
    beside: async () => undefined,
  });
}
