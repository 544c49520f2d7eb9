import { type ApprovalId, type IApprovalStore, type IAttemptStore, LIVE_ATTEMPT_STATES } from '@countersign/core';
import { ascending, descending, insertRow, page, updateRow } from './rows.ts';
import type { Session } from './session.ts';
import type { Rows } from './tables.ts';

export function attemptStore(session: Session): IAttemptStore {
  const byAge = ascending<Rows['attempts']>(
    ({ createdAtMs }) => createdAtMs,
    ({ id }) => id,
  );
  const where = (matches: (attempt: Rows['attempts']) => boolean) => session.all('attempts').filter(matches);
  const live = ({ state }: Rows['attempts']): boolean => LIVE_ATTEMPT_STATES.includes(state);
  const waits = (approvalId: ApprovalId | null): boolean =>
    approvalId !== null && session.get('approvals', approvalId)?.state === 'waiting';
  return {
    insert: (attempt) =>
      session.statement('attempts.insert', async () => {
        // A second attempt of the request waits until the first one's transaction has ended.
        if (attempt.requestId !== null) await session.lock(`attempts/of ${attempt.requestId}`, 'exclusive');
        await insertRow(session, 'attempts', attempt.id, attempt);
      }),
    get: (id) => session.statement('attempts.get', () => session.get('attempts', id)),
    getMany: (ids) => session.statement('attempts.getMany', () => ids.flatMap((id) => session.get('attempts', id) ?? [])),
    liveOfRequest: (requestId) =>
      session.statement('attempts.liveOfRequest', () => where((each) => each.requestId === requestId && live(each))[0] ?? null),
    ofRequest: (requestId) => session.statement('attempts.ofRequest', () => where((each) => each.requestId === requestId).sort(byAge)),
    ofApproval: (approvalId) =>
      session.statement('attempts.ofApproval', () =>
        where((each) => each.approvalId === approvalId).sort(
          ascending(
            ({ step }) => step,
            ({ id }) => id,
          ),
        ),
      ),
    liveCountersigned: (walletId) =>
      session.statement('attempts.liveCountersigned', () =>
        where((each) => each.walletId === walletId && each.holding?.alone === false && live(each) && each.state !== 'prepared').sort(
          ascending(({ id }) => id),
        ),
      ),
    ofSignatures: (walletId, signatures) =>
      session.statement('attempts.ofSignatures', () =>
        where((each) => each.walletId === walletId && each.signature !== null && signatures.includes(each.signature)),
      ),
    ofWallet: (walletId, states) =>
      session.statement('attempts.ofWallet', () => where((each) => each.walletId === walletId && states.includes(each.state)).sort(byAge)),
    unsettled: (limit) =>
      session.statement('attempts.unsettled', () =>
        where((each) => live(each) && !(each.state === 'prepared' && waits(each.approvalId)))
          .sort(byAge)
          .slice(0, limit),
      ),
    move: (id, from, to, { wire, signature, problem }) =>
      session.statement('attempts.move', () =>
        updateRow(
          session,
          'attempts',
          id,
          ({ state }) => state === from,
          (attempt) => ({
            ...attempt,
            state: to,
            problem: problem ?? attempt.problem,
            ...(wire === undefined && signature === undefined ? {} : { wire: wire ?? null, signature: signature ?? null }),
          }),
        ),
      ),
  };
}

export function approvalStore(session: Session): IApprovalStore {
  const where = (matches: (approval: Rows['approvals']) => boolean) => session.all('approvals').filter(matches);
  const isOpen = ({ state }: Rows['approvals']): boolean => state === 'waiting' || state === 'executing';
  return {
    insert: (approval) =>
      session.statement('approvals.insert', async () => {
        if (approval.requestId !== null) await session.lock(`approvals/of ${approval.requestId}`, 'exclusive');
        await insertRow(session, 'approvals', approval.id, approval);
      }),
    get: (id) => session.statement('approvals.get', () => session.get('approvals', id)),
    lock: (id) =>
      session.statement('approvals.lock', async () => {
        if (session.get('approvals', id) !== null) await session.lock(`approvals/${id}`, 'exclusive');
        return session.get('approvals', id);
      }),
    ofRequest: (requestId) =>
      session.statement(
        'approvals.ofRequest',
        () => where((each) => each.requestId === requestId).sort(descending(({ id }) => id))[0] ?? null,
      ),
    list: ({ walletId, state, kind }, asked) =>
      session.statement('approvals.list', () =>
        page(
          where(
            (each) =>
              (walletId === null || each.walletId === walletId) &&
              (state === null || each.state === state) &&
              (kind === null || each.kind === kind),
          ),
          asked,
        ),
      ),
    overdue: (nowMs, limit) =>
      session.statement('approvals.overdue', () =>
        where(({ state, releasesAtMs, expiresAtMs }) => state === 'waiting' && releasesAtMs === null && expiresAtMs < nowMs)
          .sort(
            ascending(
              ({ expiresAtMs }) => expiresAtMs,
              ({ id }) => id,
            ),
          )
          .slice(0, limit),
      ),
    releasable: (nowMs, limit) =>
      session.statement('approvals.releasable', () =>
        where(({ state, releasesAtMs }) => state === 'waiting' && releasesAtMs !== null && releasesAtMs <= nowMs)
          .sort(
            ascending(
              ({ releasesAtMs }) => releasesAtMs ?? 0,
              ({ id }) => id,
            ),
          )
          .slice(0, limit),
      ),
    prepare: (id, prepared) =>
      session.statement('approvals.prepare', async () => {
        const changed = await updateRow(
          session,
          'approvals',
          id,
          () => true,
          (approval) => ({ ...approval, prepared }),
        );
        if (!changed) throw new Error(`there is no approval ${id} to prepare`);
      }),
    holdBack: (id, problem) =>
      session.statement('approvals.holdBack', () =>
        updateRow(
          session,
          'approvals',
          id,
          ({ state }) => state === 'waiting',
          (approval) => ({ ...approval, releasesAtMs: null, problem }),
        ),
      ),
    note: (id, problem) =>
      session.statement('approvals.note', async () => {
        await updateRow(session, 'approvals', id, isOpen, (approval) => ({ ...approval, problem }));
      }),
    move: (id, from, to, { problem }) =>
      session.statement('approvals.move', () =>
        updateRow(
          session,
          'approvals',
          id,
          ({ state }) => state === from,
          (approval) => ({
            ...approval,
            state: to,
            problem: to === 'done' ? (problem ?? null) : (problem ?? approval.problem),
            releasesAtMs: to === 'executing' ? null : approval.releasesAtMs,
          }),
        ),
      ),
  };
}
