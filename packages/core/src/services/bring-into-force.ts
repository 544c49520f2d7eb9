import { type DomainError, domainError } from '../domain/errors.ts';
import { parseOwnerStatement } from '../domain/owner-statement.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import { changed } from '../domain/wallet-change.ts';
import type { IReader, ITransaction, SignedStatement } from '../ports/database.ts';
import type { Approval, PolicyRevision } from '../ports/records.ts';
import type { Dependencies } from './dependencies.ts';
import { differencesOnChain } from './expected-wallet.ts';
import { handBack } from './hand-back.ts';
import { revokeKey } from './key-records.ts';
import { recordInForce } from './record-in-force.ts';
import { problemOf } from './submit-attempt.ts';

/** A change whose transactions are all finalized. */
interface LandedChange {
  readonly approval: Approval;
  /** As its record stands: with the keys from before. */
  readonly wallet: Wallet;
  /** The revision to bring into force; `null` for a revocation, which brings none. */
  readonly policy: PolicyRevision | null;
  readonly statement: SignedStatement;
}

/**
 * The last steps of a change of a wallet's settings, the creation too. INVARIANT I8: the wallet is read back at finalized and compared with exactly
 * what was asked; only then does the signer take the new bounds and keys and wipe the old, and only then does the record follow. Each step can run
 * again, and beside itself.
 */
export async function bringIntoForce(deps: Dependencies, approval: Approval): Promise<'finished' | 'unfinished'> {
  const read = await deps.database.transact(async (tx) => ok(await readLanded(tx, approval)));
  if (!read.ok || read.value === null) return 'unfinished';
  const landed = read.value;
  const { wallet, policy } = landed;
  const found = await deps.chain.readWallet(wallet.multisig);
  if (!found.ok) return 'unfinished';
  const wanted = changed(wallet, approval.change);
  const differences =
    found.value === null ? ['the multisig account does not exist'] : differencesOnChain(wanted, policy?.limits ?? [], found.value);
  if (differences.length > 0) return differs(deps, landed, differences);
  const revoked = await deps.database.transact((tx) => revokeOld(tx, landed));
  if (!revoked.ok) return 'unfinished';
  const told = await tellSigner(deps, landed);
  // The signer's no is final for this statement (it may have expired meanwhile): the owner signs another.
  if (!told.ok && told.error.code === 'signer_refused')
    return handBack(deps, approval, `the signer refused: ${problemOf(told.error)}; prepare and sign again`);
  if (!told.ok) return note(deps, approval, `the signer did not take it: ${problemOf(told.error)}`);
  const recorded = await deps.database.transact((tx) => recordInForce(deps, tx, approval));
  if (!recorded.ok) return 'unfinished';
  for (const message of recorded.value) deps.alerts.raise({ kind: 'key.changed', walletId: wallet.id, severity: 'warning', message });
  return 'finished';
}

async function readLanded(reader: IReader, approval: Approval): Promise<LandedChange | null> {
  const { walletId, policyRevision, prepared } = approval;
  const parsed = parseOwnerStatement(prepared?.statement ?? '');
  const wallet = await reader.wallets.get(walletId);
  const policy = policyRevision === null ? null : await reader.policies.get(walletId, policyRevision);
  const statement = parsed.ok ? await reader.statements.ofNonce(walletId, parsed.value.nonce) : null;
  if (wallet === null || statement === null || (policyRevision !== null && policy === null)) return null;
  return { approval, wallet, policy, statement };
}

/**
 * A node that lags is asked again. Once the statement is too old to be used, what the chain holds is what it holds: the owner signs the way from there.
 */
async function differs(
  deps: Dependencies,
  { approval, statement }: LandedChange,
  differences: readonly string[],
): Promise<'finished' | 'unfinished'> {
  const problem = `the chain differs from what was asked: ${differences.join('; ')}`.slice(0, 1_000);
  const parsed = parseOwnerStatement(statement.text);
  const now = await deps.database.transact(async (tx) => ok(await tx.nowMs()));
  if (now.ok && parsed.ok && now.value > parsed.value.expiresAtMs) return handBack(deps, approval, `${problem}; prepare and sign again`);
  return note(deps, approval, problem);
}

/** INVARIANT I8: the read-back says that the old key has no right any more. */
async function revokeOld(tx: ITransaction, { approval, wallet }: LandedChange): Promise<Result<void, DomainError>> {
  const locked = await tx.wallets.lock(wallet.id);
  const current = await tx.approvals.lock(approval.id);
  if (locked === null || current?.state !== 'executing') return ok(undefined);
  const atMs = await tx.nowMs();
  const { kind, change } = approval;
  if (kind === 'revoke_agent_key' || change?.agent) await revokeKey(tx, wallet.id, 'agent', locked.agent, atMs);
  if (change?.owner) await revokeKey(tx, wallet.id, 'owner', locked.owner, atMs);
  return ok(undefined);
}

async function tellSigner(deps: Dependencies, landed: LandedChange): Promise<Result<void, DomainError>> {
  const { approval, wallet, policy, statement } = landed;
  const order = { walletId: wallet.id, statement: statement.text, ownerSignature: statement.signature };
  if (approval.kind === 'revoke_agent_key') return deps.keys.revokeAgentKey(order);
  if (policy === null) throw new Error(`approval ${approval.id} brings no policy`);
  const { bounds } = policy;
  if (approval.kind === 'replace_owner_key') {
    const newOwnerSignature = statement.secondSignature;
    if (newOwnerSignature === null) return fail(domainError('owner_signature_invalid', { what: "the new owner's is not on record" }));
    return nothing(await deps.keys.replaceOwner({ ...order, newOwnerSignature, bounds }));
  }
  if (approval.kind !== 'rotate_agent_key') return nothing(await deps.keys.installBounds({ ...order, bounds }));
  const rotated = nothing(await deps.keys.rotateAgentKey({ ...order, bounds }));
  if (rotated.ok || rotated.error.code !== 'signer_refused') return rotated;
  // It took the key by an earlier statement of the same approval: keys and bounds change together.
  const inUse = await deps.keys.getAgentPublicKey(wallet.id);
  return inUse.ok && inUse.value === approval.change?.agent ? ok(undefined) : rotated;
}

function nothing(result: Result<unknown, DomainError>): Result<void, DomainError> {
  return result.ok ? ok(undefined) : result;
}

/** Keeps trying, and says meanwhile what is in the way. */
async function note(deps: Dependencies, approval: Approval, problem: string): Promise<'unfinished'> {
  if (approval.problem !== problem)
    await deps.database.transact(async (tx) => {
      await tx.approvals.note(approval.id, problem);
      return ok(undefined);
    });
  return 'unfinished';
}
