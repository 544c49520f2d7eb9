import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { changed, consentKeyOf } from '../domain/wallet-change.ts';
import type { BuiltMessage, WalletOnChain } from '../ports/blockchain-adapter.ts';
import type { Approval, PolicyRevision } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { voidApproval } from './end-approval.ts';
import type { ApprovalInContext } from './read-approval.ts';
import type { StatementBody } from './store-prepared.ts';

/**
 * What the owner signs for a change of the wallet's settings: the transactions from what the chain holds now, read at finalized, to what it shall
 * hold, and the statement. Planned from what is found, so that it goes on where a former try landed in part.
 */
export async function prepareSettings(
  deps: Dependencies,
  context: ApprovalInContext,
): Promise<Result<{ readonly messages: readonly BuiltMessage[]; readonly body: StatementBody }, DomainError>> {
  const { approval, wallet, policy } = context;
  const body = statementBody(approval, wallet, policy);
  // It was ended while it was being read: its revision is void.
  if (body === null) return fail(domainError('approval_not_waiting', { approval: approval.id, state: 'void' }));
  const made = await checkMadeKey(deps, approval, wallet);
  if (!made.ok) return made;
  const found = await deps.chain.readWallet(wallet.multisig);
  if (!found.ok) return found;
  const messages =
    found.value === null ? await createMessages(deps, approval, wallet, policy) : await changeMessages(deps, context, found.value);
  return messages.ok ? ok({ messages: messages.value, body }) : messages;
}

function statementBody({ kind, change }: Approval, wallet: Wallet, policy: PolicyRevision | null): StatementBody | null {
  if (kind === 'revoke_agent_key') return { action: 'destroy-key', agent: wallet.agent };
  if (policy === null) return null;
  const { revision, policySha256, boundsSha256 } = policy;
  const installed = { revision, policySha256, boundsSha256 };
  if (kind === 'rotate_agent_key' && change?.agent)
    return { action: 'rotate-agent-key', ...installed, oldAgent: wallet.agent, newAgent: change.agent };
  if (kind === 'replace_owner_key' && change?.owner)
    return { action: 'replace-owner-key', ...installed, oldOwner: wallet.owner, newOwner: change.owner };
  return { action: 'install-policy', ...installed };
}

/** Nothing is moved to an agent key that the signer does not hold by now. */
async function checkMadeKey(deps: Dependencies, { id, change }: Approval, wallet: Wallet): Promise<Result<void, DomainError>> {
  if (change === null || change.agent === null) return ok(undefined);
  const { owner, multisig } = wallet;
  const inUse = await deps.keys.getAgentPublicKey(wallet.id);
  if (inUse.ok && inUse.value === change.agent) return ok(undefined);
  const made = await deps.keys.prepareAgentKey({ walletId: wallet.id, owner, multisig, network: deps.network });
  if (!made.ok) return made;
  if (made.value.agent === change.agent) return ok(undefined);
  const problem = `the signer no longer holds the key ${change.agent}; propose the rotation again`;
  if (wallet.rekeyingBy !== id) await voidApproval(deps, id, problem);
  return fail(domainError('approval_not_prepared', { approval: id, problem }));
}

async function createMessages(
  deps: Dependencies,
  approval: Approval,
  wallet: Wallet,
  policy: PolicyRevision | null,
): Promise<Result<readonly BuiltMessage[], DomainError>> {
  if (approval.kind !== 'create_wallet' || policy === null)
    return fail(domainError('chain_differs', { wallet: wallet.id, differences: ['the multisig account does not exist'] }));
  return deps.chain.createSmartWallet({ addresses: wallet, timeLockSeconds: wallet.timeLockSeconds, limits: policy.limits });
}

async function changeMessages(
  deps: Dependencies,
  { approval, wallet, policy }: ApprovalInContext,
  found: WalletOnChain,
): Promise<Result<readonly BuiltMessage[], DomainError>> {
  const { id, change } = approval;
  const target = changed(wallet, change);
  // The fee account of now pays: where the old one's key was lost, the new one.
  const addresses = { ...wallet, feeAccount: target.feeAccount };
  const cancelling = await cancelMessages(deps, approval, wallet, found);
  if (!cancelling.ok) return cancelling;
  const { owner, agent, feeAccount } = target;
  const changing = await deps.chain.changeSettings({
    addresses,
    found,
    wanted: { owner, agent, feeAccount, limits: policy?.limits ?? [] },
  });
  if (!changing.ok) return changing;
  const consents = consentKeyOf(wallet, change);
  if (changing.value.length > 0 && found.configAuthority !== consents) {
    const differences = [`config authority is ${found.configAuthority}, and ${consents ?? 'nobody'} would sign approval ${id}`];
    return fail(domainError('chain_differs', { wallet: wallet.id, differences }));
  }
  return ok([...cancelling.value, ...changing.value]);
}

/**
 * A proposal that is approved still executes after the keys changed, so approved ones are cancelled first, by both members. Once the old agent key is
 * no member it can execute nothing, and where the owner key is lost nothing can be cancelled and nobody loses a right by waiting.
 */
async function cancelMessages(
  deps: Dependencies,
  { kind, change }: Approval,
  wallet: Wallet,
  found: WalletOnChain,
): Promise<Result<readonly BuiltMessage[], DomainError>> {
  if (kind === 'create_wallet' || kind === 'install_policy' || change?.consentOf === 'recovery') return ok([]);
  const indexes = found.proposals.filter(({ status }) => status === 'approved').map(({ index }) => index);
  if (indexes.length === 0 || !found.members.some(({ key }) => key === wallet.agent)) return ok([]);
  if (change?.reason === 'lost')
    return fail(
      domainError('not_drained', {
        wallet: wallet.id,
        problem: `proposals ${indexes.join(', ')} are approved, and the agent key that would cancel them with the owner is lost: execute them with the owner key, or take the money out with it`,
      }),
    );
  return deps.chain.cancelProposals({ addresses: wallet, indexes });
}
