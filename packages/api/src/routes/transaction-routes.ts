import {
  type Approval,
  cancelTransaction,
  type Dependencies,
  type DomainError,
  domainError,
  dryRunTransaction,
  fail,
  type IReader,
  type KeptAnswer,
  ok,
  parseId,
  proposeTransaction,
  type RequestId,
  type Result,
  type TransactionRequest,
  type WalletId,
} from '@countersign/core';
import { createTransactionSchema, dryRunSchema, pageOf as pageSchema, transactionSchema, transactionsQuerySchema } from '@countersign/sdk';
import { z } from 'zod';
import { noQuery, transactionParams, walletParams } from '../http/params.ts';
import { answer, answerText, type Reply, type Route, route } from '../http/route.ts';
import { toProblem } from '../problems/to-problem.ts';
import { dryRunView, transactionView, waitsForAnswer } from '../views/transaction-view.ts';
import { fingerprintOf, readAction } from './asked-action.ts';
import { firstAnswer, keepFirstAnswer } from './first-answer.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';

const askingHeaders = z.looseObject({
  'idempotency-key': z.string().optional().describe('Required, except on a dry run: 1 to 128 visible ASCII characters'),
  'dry-run': z.literal('true').optional().describe('The same decision; nothing is recorded, reserved, signed or sent'),
});

const create: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/transactions',
  summary: 'Pay, or have the vault execute a message',
  tag: 'Transactions',
  action: 'pay',
  access: ['agent'],
  idempotency: 'required',
  audit: 'request.decided',
  movesMoney: true,
  params: walletParams,
  query: noQuery,
  body: createTransactionSchema,
  headers: askingHeaders,
  answers: { 200: dryRunSchema, 202: transactionSchema },
  async handle({ deps, caller, params, body, idempotencyKey, dryRun, requestId }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const action = readAction(body);
    if (dryRun) {
      const decided = await dryRunTransaction(deps, { walletId, action, credential: caller });
      return decided.ok ? answer(200, dryRunView(decided.value)) : decided;
    }
    const key = idempotencyKey ?? '';
    const asked = { walletId, action, credential: caller, idempotencyKey: key, fingerprint: fingerprintOf(walletId, action) };
    const proposed = await proposeTransaction(deps, asked);
    if (!proposed.ok) return proposed;
    const { request, replayed } = proposed.value;
    const answerKey = { credentialId: caller.id, key };
    if (!replayed) {
      const first = await answerTo(deps, request, requestId);
      if (first.ok) await keepFirstAnswer(deps, answerKey, first.value);
      return first.ok ? answerText(first.value.status, first.value.body) : first;
    }
    const kept = await firstAnswer(deps, answerKey, request.createdAtMs);
    if (!kept.ok) return kept;
    const again = kept.value === null ? await answerAsItStands(deps, request.id, requestId) : ok(kept.value);
    return again.ok ? answerText(again.value.status, again.value.body, { 'idempotency-replayed': 'true' }) : again;
  },
});

/** What the one who asked is told: the transaction, or a problem where it was denied. */
async function answerTo(deps: Dependencies, request: TransactionRequest, requestId: string): Promise<Result<KeptAnswer, DomainError>> {
  if (request.state === 'denied') return ok(denial(request, requestId));
  const approval = await deps.database.read(async (reader) => ok(await approvalOf(reader, request)));
  if (!approval.ok) return approval;
  return ok({ status: 202, body: JSON.stringify(transactionView(request, approval.value)) });
}

async function answerAsItStands(deps: Dependencies, id: RequestId, requestId: string): Promise<Result<KeptAnswer, DomainError>> {
  const request = await deps.database.read(async (reader) => ok(await reader.requests.get(id)));
  if (!request.ok) return request;
  if (request.value === null) return fail(domainError('not_found', { kind: 'transaction', id }));
  return answerTo(deps, request.value, requestId);
}

