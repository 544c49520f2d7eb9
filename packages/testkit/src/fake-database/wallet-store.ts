import type { IWalletStore, Wallet, WalletId, WalletRoles } from '@countersign/core';
import type { LockMode } from './locks.ts';
import { descending, insertRow, page, updateRow } from './rows.ts';
import type { Session } from './session.ts';

const ROLES: readonly (keyof WalletRoles)[] = ['owner', 'agent', 'feeAccount', 'recovery'];

export function walletStore(session: Session): IWalletStore {
  const all = (): readonly Wallet[] => session.all('wallets').map(({ wallet }) => wallet);
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
        for (;;) {
          const owner = session.get('wallets', id)?.wallet.owner;
          const family = all()
            .filter((wallet) => wallet.owner === owner)
            .map((wallet) => wallet.id)
            .sort();
          const wallets: Wallet[] = [];
          for (const each of family) {
            const wallet = await locked(each, 'exclusive');
            if (wallet !== null && wallet.owner === owner) wallets.push(wallet);
          }
          // One whose owner was replaced while its lock was waited for is of another family: looked for again.
          if (wallets.length === 0 || wallets.some((wallet) => wallet.id === id))
            return [...wallets.filter((wallet) => wallet.id === id), ...wallets.filter((wallet) => wallet.id !== id)];
        }
      }),
    list: (asked) => session.statement('wallets.list', () => page(all(), asked)),
    ofOwner: (owner) =>
      session.statement('wallets.ofOwner', () =>
        all()
          .filter((wallet) => wallet.owner === owner)
          .toSorted(descending(({ id }) => id)),
      ),
    rekey: (id, from, to) =>
      session.statement('wallets.rekey', () =>
        updateRow(
          session,
          'wallets',
          id,
          ({ wallet }) => ROLES.every((role) => wallet[role] === from[role]),
          (row) => ({
            ...row,
            wallet: { ...row.wallet, owner: to.owner, agent: to.agent, feeAccount: to.feeAccount, recovery: to.recovery },
          }),
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
    setRekeying: (id, from, to) =>
      session.statement('wallets.setRekeying', () =>
        updateRow(
          session,
          'wallets',
          id,
          ({ wallet }) => wallet.rekeyingBy === from,
          (row) => ({ ...row, wallet: { ...row.wallet, rekeyingBy: to } }),
        ),
      ),
  };
}
