import type { IBudgetStore, Meter, Metered, WalletId } from '@countersign/core';
import { ConstraintViolation } from './failures.ts';
import type { Session } from './session.ts';
import type { ReservationRow } from './tables.ts';

const amountOf = (amounts: readonly Metered[], meter: Meter): bigint =>
  amounts.reduce((sum, each) => (each.meter === meter ? sum + each.amount : sum), 0n);

/** INVARIANT I4, by adding up every row each time: docs/spec/budget.md without its shortcuts. */
export function budgetStore(session: Session): IBudgetStore {
  function rowsOf(walletId: WalletId, scope: 'wallet' | 'owner'): readonly ReservationRow[] {
    const owner = session.get('wallets', walletId)?.wallet.owner;
    return session.all('reservations').filter((row) => {
      if (row.state === 'released') return false;
      return scope === 'wallet' ? row.walletId === walletId : session.get('wallets', row.walletId)?.wallet.owner === owner;
    });
  }
  /** What one row counts in a window from `sinceMs` on. What is open counts at every moment. */
  function counts(row: ReservationRow, meter: Meter, sinceMs: number): bigint {
    if (row.state === 'open') return amountOf(row.holding.amounts, meter);
    return row.settledAtMs !== null && row.settledAtMs >= sinceMs ? amountOf(row.settled, meter) : 0n;
  }
  const held = (attemptId: string): ReservationRow | null => {
    const row = session.get('reservations', attemptId);
    return row?.state === 'open' ? row : null;
  };
  async function moveClock(walletId: WalletId, atMs: number): Promise<void> {
    await session.lock(`wallets/${walletId}`, 'exclusive');
    const row = session.get('wallets', walletId);
    if (row !== null) session.put('wallets', walletId, { ...row, lastDecisionAtMs: Math.max(row.lastDecisionAtMs, atMs) });
    session.notBefore(atMs);
  }

  return {
    usage: (walletId, windows, nowMs) =>
      session.statement('budgets.usage', () =>
        windows.map((window) => {
          const sinceMs = Math.max(0, nowMs - window.seconds * 1000);
          let alone = 0n;
          let total = 0n;
          for (const row of rowsOf(walletId, window.scope)) {
            const amount = counts(row, window.meter, sinceMs);
            total += amount;
            if (row.holding.alone) alone += amount;
          }
          return { ...window, alone, total };
        }),
      ),
    comesBackAt: (walletId, { terms, scope, windowSeconds, limitKind, limit, asked }, nowMs) =>
      session.statement('budgets.comesBackAt', () => {
        if (asked > limit) return null;
        const rows = rowsOf(walletId, scope).filter(({ holding }) => limitKind === 'ceiling' || holding.alone);
        const lengthMs = windowSeconds * 1000;
        const settledAt = (row: ReservationRow): number => (row.state === 'open' ? nowMs : (row.settledAtMs ?? 0));
        const usedAt = (moment: number): bigint =>
          rows.reduce((sum, row) => {
            if (settledAt(row) < moment - lengthMs) return sum;
            const amounts = row.state === 'open' ? row.holding.amounts : row.settled;
            return terms.reduce((inner, { meter, weight }) => inner + weight * amountOf(amounts, meter), sum);
          }, 0n);
        if (usedAt(nowMs) + asked <= limit) return null;
        const moments = rows.map((row) => settledAt(row) + lengthMs + 1).filter((moment) => moment > nowMs);
        return moments.sort((one, other) => one - other).find((moment) => usedAt(moment) + asked <= limit) ?? null;
      }),
    reserve: ({ attemptId, walletId, holding, atMs }) =>
      session.statement('budgets.reserve', async () => {
        await session.lock(`reservations/${attemptId}`, 'exclusive');
        if (session.get('reservations', attemptId) !== null) throw new ConstraintViolation('budget_reservations_id', attemptId);
        await session.lock(`wallets/${walletId}`, 'exclusive');
        session.put('reservations', attemptId, {
          ...{ attemptId, walletId, holding, reservedAtMs: atMs },
          ...{ state: 'open', settled: [], settledAtMs: null },
        });
        await moveClock(walletId, atMs);
      }),
    settle: (attemptId, amounts, atMs) =>
      session.statement('budgets.settle', async () => {
        await session.lock(`reservations/${attemptId}`, 'exclusive');
        const row = held(attemptId);
        const fits = (amount: Metered): boolean =>
          amount.amount >= 0n &&
          row !== null &&
          row.holding.amounts.some((each) => each.meter === amount.meter && each.amount >= amount.amount);
        // Of a frozen wallet what moved beyond its holding counts too.
        const frozen = row !== null && session.get('wallets', row.walletId)?.wallet.state === 'frozen';
        const named = row?.holding.amounts.every(({ meter }) => amounts.some((each) => each.meter === meter)) ?? false;
        if (row === null || !named || (!frozen && (row.holding.amounts.length !== amounts.length || !amounts.every(fits))))
          throw new Error(`attempt ${attemptId} does not hold, of every meter, at least what is to be settled`);
        await session.lock(`wallets/${row.walletId}`, 'exclusive');
        session.put('reservations', attemptId, { ...row, state: 'settled', settled: amounts, settledAtMs: atMs });
        await moveClock(row.walletId, atMs);
      }),
    release: (attemptId) =>
      session.statement('budgets.release', async () => {
        await session.lock(`reservations/${attemptId}`, 'exclusive');
        const row = held(attemptId);
        if (row === null) throw new Error(`attempt ${attemptId} holds no reservation to release`);
        await session.lock(`wallets/${row.walletId}`, 'exclusive');
        session.put('reservations', attemptId, { ...row, state: 'released' });
      }),
  };
}