function denial(request: TransactionRequest, requestId: string): KeptAnswer {
  const view = transactionView(request, null);
  const { violations, budgets } = view.decision;
  const problem = toProblem({ code: 'payment_denied', request: request.id }, requestId, { ...view, violations, budgets });
  const objections = violations.filter(({ outcome }) => outcome === 'denied').map(({ message }) => message);
  const detail = objections.length === 0 ? problem.detail : objections.join(' ');
  return { status: problem.status, body: JSON.stringify({ ...problem, detail }) };
}

/** The approval that the request waits for; the database is asked only when it waits for one. */
async function approvalOf(reader: Pick<IReader, 'approvals'>, { id, state }: TransactionRequest): Promise<Approval | null> {
  return waitsForAnswer(state) ? reader.approvals.ofRequest(id) : null;
}

async function readRequest(
  reader: Pick<IReader, 'requests'>,
  walletId: WalletId,
  id: RequestId,
): Promise<Result<TransactionRequest, DomainError>> {
  const request = await reader.requests.get(id);
  return request === null || request.walletId !== walletId ? fail(domainError('not_found', { kind: 'transaction', id })) : ok(request);
}

async function readView(deps: Dependencies, walletId: WalletId, id: RequestId): Promise<Result<Reply, DomainError>> {
  return deps.database.transact(
    async (tx) => {
      const request = await readRequest(tx, walletId, id);
      return request.ok ? answer(200, transactionView(request.value, await approvalOf(tx, request.value))) : request;
    },
    { retry: 'nothing-leaves-the-process' },
  );
}

const get: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/transactions/{id}',
  summary: 'Read a transaction',
  tag: 'Transactions',
  action: 'read transactions',
  access: ['agent', 'owner', 'operator'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: transactionParams,
  query: noQuery,
  body: null,
  answers: { 200: transactionSchema },
  handle: ({ deps, params }) =>
    readView(deps, parsed(parseId('wallet', params.wallet, 'wallet')), parsed(parseId('request', params.id, 'id'))),
});

const list: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/transactions',
  summary: 'List transactions, newest first',
  tag: 'Transactions',
  action: 'read transactions',
  access: ['agent', 'owner', 'operator'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: transactionsQuerySchema,
  body: null,
  answers: { 200: pageSchema(transactionSchema) },
  handle: ({ deps, params, query }) => {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const limit = itemsAsked(query.limit);
    const cursor = query.cursor === undefined ? null : parsed(parseId('request', query.cursor, 'cursor'));
    return deps.database.transact(
      async (tx) => {
        if ((await tx.wallets.get(walletId)) === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
        const found = await tx.requests.list(walletId, { limit: limit + 1, cursor, state: query.state ?? null });
        const approvals = new Map<RequestId, Approval>();
        for (const request of found) {
          const approval = await approvalOf(tx, request);
          if (approval) approvals.set(request.id, approval);
        }
        const view = (request: TransactionRequest) => transactionView(request, approvals.get(request.id) ?? null);
        return answer(
          200,
          pageOf(found, limit, view, ({ id }) => id),
        );
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

const cancel: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/transactions/{id}/cancel',
  summary: 'Take back a transaction that waits for the owner or for its moment',
  tag: 'Transactions',
  action: 'cancel a transaction',
  access: ['agent', 'operator'],
  idempotency: 'none',
  audit: 'approval.void',
  movesMoney: false,
  params: transactionParams,
  query: noQuery,
  body: null,
  answers: { 200: transactionSchema },
  async handle({ deps, caller, params }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const id = parsed(parseId('request', params.id, 'id'));
    const mine = await deps.database.transact((tx) => readRequest(tx, walletId, id), { retry: 'nothing-leaves-the-process' });
    if (!mine.ok) return mine;
    const cancelled = await cancelTransaction(deps, { requestId: id, actor: caller.id });
    return cancelled.ok ? readView(deps, walletId, id) : cancelled;
  },
});

export const transactionRoutes: readonly Route[] = [create, list, get, cancel];
