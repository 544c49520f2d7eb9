import type { Address } from '../domain/address.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { makeId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { Approval } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { newApproval } from './new-approval.ts';
import { planPolicy } from './plan-policy.ts';

export interface CreateWalletInput {
  readonly name: string;
  readonly owner: Address;
  /** A key that lies offline and may take a lost owner key's place; `null` for none. */
  readonly recovery: Address | null;
  readonly policyText: string;
  readonly actor: Actor;
}

/**
 * Prepares a wallet: the signer makes its agent key and pins the owner's, and an approval waits for the owner to sign policy and creation.
 * Nothing is on chain yet; the wallet is active only when the accounts read back at finalized are exactly what was asked.
 */
export async function createWallet(
  deps: Dependencies,
  input: CreateWalletInput,
): Promise<Result<{ readonly wallet: Wallet; readonly approval: Approval }, DomainError>> {
  const { name, owner, recovery, policyText, actor } = input;
  if (!deps.chain.isWalletAddress(owner))
    return fail(domainError('invalid_field', { field: 'owner', problem: 'is not a public key on the curve, so nobody can sign for it' }));
  if (recovery !== null && !deps.chain.isWalletAddress(recovery))
    return fail(
      domainError('invalid_field', { field: 'recovery', problem: 'is not a public key on the curve, so nobody can sign for it' }),
    );
  if (recovery === owner) return fail(domainError('invalid_field', { field: 'recovery', problem: 'is the owner key itself' }));
  const valid = deps.policyEngine.validate(policyText, owner);
  if (!valid.ok) return valid;
  const nowMs = deps.clock.nowMs();
  const id = makeId('wallet', nowMs, deps.random.bytes(10));
  const feeAccount = await deps.keys.getFeeAccount();
  if (!feeAccount.ok) return feeAccount;
  if (owner === feeAccount.value)
    return fail(domainError('invalid_field', { field: 'owner', problem: "is the service's own fee account" }));
  const createKey = await deps.keys.getCreateKey(id);
  if (!createKey.ok) return createKey;
  const { multisig, vault } = await deps.chain.deriveWallet(createKey.value);
  const key = await deps.keys.initializeAgentKey({ walletId: id, owner, multisig, network: deps.network });
  if (!key.ok) return key;
  const { agent } = key.value;
  const policy = await planPolicy(deps, { walletId: id, multisig, owner, agent, recovery, revision: 1, text: policyText });
  if (!policy.ok) return policy;
  return deps.database.transact(async (tx) => {
    const atMs = await tx.nowMs();
    const wallet: Wallet = {
      id,
      name,
      state: 'creating',
      multisig,
      vault,
      owner,
      agent,
      createKey: createKey.value,
      feeAccount: feeAccount.value,
      policyRevision: null,
      recovery,
      timeLockSeconds: 0,
      frozenReason: null,
      rekeyingBy: null,
      createdAtMs: atMs,
    };
    const approval = newApproval(deps, { walletId: id, kind: 'create_wallet', policyRevision: 1, change: null, atMs });
    await tx.wallets.insert(wallet);
    await tx.policies.insert({ ...policy.value, createdAtMs: atMs });
    await tx.approvals.insert(approval);
    await tx.audit.append(
      [
        {
          chain: id,
          action: 'wallet.requested',
          actor,
          subject: id,
          details: { name, owner, agent, recovery, multisig, vault, feeAccount: feeAccount.value, policySha256: policy.value.policySha256 },
        },
      ],
      atMs,
    );
    return ok({ wallet, approval });
  });
}
