import {
  type AuditChain,
  type AuditEntry,
  type Credential,
  type DomainError,
  domainError,
  fail,
  type IReader,
  ok,
  parseId,
  type Result,
} from '@countersign/core';
import {
  type AuditVerification,
  auditEntriesQuerySchema,
  auditEntrySchema,
  auditQuerySchema,
  auditVerificationSchema,
  pageOf as pageSchema,
} from '@countersign/sdk';
import { noParams, noQuery } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { walletsSeen } from '../http/visibility.ts';
import { auditEntryView } from '../views/other-views.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';

/** The chains to read: operators all (`null`), agents and owners those of their wallets; one where one is asked for. */
async function visibleChains(
  reader: Pick<IReader, 'wallets'>,
  caller: Credential,
  asked: string | undefined,
): Promise<Result<readonly AuditChain[] | null, DomainError>> {
  const chain = asked === undefined || asked === 'system' ? (asked ?? null) : parsed(parseId('wallet', asked, 'chain'));
  const seen = await walletsSeen(reader, caller);
  if (seen === null) return ok(chain === null ? null : [chain]);
  if (chain === null) return ok(seen);
  return chain !== 'system' && seen.includes(chain) ? ok([chain]) : fail(domainError('not_found', { kind: 'audit chain', id: chain }));
}

function newestFirst(one: AuditEntry, other: AuditEntry): number {
  return other.atMs - one.atMs || Number(other.sequence - one.sequence);
}

const list: Route = route({
  method: 'GET',
  url: '/v1/audit',
  summary: 'Audit entries, newest first; `before` goes on within one chain',
  tag: 'Audit',
  action: 'read the audit log',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: auditQuerySchema,
  body: null,
  answers: { 200: pageSchema(auditEntrySchema) },
  async handle({ deps, caller, query }) {
    const limit = itemsAsked(query.limit);
    const beforeSequence = query.before === undefined ? null : BigInt(query.before);
    return deps.database.transact(
      async (tx) => {
        const chains = await visibleChains(tx, caller, query.chain);
        if (!chains.ok) return chains;
        const [only] = chains.value ?? [];
        const one = only !== undefined && chains.value?.length === 1;
        if (!one && beforeSequence !== null)
          return fail(domainError('invalid_field', { field: 'before', problem: 'needs `chain`: sequences count within one chain' }));
        const asked = { limit: limit + 1, beforeSequence };
        const found = chains.value === null ? [...(await tx.audit.list(null, asked))] : [];
        for (const chain of chains.value ?? []) found.push(...(await tx.audit.list(chain, asked)));
        const page = pageOf(chains.value === null ? found : found.sort(newestFirst), limit, auditEntryView, ({ sequence }) =>
          sequence.toString(),
        );
        return answer(200, one ? page : { ...page, nextCursor: null });
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

const entries: Route = route({
  method: 'GET',
  url: '/v1/audit/entries',
  summary: 'One chain in order, for verifying it oneself; `nextCursor` is the next `from`',
  tag: 'Audit',
  action: 'read the audit log',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: auditEntriesQuerySchema,
  body: null,
  answers: { 200: pageSchema(auditEntrySchema) },
  async handle({ deps, caller, query }) {
    const limit = itemsAsked(query.limit);
    return deps.database.transact(
      async (tx) => {
        const chains = await visibleChains(tx, caller, query.chain);
        if (!chains.ok) return chains;
        const [chain] = chains.value ?? [];
        const found = chain === undefined ? [] : await tx.audit.read(chain, BigInt(query.from ?? '1'), limit + 1);
        return answer(
          200,
          pageOf(found, limit, auditEntryView, ({ sequence }) => (sequence + 1n).toString()),
        );
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

const verify: Route = route({
  method: 'POST',
  url: '/v1/audit/verify',
  summary: 'Recompute the hashes of every chain that one may see',
  tag: 'Audit',
  action: 'verify the audit log',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: null,
  answers: { 200: auditVerificationSchema },
  handle: ({ deps, backend, caller }) =>
    deps.database.transact(async (tx) => {
      const visible = (await walletsSeen(tx, caller)) ?? (await tx.audit.chains());
      const chains: AuditVerification['chains'][number][] = [];
      for (const chain of visible) {
        const verdict = await backend.verifyAuditChain(tx.audit, chain);
        chains.push(
          verdict.ok
            ? { chain, ok: true, entries: verdict.entries.toString(), head: verdict.head, problem: null, sequence: null }
            : {
                chain,
                ok: false,
                entries: '0',
                head: '',
                problem: verdict.problem,
                sequence: verdict.sequence.toString(),
              },
        );
      }
      return answer(200, { ok: chains.every((each) => each.ok), chains } satisfies AuditVerification);
    }),
});

export const auditRoutes: readonly Route[] = [list, entries, verify];
