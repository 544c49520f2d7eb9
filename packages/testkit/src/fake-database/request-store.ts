import { type IRequestStore, isTerminal, type TransactionRequest } from '@countersign/core';
import { ascending, insertRow, page, updateRow } from './rows.ts';
import type { Session } from './session.ts';

/** In these states what was in the way stands no longer. */
const GOES_ON: readonly string[] = ['signed', 'submitted', 'confirmed', 'finalized'];

export function requestStore(session: Session): IRequestStore {
  const where = (matches: (request: TransactionRequest) => boolean) => session.all('requests').filter(matches);
  return {
    insert: (request) => session.statement('requests.insert', () => insertRow(session, 'requests', request.id, request)),
    get: (id) => session.statement('requests.get', () => session.get('requests', id)),
    list: (walletId, asked) =>
      session.statement('requests.list', () =>
        page(
          where((each) => each.walletId === walletId && (asked.state === null || each.state === asked.state)),
          asked,
        ),
      ),
    history: (walletId, { recipients, denialsSinceMs, mostDenials, mostFailures }) =>
      session.statement('requests.history', () => {
        const mine = where((each) => each.walletId === walletId);
        const finalized = mine.filter(({ state }) => state === 'finalized');
        const lastMs = finalized.reduce((latest, { updatedAtMs }) => Math.max(latest, updatedAtMs), 0);
        const alone = session
          .all('attempts')
          .filter((each) => each.walletId === walletId && each.holding?.alone && !['failed', 'expired', 'withdrawn'].includes(each.state));
        const ended = mine.filter(({ state, updatedAtMs }) => (state === 'denied' || state === 'failed') && updatedAtMs >= lastMs);
        const paidTo = (address: string): boolean =>
          finalized.some(({ action }) => action.kind === 'payment' && action.payment.recipient === address);
        return {
          lastAloneAtMs: alone.length === 0 ? null : Math.max(...alone.map(({ createdAtMs }) => createdAtMs)),
          paidBefore: recipients.filter(paidTo),
          denials: Math.min(
            mostDenials,
            mine.filter(({ state, updatedAtMs }) => state === 'denied' && updatedAtMs >= denialsSinceMs).length,
          ),
          failuresInARow: Math.min(mostFailures, ended.length),
        };
      }),
    undecided: (beforeMs, limit) =>
      session.statement('requests.undecided', () =>
        where(({ state, updatedAtMs }) => state === 'received' && updatedAtMs < beforeMs)
          .sort(
            ascending(
              ({ updatedAtMs }) => updatedAtMs,
              ({ id }) => id,
            ),
          )
          .slice(0, limit),
      ),
    note: (id, problem) =>
      session.statement('requests.note', async () => {
        await updateRow(
          session,
          'requests',
          id,
          ({ state }) => !isTerminal(state),
          (request) => ({ ...request, problem }),
        );
      }),
    move: (id, from, to, { atMs, signature, problem, decision, route }) =>
      session.statement('requests.move', () =>
        updateRow(
          session,
          'requests',
          id,
          ({ state }) => state === from,
          (request) => ({
            ...request,
            state: to,
            updatedAtMs: atMs,
            signature: signature ?? request.signature,
            problem: GOES_ON.includes(to) ? (problem ?? null) : (problem ?? request.problem),
            route: route ?? decision?.route ?? request.route,
            decision: decision ?? request.decision,
          }),
        ),
      ),
  };
}
