import type { Address } from '../domain/address.ts';
import { verifyEd25519 } from '../domain/ed25519.ts';
import { type DomainError, domainError } from '../domain/errors.ts';
import { acceptedEncodings } from '../domain/off-chain-message.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { formatSignIn, parseSignIn, type SignIn } from '../domain/sign-in.ts';
import type { Signature } from '../ports/key-management-service.ts';
import type { SignInChallenge } from '../ports/records.ts';
import { type IssuedCredential, insertCredential } from './credentials.ts';
import type { Dependencies } from './dependencies.ts';

/** How long a challenge may be answered. */
export const CHALLENGE_LIFETIME_MS = 300_000;
/** How long a session lasts; it is never prolonged. */
export const SESSION_LIFETIME_MS = 3_600_000;

/**
 * Asks whoever says to be an owner to prove it. Anybody may ask for any address: whether it owns a wallet is not told. `domain` and `uri` are the
 * service's own, from its configuration, never what a request named.
 */
export async function beginSignIn(
  { database, random, network }: Pick<Dependencies, 'database' | 'random' | 'network'>,
  { owner, domain, uri }: { readonly owner: Address; readonly domain: string; readonly uri: string },
): Promise<Result<SignInChallenge, DomainError>> {
  const nonce = Buffer.from(random.bytes(16)).toString('hex');
  return database.transact(async (tx) => {
    const issuedAtMs = wholeSecond(await tx.nowMs());
    const expiresAtMs = issuedAtMs + CHALLENGE_LIFETIME_MS;
    const text = formatSignIn({ domain, address: owner, uri, network, nonce, issuedAtMs, expiresAtMs });
    const challenge: SignInChallenge = { nonce, text, owner, expiresAtMs };
    await tx.signIns.insert(challenge);
    return ok(challenge);
  });
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/**
 * An owner answers a challenge and gets a session that reads, and nothing else. INVARIANT I6: the answer is to a challenge of this service, on its
 * domain and its network, in time and once. Whoever owns no wallet gets the answer that a bad signature gets.
 */
export async function signIn(
  deps: Pick<Dependencies, 'database' | 'random' | 'network'>,
  { text, signature, domain }: { readonly text: string; readonly signature: Signature; readonly domain: string },
): Promise<Result<IssuedCredential, DomainError>> {
  const parsed = parseSignIn(text);
  if (!parsed.ok) return parsed;
  const answer = parsed.value;
  if (answer.domain !== domain) return refuse('it is for another domain');
  if (answer.network !== deps.network) return refuse('it is for another network');
  if (!acceptedEncodings(text).some((bytes) => verifyEd25519(answer.address, bytes, signature))) return refuse(NOT_AN_OWNER);
  const opened = await deps.database.transact<IssuedCredential | { readonly problem: string }>(async (tx) => {
    const atMs = await tx.nowMs();
    const challenge = await tx.signIns.take(answer.nonce, atMs);
    // The challenge stays used up, whatever comes of it.
    if (challenge === null || !answers(challenge, text, answer, atMs))
      return ok({ problem: 'nothing was asked that it answers, or not any more' });
    if ((await tx.wallets.ofOwner(challenge.owner)).length === 0) return ok({ problem: NOT_AN_OWNER });
    const { owner } = challenge;
    const expiresAtMs = atMs + SESSION_LIFETIME_MS;
    const about = { role: 'owner', walletId: null, owner, label: `signed in at ${domain}`, expiresAtMs } as const;
    const issued = await insertCredential(deps, tx, about, atMs);
    const details = { domain, expiresAt: new Date(expiresAtMs).toISOString() };
    const event = { chain: 'system', action: 'owner.signed_in', actor: `owner:${owner}`, subject: issued.credential.id, details } as const;
    await tx.audit.append([event], atMs);
    return ok(issued);
  });
  if (!opened.ok) return opened;
  return 'problem' in opened.value ? refuse(opened.value.problem) : ok(opened.value);
}

/** No oracle: the same words for who is no owner and for who did not sign. */
const NOT_AN_OWNER = 'it is not signed by an owner of a wallet of this service';

function refuse(problem: string): Result<never, DomainError> {
  return fail(domainError('sign_in_invalid', { problem }));
}

function answers(challenge: SignInChallenge, text: string, { address, expiresAtMs, issuedAtMs }: SignIn, atMs: number): boolean {
  return challenge.text === text && challenge.owner === address && atMs >= issuedAtMs && atMs < expiresAtMs && atMs < challenge.expiresAtMs;
}
