import { type AuditChain, type Credential, type DomainError, domainError, fail, ok, parseId, type Result } from '@countersign/core';
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
import { auditEntryView } from '../views/other-views.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';

/** The chain to read: operators see all (`null`), agents and owners that of their wallet. */
function visibleChain(caller: Credential, asked: string | undefined): Result<AuditChain | null, DomainError> {
  const chain = asked === undefined || asked === 'system' ? (asked ?? null) : parsed(parseId('wallet', asked, 'chain'));
  if (caller.role === 'operator') return ok(chain);
  if (chain === null || chain === caller.walletId) return ok(caller.walletId);
  return fail(domainError('not_found', { kind: 'audit chain', id: chain }));
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
    const chain = visibleChain(caller, query.chain);
    if (!chain.ok) return chain;
    if (chain.value === null && query.before !== undefined)
      return fail(domainError('invalid_field', { field: 'before', problem: 'needs `chain`: sequences count within one chain' }));
    const limit = itemsAsked(query.limit);
    const beforeSequence = query.before === undefined ? null : BigInt(query.before);
    return deps.database.transact(
      async (tx) => {
        const found = await tx.audit.list(chain.value, { limit: limit + 1, beforeSequence });
        const page = pageOf(found, limit, auditEntryView, ({ sequence }) => sequence.toString());
        return answer(200, chain.value === null ? { ...page, nextCursor: null } : page);
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
    const chain = visibleChain(caller, query.chain);
    if (!chain.ok) return chain;
    const limit = itemsAsked(query.limit);
    return deps.database.transact(
      async (tx) => {
        const found = chain.value === null ? [] : await tx.audit.read(chain.value, BigInt(query.from ?? '1'), limit + 1);
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
      const visible = caller.role === 'operator' ? await tx.audit.chains() : caller.walletId === null ? [] : [caller.walletId];
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
