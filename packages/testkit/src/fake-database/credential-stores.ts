import type { ICredentialStore, ISignInStore, SignInChallenge } from '@countersign/core';
import { ascending, insertRow, removeOldest, updateRow } from './rows.ts';
import type { Session } from './session.ts';

export function credentialStore(session: Session): ICredentialStore {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return {
    insert: (credential, hash) =>
      session.statement('credentials.insert', () => insertRow(session, 'credentials', credential.id, { credential, hash: hex(hash) })),
    byHash: (hash) =>
      session.statement('credentials.byHash', () => {
        const found = session.all('credentials').find((row) => row.hash === hex(hash))?.credential;
        return found === undefined || (found.expiresAtMs !== null && found.expiresAtMs <= session.nowMs()) ? null : found;
      }),
    get: (id) => session.statement('credentials.get', () => session.get('credentials', id)?.credential ?? null),
    list: ({ walletId, role }) =>
      session.statement('credentials.list', () =>
        session
          .all('credentials')
          .map(({ credential }) => credential)
          .filter((each) => (walletId === null || each.walletId === walletId) && (role === null || each.role === role))
          .sort(ascending(({ id }) => id)),
      ),
    revoke: (id, atMs) =>
      session.statement('credentials.revoke', () =>
        updateRow(
          session,
          'credentials',
          id,
          ({ credential }) => credential.revokedAtMs === null,
          (row) => ({ ...row, credential: { ...row.credential, revokedAtMs: atMs } }),
        ),
      ),
    forgetExpired: (beforeMs, limit) =>
      session.statement('credentials.forgetExpired', () =>
        removeOldest(
          session,
          'credentials',
          ({ credential }) => credential.expiresAtMs ?? Number.POSITIVE_INFINITY,
          ({ credential }) => credential.id,
          beforeMs,
          limit,
        ),
      ),
  };
}

/** INVARIANT I6: a challenge is answered once. */
export function signInStore(session: Session): ISignInStore {
  return {
    insert: (challenge) => session.statement('signIns.insert', () => insertRow(session, 'signIns', challenge.nonce, challenge)),
    take: (nonce, nowMs) =>
      session.statement('signIns.take', async () => {
        const good = (): SignInChallenge | null => {
          const challenge = session.get('signIns', nonce);
          return challenge !== null && challenge.expiresAtMs > nowMs ? challenge : null;
        };
        if (good() === null) return null;
        await session.lock(`signIns/${nonce}`, 'exclusive');
        const challenge = good();
        if (challenge !== null) session.put('signIns', nonce, null);
        return challenge;
      }),
    forgetExpired: (beforeMs, limit) =>
      session.statement('signIns.forgetExpired', () =>
        removeOldest(
          session,
          'signIns',
          ({ expiresAtMs }) => expiresAtMs,
          ({ nonce }) => nonce,
          beforeMs,
          limit,
        ),
      ),
  };
}
