import type { IPolicyStore, PolicyRevision, Tightening, WalletId } from '@countersign/core';
import { descending, updateRow } from './rows.ts';
import type { Session } from './session.ts';
import type { PolicyRow } from './tables.ts';

export function policyStore(session: Session): IPolicyStore {
  const of = (walletId: WalletId): readonly PolicyRow[] => session.all('policies').filter((row) => row.walletId === walletId);
  const tightened = (walletId: WalletId, revision: number): readonly Tightening[] =>
    session
      .all('tightenings')
      .filter((row) => row.walletId === walletId && row.revision === revision)
      .map(({ walletId: _walletId, revision: _revision, ...tightening }) => tightening)
      .sort(descending(({ number }) => number));
  const whole = ({ proposal: _proposal, ...row }: PolicyRow): PolicyRevision => {
    const everActive = row.state === 'active' || row.state === 'superseded';
    return { ...row, tightening: (everActive ? tightened(row.walletId, row.revision)[0] : undefined) ?? null };
  };
  const found = (row: PolicyRow | undefined): PolicyRevision | null => (row === undefined ? null : whole(row));
  const find = (walletId: WalletId, revision: number) => of(walletId).find((row) => row.revision === revision && row.state !== 'void');
  return {
    insert: (revision) =>
      session.statement('policies.insert', async () => {
        // The unique number is waited for as PostgreSQL waits for whoever inserts the same.
        await session.lock(`policies/${revision.walletId}/number ${revision.revision}`, 'exclusive');
        const proposal = 1 + session.all('policies').length;
        const { tightening: _none, ...row } = revision;
        session.put('policies', `${revision.walletId}/${revision.revision}/${proposal}`, { ...row, proposal });
      }),
    get: (walletId, revision) => session.statement('policies.get', () => found(find(walletId, revision))),
    active: (walletId) => session.statement('policies.active', () => found(of(walletId).find(({ state }) => state === 'active'))),
    list: (walletId) => session.statement('policies.list', () => [...of(walletId)].sort(descending(({ proposal }) => proposal)).map(whole)),
    tighten: (walletId, revision, tightening) =>
      session.statement('policies.tighten', async () => {
        const active = (): PolicyRow | undefined => of(walletId).find((row) => row.revision === revision && row.state === 'active');
        const seen = active();
        if (seen === undefined) return false;
        // What supersedes the revision waits until this transaction has ended, and the other way round.
        await session.lock(`policies/${walletId}/${revision}/${seen.proposal}`, 'shared');
        const key = `${walletId}/${revision}/${tightening.number}`;
        await session.lock(`tightenings/${key}`, 'exclusive');
        if (active() === undefined || session.get('tightenings', key) !== null) return false;
        session.put('tightenings', key, { walletId, revision, ...tightening });
        return true;
      }),
    tightenings: (walletId, revision) => session.statement('policies.tightenings', () => tightened(walletId, revision)),
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
