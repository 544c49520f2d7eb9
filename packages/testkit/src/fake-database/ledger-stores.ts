import {
  AUDIT_GENESIS,
  type AuditChain,
  type AuditEntry,
  auditPreimage,
  type IAuditStore,
  type IIdempotencyStore,
  type IJobStore,
  type IReceiptStore,
  type IStatementStore,
  type IWatchMarkStore,
  isInstalling,
  isTerminal,
  parseOwnerStatement,
  type Sha256Hex,
  type SignedStatement,
  sha256Hex,
} from '@countersign/core';
import { ascending, updateRow } from './rows.ts';
import type { Session } from './session.ts';
import type { StatementRow } from './tables.ts';

export function idempotencyStore(session: Session): IIdempotencyStore {
  const keyOf = (credentialId: string, key: string): string => `${credentialId}/${key}`;
  return {
    claim: ({ credentialId, key, fingerprint, requestId, atMs }) =>
      session.statement('idempotency.claim', async () => {
        const at = keyOf(credentialId, key);
        await session.lock(`idempotency/${at}`, 'exclusive');
        const taken = session.get('idempotency', at);
        if (taken !== null) return { kind: 'taken', fingerprint: taken.fingerprint, requestId: taken.requestId };
        session.put('idempotency', at, { credentialId, key, fingerprint, requestId, atMs, answer: null });
        return { kind: 'claimed' };
      }),
    find: (credentialId, key) =>
      session.statement('idempotency.find', () => {
        const row = session.get('idempotency', keyOf(credentialId, key));
        return row && { fingerprint: row.fingerprint, requestId: row.requestId, answer: row.answer };
      }),
    keepAnswer: (credentialId, key, answer) =>
      session.statement('idempotency.keepAnswer', async () => {
        await updateRow(
          session,
          'idempotency',
          keyOf(credentialId, key),
          (row) => row.answer === null,
          (row) => ({ ...row, answer }),
        );
      }),
    forget: (beforeMs, limit) =>
      session.statement('idempotency.forget', async () => {
        const old = session
          .all('idempotency')
          .filter((row) => row.atMs < beforeMs && isTerminal(session.get('requests', row.requestId)?.state ?? 'received'))
          .sort(ascending(({ atMs }) => atMs))
          .slice(0, limit);
        for (const { credentialId, key } of old) {
          await session.lock(`idempotency/${keyOf(credentialId, key)}`, 'exclusive');
          session.put('idempotency', keyOf(credentialId, key), null);
        }
        return old.length;
      }),
  };
}

export function statementStore(session: Session): IStatementStore {
  const signed = ({ text, signature, secondSignature }: StatementRow): SignedStatement => ({ text, signature, secondSignature });
  return {
    use: ({ walletId, nonce, text, signature, secondSignature, atMs }) =>
      session.statement('statements.use', async () => {
        const key = `${walletId}/${nonce}`;
        await session.lock(`statements/${key}`, 'exclusive');
        if (session.get('statements', key) !== null) return false;
        const parsed = parseOwnerStatement(text);
        const revision = parsed.ok && isInstalling(parsed.value) ? parsed.value.revision : null;
        session.put('statements', key, { walletId, nonce, text, signature, secondSignature, revision, atMs });
        return true;
      }),
    ofRevision: (walletId, revision) =>
      session.statement('statements.ofRevision', () => {
        const found = session
          .all('statements')
          .filter((row) => row.walletId === walletId && row.revision === revision)
          .sort(
            ascending(
              ({ atMs }) => atMs,
              ({ nonce }) => nonce,
            ),
          )
          .at(-1);
        return found === undefined ? null : signed(found);
      }),
    ofNonce: (walletId, nonce) =>
      session.statement('statements.ofNonce', () => {
        const found = session.get('statements', `${walletId}/${nonce}`);
        return found && signed(found);
      }),
  };
}

export function receiptStore(session: Session): IReceiptStore {
  return {
    append: (walletId, agent, receipt) =>
      session.statement('receipts.append', async () => {
        await session.lock('receipts/next', 'shared');
        const key = `${walletId}/${Buffer.from(receipt).toString('hex')}/${session.all('receipts').length}`;
        session.put('receipts', key, { walletId, agent, receipt });
      }),
    list: (walletId, agent, limit) =>
      session.statement('receipts.list', () =>
        session
          .all('receipts')
          .filter((row) => row.walletId === walletId && row.agent === agent)
          .map(({ receipt }) => receipt)
          .slice(-limit),
      ),
  };
}

/** INVARIANT I11: a mark never goes back. */
export function watchMarkStore(session: Session): IWatchMarkStore {
  return {
    get: (walletId) => session.statement('watchMarks.get', () => session.get('watchMarks', walletId)),
    put: (mark) =>
      session.statement('watchMarks.put', async () => {
        await session.lock(`watchMarks/${mark.walletId}`, 'exclusive');
        const stored = session.get('watchMarks', mark.walletId);
        if (stored !== null && stored.slot > mark.slot) return false;
        session.put('watchMarks', mark.walletId, mark);
        return true;
      }),
  };
}

/** INVARIANT I10. The head's lock makes appends take turns. */
export function auditStore(session: Session): IAuditStore {
  const entriesOf = (chain: AuditChain): readonly AuditEntry[] => session.get('audit', chain)?.entries ?? [];
  const headOf = (chain: AuditChain): { readonly sequence: bigint; readonly hash: Sha256Hex } =>
    entriesOf(chain).at(-1) ?? { sequence: 0n, hash: AUDIT_GENESIS };
  return {
    append: (events, atMs) =>
      session.statement('audit.append', async () => {
        for (const chain of [...new Set(events.map((event) => event.chain))].sort()) await session.lock(`audit/${chain}`, 'exclusive');
        for (const { chain, action, actor, subject, details } of events) {
          const head = headOf(chain);
          const entry = { chain, action, actor, subject, details, sequence: head.sequence + 1n, atMs, previousHash: head.hash };
          const whole: AuditEntry = { ...entry, hash: sha256Hex(auditPreimage(entry)) as Sha256Hex };
          session.put('audit', chain, { chain, entries: [...entriesOf(chain), whole] });
        }
      }),
    hold: (chain) => session.statement('audit.hold', () => session.lock(`audit/${chain}`, 'exclusive')),
    read: (chain, from, limit) =>
      session.statement('audit.read', () =>
        entriesOf(chain)
          .filter(({ sequence }) => sequence >= from)
          .slice(0, limit),
      ),
    chains: () =>
      session.statement('audit.chains', () =>
        session
          .all('audit')
          .map(({ chain }) => chain)
          .sort(),
      ),
    list: (chain, { limit, beforeSequence }) =>
      session.statement('audit.list', () =>
        session
          .all('audit')
          .flatMap((row) => (chain === null || row.chain === chain ? row.entries : []))
          .filter(({ sequence }) => beforeSequence === null || sequence < beforeSequence)
          .sort((one, other) =>
            ascending<AuditEntry>(
              ({ atMs }) => (chain === null ? atMs : 0),
              (entry) => entry.chain,
              ({ sequence }) => Number(sequence),
            )(other, one),
          )
          .slice(0, limit),
      ),
    head: (chain) =>
      session.statement('audit.head', () => {
        const { sequence, hash } = headOf(chain);
        return sequence === 0n ? null : { sequence, hash };
      }),
  };
}

export function jobStore(session: Session): IJobStore {
  return {
    enqueue: (job, { startAfterMs }) =>
      session.statement('jobs.enqueue', () => session.enqueue({ job, dueMs: session.nowMs() + startAfterMs })),
  };
}
