import type { ICredentialStore, IPolicyStore, IWalletStore, Wallet, WalletId } from '@countersign/core';
import type { LockMode } from './locks.ts';
import { ascending, descending, insertRow, page, updateRow } from './rows.ts';
import type { Session } from './session.ts';
import type { PolicyRow } from './tables.ts';

export function walletStore(session: Session): IWalletStore {
  async function locked(id: WalletId, mode: LockMode): Promise<Wallet | null> {
    if (session.get('wallets', id) === null) return null;
    await session.lock(`wallets/${id}`, mode);
    const row = session.get('wallets', id);
    if (row !== null) session.notBefore(row.lastDecisionAtMs);
    return row?.wallet ?? null;
  }
  return {
    insert: (wallet) =>
      session.statement('wallets.insert', () => insertRow(session, 'wallets', wallet.id, { wallet, lastDecisionAtMs: 0 })),
    get: (id) => session.statement('wallets.get', () => session.get('wallets', id)?.wallet ?? null),
    lock: (id) => session.statement('wallets.lock', () => locked(id, 'exclusive')),
    lockShared: (id) => session.statement('wallets.lockShared', () => locked(id, 'shared')),
    lockWithSiblings: (id) =>
      session.statement('wallets.lockWithSiblings', async () => {
        const owner = session.get('wallets', id)?.wallet.owner;
        const family = session
          .all('wallets')
          .filter(({ wallet }) => wallet.owner === owner)
          .map(({ wallet }) => wallet.id)
          .sort();
        const wallets: Wallet[] = [];
        for (const each of family) {
          const wallet = await locked(each, 'exclusive');
          if (wallet !== null) wallets.push(wallet);
        }
        return [...wallets.filter((wallet) => wallet.id === id), ...wallets.filter((wallet) => wallet.id !== id)];
      }),
    list: (asked) =>
      session.statement('wallets.list', () =>
        page(
          session.all('wallets').map(({ wallet }) => wallet),
          asked,
        ),
      ),
    move: (id, from, to, { frozenReason }) =>
      session.statement('wallets.move', () =>
        updateRow(
          session,
          'wallets',
          id,
          ({ wallet }) => wallet.state === from,
          (row) => ({ ...row, wallet: { ...row.wallet, state: to, frozenReason } }),
        ),
      ),
    setPolicyRevision: (id, from, to) =>
      session.statement('wallets.setPolicyRevision', () =>
        updateRow(
          session,
          'wallets',
          id,
          ({ wallet }) => wallet.policyRevision === from,
          (row) => ({ ...row, wallet: { ...row.wallet, policyRevision: to } }),
        ),
      ),
  };
}

export function policyStore(session: Session): IPolicyStore {
  const of = (walletId: WalletId): readonly PolicyRow[] => session.all('policies').filter((row) => row.walletId === walletId);
  const bare = (row: PolicyRow | undefined) => {
    if (row === undefined) return null;
    const { proposal: _proposal, ...revision } = row;
    return revision;
  };
  const find = (walletId: WalletId, revision: number) => of(walletId).find((row) => row.revision === revision && row.state !== 'void');
  return {
    insert: (revision) =>
      session.statement('policies.insert', async () => {
        // The unique number is waited for as PostgreSQL waits for whoever inserts the same.
        await session.lock(`policies/${revision.walletId}/number ${revision.revision}`, 'exclusive');
        const proposal = 1 + session.all('policies').length;
        session.put('policies', `${revision.walletId}/${revision.revision}/${proposal}`, { ...revision, proposal });
      }),
    get: (walletId, revision) => session.statement('policies.get', () => bare(find(walletId, revision))),
    active: (walletId) => session.statement('policies.active', () => bare(of(walletId).find(({ state }) => state === 'active'))),
    list: (walletId) =>
      session.statement('policies.list', () =>
        [...of(walletId)].sort(descending(({ proposal }) => proposal)).map((row) => {
          const { proposal: _proposal, ...revision } = row;
          return revision;
        }),
      ),
    move: (walletId, revision, from, to, atMs) =>
      session.statement('policies.move', async () => {
        const row = find(walletId, revision);
        if (row?.state !== from) return false;
        const key = `${walletId}/${revision}/${row.proposal}`;
        const change = to === 'active' ? { activatedAtMs: atMs } : {};
        return updateRow(
          session,
          'policies',
          key,
          ({ state }) => state === from,
          (current) => ({ ...current, state: to, ...change }),
        );
      }),
  };
}

export function credentialStore(session: Session): ICredentialStore {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return {
    insert: (credential, hash) =>
      session.statement('credentials.insert', () => insertRow(session, 'credentials', credential.id, { credential, hash: hex(hash) })),
    byHash: (hash) =>
      session.statement('credentials.byHash', () => session.all('credentials').find((row) => row.hash === hex(hash))?.credential ?? null),
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
  };
}
