import {
  type ApprovalId,
  cancelTransaction,
  type Dependencies,
  type DomainError,
  domainError,
  dryRunTransaction,
  fail,
  type ITransaction,
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
import { answer, type Reply, type Route, route } from '../http/route.ts';
import { toProblem } from '../problems/to-problem.ts';
import { decisionView, transactionView } from '../views/transaction-view.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';
import { fingerprintOf, readPayment } from './payment.ts';

const paymentHeaders = z.looseObject({
  'idempotency-key': z.string().optional().describe('Required, except on a dry run: 1 to 128 visible ASCII characters'),
  'dry-run': z.literal('true').optional().describe('The same decision; nothing is recorded, reserved, signed or sent'),
});

const create: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/transactions',
  summary: 'Pay',
  tag: 'Transactions',
  action: 'pay',
  access: ['agent'],
  idempotency: 'required',
  audit: 'request.decided',
  params: walletParams,
  query: noQuery,
  body: createTransactionSchema,
  headers: paymentHeaders,
  answers: { 200: dryRunSchema, 202: transactionSchema },
  async handle({ deps, caller, params, body, idempotencyKey, dryRun, requestId }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const payment = readPayment(body);
    if (dryRun) {
      const decision = await dryRunTransaction(deps, { walletId, payment, credential: caller });
      return decision.ok ? answer(200, { ...decisionView(decision.value), dryRun: true }) : decision;
    }
    const proposed = await proposeTransaction(deps, {
      walletId,
      payment,
      credential: caller,
      idempotencyKey: idempotencyKey ?? '',
      fingerprint: fingerprintOf(walletId, payment),
    });
    if (!proposed.ok) return proposed;
    const { request, replayed } = proposed.value;
    const headers = replayed ? { 'idempotency-replayed': 'true' } : {};
    if (request.state === 'denied') return denied(request, requestId, headers);
    const approval = await approvalOf(deps, request);
    return approval.ok ? answer(202, transactionView(request, approval.value), headers) : approval;
  },
});

function denied(request: TransactionRequest, requestId: string, headers: { readonly [name: string]: string }): { ok: true; value: Reply } {
  const view = transactionView(request, null);
  const { violations, budgets } = view.decision;
  const problem = toProblem({ code: 'payment_denied', request: request.id }, requestId, { ...view, violations, budgets });
  const objections = violations.filter(({ outcome }) => outcome === 'denied').map(({ message }) => message);
  return answer(problem.status, { ...problem, detail: objections.length === 0 ? problem.detail : objections.join(' ') }, headers);
}

/** The approval that the request waits for; the database is asked only when it waits for one. */
async function approvalOf(deps: Dependencies, request: TransactionRequest): Promise<Result<ApprovalId | null, DomainError>> {
  if (request.state !== 'awaiting_owner') return ok(null);
  return deps.database.transact(async (tx) => ok((await tx.approvals.ofRequest(request.id))?.id ?? null), {
    retry: 'nothing-leaves-the-process',
  });
}

async function readRequest(tx: ITransaction, walletId: WalletId, id: RequestId): Promise<Result<TransactionRequest, DomainError>> {
  const request = await tx.requests.get(id);
  return request === null || request.walletId !== walletId ? fail(domainError('not_found', { kind: 'transaction', id })) : ok(request);
}

async function readView(deps: Dependencies, walletId: WalletId, id: RequestId): Promise<Result<Reply, DomainError>> {
  return deps.database.transact(
    async (tx) => {
      const request = await readRequest(tx, walletId, id);
      if (!request.ok) return request;
      const approval = request.value.state === 'awaiting_owner' ? await tx.approvals.ofRequest(id) : null;
      return answer(200, transactionView(request.value, approval?.id ?? null));
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
        const approvals = new Map<RequestId, ApprovalId>();
        for (const request of found) {
          const approval = request.state === 'awaiting_owner' ? await tx.approvals.ofRequest(request.id) : null;
          if (approval) approvals.set(request.id, approval.id);
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
  summary: 'Take back a transaction that waits for the owner',
  tag: 'Transactions',
  action: 'cancel a transaction',
  access: ['agent', 'operator'],
  idempotency: 'none',
  audit: 'approval.void',
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
