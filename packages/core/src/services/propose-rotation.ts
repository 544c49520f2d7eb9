import { type DomainError, domainError } from '../domain/errors.ts';
import type { WalletId } from '../domain/ids.ts';
import type { RotationReason } from '../domain/key-states.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { noChange, type WalletChange } from '../domain/wallet-change.ts';
import type { Approval } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';
import { endApproval } from './end-approval.ts';
import { recordMadeKey } from './key-records.ts';
import { openApproval, proposeChange, readInForce, type WalletInForce } from './propose-change.ts';

/**
 * Proposes another agent key: the signer makes it, and a revision with the same document and the bounds that name it waits for the owner. While
 * one waits or is carried out, it is given back; where the key that waits is no longer the signer's, or the old one turns out lost, another
 * proposal takes its place. A wallet whose key was destroyed is a wallet whose key is lost.
 */
export async function proposeRotation(
  deps: Dependencies,
  input: { readonly walletId: WalletId; readonly reason: RotationReason; readonly actor: Actor },
): Promise<Result<Approval, DomainError>> {
  const { walletId, actor } = input;
  const read = await readInForce(deps, walletId);
  if (!read.ok) return read;
  const { wallet, policy } = read.value;
  const open = await deps.database.transact(async (tx) => {
    const executing = await openApproval(tx, walletId, 'rotate_agent_key', ({ state }) => state === 'executing');
    return ok({ executing, live: await tx.keys.live(walletId, 'agent') });
  });
  if (!open.ok) return open;
  if (open.value.executing !== null) return ok(open.value.executing);
  const reason = open.value.live === null ? 'lost' : input.reason;
  const change = await makeKey(deps, wallet, reason);
  if (!change.ok) return change;
  const { agent } = change.value;
  if (agent === null || agent === wallet.agent) throw new Error('the signer made no new key');
  const known = await deps.database.read(async (reader) => ok(await reader.keys.ofAddress(walletId, agent)));
  if (!known.ok) return known;
  // One that was given up before it was of any use may be made again.
  if (known.value !== null && known.value.state !== 'generating' && known.value.state !== 'failed')
    return fail(domainError('state_conflict', { kind: 'agent key', id: agent, expected: 'a new one', actual: known.value.state }));
  const cleared = await clearOutdated(deps, read.value, change.value, actor);
  if (!cleared.ok) return cleared;
  const proposed = await proposeChange(deps, {
    inForce: read.value,
    kind: 'rotate_agent_key',
    policyText: policy.text,
    change: change.value,
    actor,
    known: (tx) => openApproval(tx, walletId, 'rotate_agent_key', (approval) => serves(approval, change.value)),
    beside: (tx, atMs) => recordMadeKey(deps, tx, walletId, agent, atMs),
  });
  return proposed.ok ? ok(proposed.value.approval) : proposed;
}

async function makeKey(deps: Dependencies, wallet: Wallet, reason: RotationReason): Promise<Result<WalletChange, DomainError>> {
  const { id, owner, multisig } = wallet;
  const made = await deps.keys.prepareAgentKey({ walletId: id, owner, multisig, network: deps.network });
  if (!made.ok) return made;
  const feeAccount = await deps.keys.getFeeAccount();
  if (!feeAccount.ok) return feeAccount;
  // A keystore that was lost has taken the fee account's key with it.
  if (feeAccount.value !== wallet.feeAccount && reason !== 'lost')
    return fail(
      domainError('not_drained', {
        wallet: id,
        problem: `the signer has another fee account than ${wallet.feeAccount}; where its keys were lost, rotate with the reason lost`,
      }),
    );
  return ok({ ...noChange(wallet), agent: made.value.agent, feeAccount: feeAccount.value, reason });
}

/** Whether an open approval does what is asked now. One that is being carried out, or of which part has landed, is gone through with. */
function serves({ state, change }: Approval, wanted: WalletChange): boolean {
  if (state === 'executing') return true;
  return (
    change?.agent === wanted.agent && change.feeAccount === wanted.feeAccount && (wanted.reason !== 'lost' || change.reason === 'lost')
  );
}

/** Ends a waiting rotation that could not be carried out as it was proposed. */
async function clearOutdated(
  deps: Dependencies,
  { wallet }: WalletInForce,
  wanted: WalletChange,
  actor: Actor,
): Promise<Result<void, DomainError>> {
  return deps.database.transact(async (tx) => {
    const locked = await tx.wallets.lock(wallet.id);
    const outdated = await openApproval(tx, wallet.id, 'rotate_agent_key', (approval) => !serves(approval, wanted));
    if (outdated === null) return ok(undefined);
    if (locked?.rekeyingBy === outdated.id) return fail(domainError('rotation_under_way', { wallet: wallet.id, approval: outdated.id }));
    const ended = await endApproval(tx, outdated.id, 'void', 'another rotation was proposed in its place', actor);
    return ended.ok ? ok(undefined) : ended;
  });
}
