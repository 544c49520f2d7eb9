import {
  type Approval,
  type ApprovalId,
  approve,
  type Credential,
  type Dependencies,
  type DomainError,
  decodeBase58,
  domainError,
  fail,
  type IReader,
  ok,
  parseId,
  prepareApproval,
  type Result,
  rejectApproval,
  SIGNATURE_BYTES,
} from '@countersign/core';
import {
  type ApprovalView,
  approvalSchema,
  approvalsQuerySchema,
  approveSchema,
  pageOf as pageSchema,
  preparedSchema,
  rejectSchema,
} from '@countersign/sdk';
import { approvalParams, noParams, noQuery } from '../http/params.ts';
import { answer, type Reply, type Route, route } from '../http/route.ts';
import { approvalView, preparedView } from '../views/approval-view.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';

/** The approval, when the caller may see its wallet; otherwise it does not exist for them. */
async function readVisible(deps: Dependencies, caller: Credential, id: ApprovalId): Promise<Result<Approval, DomainError>> {
  return deps.database.transact(
    async (tx) => {
      const approval = await tx.approvals.get(id);
      const visible = approval !== null && (caller.role === 'operator' || caller.walletId === approval.walletId);
      return visible ? ok(approval) : fail(domainError('not_found', { kind: 'approval', id }));
    },
    { retry: 'nothing-leaves-the-process' },
  );
}

/** With what its transaction does, where it is about one. */
async function viewOf(reader: Pick<IReader, 'requests'>, approval: Approval): Promise<ApprovalView> {
  return approvalView(approval, approval.requestId === null ? null : await reader.requests.get(approval.requestId));
}
async function answerWith(deps: Dependencies, approval: Approval): Promise<Result<Reply, DomainError>> {
  return deps.database.read(async (reader) => answer(200, await viewOf(reader, approval)));
}

const list: Route = route({
  method: 'GET',
  url: '/v1/approvals',
  summary: 'What the owner is asked, newest first',
  tag: 'Approvals',
  action: 'read approvals',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: approvalsQuerySchema,
  body: null,
  answers: { 200: pageSchema(approvalSchema) },
  async handle({ deps, caller, query }) {
    const asked = query.wallet === undefined ? null : parsed(parseId('wallet', query.wallet, 'wallet'));
    const walletId = caller.role === 'operator' ? asked : caller.walletId;
    if (asked !== null && asked !== walletId) return fail(domainError('not_found', { kind: 'wallet', id: asked }));
    const limit = itemsAsked(query.limit);
    const cursor = query.cursor === undefined ? null : parsed(parseId('approval', query.cursor, 'cursor'));
    const filter = { walletId, state: query.state ?? null, kind: query.kind ?? null };
    return deps.database.transact(
      async (tx) => {
        const found = await tx.approvals.list(filter, { limit: limit + 1, cursor });
        const views: ApprovalView[] = [];
        for (const approval of found) views.push(await viewOf(tx, approval));
        return answer(
          200,
          pageOf(
            views,
            limit,
            (view) => view,
            ({ id }) => id,
          ),
        );
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

const get: Route = route({
  method: 'GET',
  url: '/v1/approvals/{id}',
  summary: 'Read an approval',
  tag: 'Approvals',
  action: 'read approvals',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: approvalParams,
  query: noQuery,
  body: null,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params }) {
    const found = await readVisible(deps, caller, parsed(parseId('approval', params.id, 'id')));
    return found.ok ? answerWith(deps, found.value) : found;
  },
});

const prepare: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/prepare',
  summary: 'Fresh exact bytes for the owner to sign',
  tag: 'Approvals',
  action: 'prepare an approval',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'approval.prepared',
  movesMoney: false,
  params: approvalParams,
  query: noQuery,
  body: null,
  answers: { 200: preparedSchema },
  async handle({ deps, caller, params }) {
    const found = await readVisible(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const prepared = await prepareApproval(deps, { approvalId: found.value.id, actor: caller.id });
    return prepared.ok ? answer(200, preparedView(prepared.value, deps.network)) : prepared;
  },
});

const consent: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/approve',
  summary: "Hand in the owner's signatures over what was prepared last",
  tag: 'Approvals',
  action: 'hand in signatures',
  access: ['operator', 'owner'],
  idempotency: 'signed_bytes',
  audit: 'approval.approved',
  movesMoney: true,
  params: approvalParams,
  query: noQuery,
  body: approveSchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const statement = body.statementSignature === null ? ok(null) : readSignature(body.statementSignature, 'statementSignature');
    if (!statement.ok) return statement;
    const messageSignatures: Uint8Array[] = [];
    for (const [index, text] of body.messageSignatures.entries()) {
      const signature = readSignature(text, `messageSignatures.${index}`);
      if (!signature.ok) return signature;
      messageSignatures.push(signature.value);
    }
    const found = await readVisible(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const approved = await approve(deps, { approvalId: found.value.id, statementSignature: statement.value, messageSignatures });
    return approved.ok ? answerWith(deps, approved.value) : approved;
  },
});

function readSignature(text: string, field: string): Result<Uint8Array, DomainError> {
  const bytes = decodeBase58(text);
  if (bytes?.length === SIGNATURE_BYTES) return ok(bytes);
  return fail(domainError('invalid_field', { field, problem: 'is not a base58 signature of 64 bytes' }));
}

const reject: Route = route({
  method: 'POST',
  url: '/v1/approvals/{id}/reject',
  summary: 'Say no; to a delayed payment before its moment this is the veto',
  tag: 'Approvals',
  action: 'reject an approval',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'approval.rejected',
  movesMoney: false,
  params: approvalParams,
  query: noQuery,
  body: rejectSchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const found = await readVisible(deps, caller, parsed(parseId('approval', params.id, 'id')));
    if (!found.ok) return found;
    const reason = body.reason ?? `rejected by the ${caller.role}`;
    const rejected = await rejectApproval(deps, { approvalId: found.value.id, reason, actor: caller.id });
    return rejected.ok ? answerWith(deps, rejected.value) : rejected;
  },
});

export const approvalRoutes: readonly Route[] = [list, get, prepare, consent, reject];
