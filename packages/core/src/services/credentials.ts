import { encodeBase58 } from '../domain/base58.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { sha256, sha256Hex } from '../domain/hash.ts';
import { type CredentialId, makeId, type WalletId } from '../domain/ids.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Wallet } from '../domain/wallet.ts';
import type { ITransaction } from '../ports/database.ts';
import type { Credential, Role } from '../ports/records.ts';
import type { Actor, Dependencies } from './dependencies.ts';

const SECRET = /^cs_(agent|operator|owner)_[1-9A-HJ-NP-Za-km-z]{40,44}_[0-9a-f]{6}$/;

/** `cs_<role>_<32 random bytes in base58>_<first 6 hex digits of the SHA-256 of all before it>`: scanners can tell a real one from noise. */
export function makeSecret(role: Role, random: Uint8Array): string {
  const body = `cs_${role}_${encodeBase58(random)}`;
  return `${body}_${sha256Hex(body).slice(0, 6)}`;
}

/** Whether the text has the form and the checksum of a credential. */
export function isSecret(text: string): boolean {
  const at = text.lastIndexOf('_');
  return SECRET.test(text) && sha256Hex(text.slice(0, at)).startsWith(text.slice(at + 1));
}

export interface IssuedCredential {
  readonly credential: Credential;
  /** In the answer and nowhere else: only its SHA-256 is kept. */
  readonly secret: string;
}

/** Makes a credential with a secret of its own. The caller writes into the audit log who did it (INVARIANT I10). */
export async function insertCredential(
  { random }: Pick<Dependencies, 'random'>,
  tx: Pick<ITransaction, 'credentials'>,
  about: Pick<Credential, 'role' | 'walletId' | 'owner' | 'label' | 'expiresAtMs'>,
  atMs: number,
): Promise<IssuedCredential> {
  const secret = makeSecret(about.role, random.bytes(32));
  const credential: Credential = { ...about, id: makeId('credential', atMs, random.bytes(10)), createdAtMs: atMs, revokedAtMs: null };
  await tx.credentials.insert(credential, sha256(secret));
  return { credential, secret };
}

/** Issues a credential for an agent or an operator. An owner has none to be issued: they sign in. */
export async function issueCredential(
  deps: Pick<Dependencies, 'database' | 'random'>,
  input: {
    readonly role: Exclude<Role, 'owner'>;
    readonly walletId: WalletId | null;
    readonly label: string;
    readonly actor: Actor;
  },
): Promise<Result<IssuedCredential, DomainError>> {
  const { role, walletId, label, actor } = input;
  if (role !== 'agent' && role !== 'operator')
    return fail(domainError('invalid_field', { field: 'role', problem: 'must be agent or operator: owners sign in' }));
  if ((role === 'operator') !== (walletId === null))
    return fail(
      domainError('invalid_field', {
        field: 'wallet',
        problem: role === 'operator' ? 'an operator credential is for no one wallet' : 'an agent credential is for one wallet',
      }),
    );
  return deps.database.transact(async (tx) => {
    if (walletId !== null && (await tx.wallets.get(walletId)) === null)
      return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
    const atMs = await tx.nowMs();
    const issued = await insertCredential(deps, tx, { role, walletId, owner: null, label, expiresAtMs: null }, atMs);
    const subject = issued.credential.id;
    await tx.audit.append([{ chain: walletId ?? 'system', action: 'credential.issued', actor, subject, details: { role, label } }], atMs);
    return ok(issued);
  });
}

/** Revokes at once, on all replicas: every request asks the database. */
export async function revokeCredential(
  deps: Pick<Dependencies, 'database'>,
  input: { readonly credentialId: CredentialId; readonly actor: Actor },
): Promise<Result<Credential, DomainError>> {
  const { credentialId, actor } = input;
  return deps.database.transact(async (tx) => {
    const credential = await tx.credentials.get(credentialId);
    if (credential === null) return fail(domainError('not_found', { kind: 'credential', id: credentialId }));
    const atMs = await tx.nowMs();
    if (!(await tx.credentials.revoke(credentialId, atMs))) return ok(credential);
    await tx.audit.append(
      [
        {
          chain: credential.walletId ?? 'system',
          action: 'credential.revoked',
          actor,
          subject: credentialId,
          details: { role: credential.role },
        },
      ],
      atMs,
    );
    return ok({ ...credential, revokedAtMs: atMs });
  });
}

/** Whose secret this is. A malformed secret is refused without asking the database, one that ended by the database's clock is not found. */
export async function authenticate(deps: Pick<Dependencies, 'database'>, secret: string): Promise<Result<Credential, DomainError>> {
  const refuse = (): Result<Credential, DomainError> =>
    fail(domainError('unauthenticated', { problem: 'the credential is unknown, malformed or revoked' }));
  if (!isSecret(secret)) return refuse();
  const found = await deps.database.read(async (reader) => ok(await reader.credentials.byHash(sha256(secret))));
  if (!found.ok) return found;
  return found.value === null || found.value.revokedAtMs !== null ? refuse() : ok(found.value);
}

/** Which wallets a credential may see: all for an operator, its one for an agent, and for an owner those that they own now. */
export function maySee({ role, walletId, owner }: Credential, wallet: Pick<Wallet, 'id' | 'owner'>): boolean {
  switch (role) {
    case 'operator':
      return true;
    case 'agent':
      return walletId === wallet.id;
    case 'owner':
      return owner !== null && owner === wallet.owner;
  }
}
