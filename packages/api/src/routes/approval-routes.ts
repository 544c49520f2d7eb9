import { type Approval, domainError, fail, type ITransaction, parseId, type WalletId } from '@countersign/core';
import { type ApprovalView, approvalSchema, approvalsQuerySchema, pageOf as pageSchema } from '@countersign/sdk';
import { approvalParams, noParams, noQuery } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { walletsSeen } from '../http/visibility.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';
import { answerWithApproval, readVisibleApproval, viewOfApproval } from './read-visible-approval.ts';

const list: Route = route({
  method: 'GET',
  url: '/v1/approvals',
  summary: 'What the owner is asked, newest first',
  tag: 'Approvals',
  action: 'read approvals',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: approvalsQuerySchema,
  body: null,
  answers: { 200: pageSchema(approvalSchema) },
  async handle({ deps, caller, query }) {
    const asked = query.wallet === undefined ? null : parsed(parseId('wallet', query.wallet, 'wallet'));
    const limit = itemsAsked(query.limit);
    const cursor = query.cursor === undefined ? null : parsed(parseId('approval', query.cursor, 'cursor'));
    const filter = { state: query.state ?? null, kind: query.kind ?? null };
    return deps.database.transact(
      async (tx) => {
        const seen = await walletsSeen(tx, caller);
        if (asked !== null && seen !== null && !seen.includes(asked)) return fail(domainError('not_found', { kind: 'wallet', id: asked }));
        const found = await listOver(tx, asked === null ? seen : [asked], filter, { limit: limit + 1, cursor });
        const views: ApprovalView[] = [];
        for (const approval of found) views.push(await viewOfApproval(tx, approval));
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

type Listing = Parameters<ITransaction['approvals']['list']>;
/** Over these wallets, or all (`null`). Ids begin with their time, so that their order is that of the list. */
async function listOver(
  tx: ITransaction,
  wallets: readonly WalletId[] | null,
  filter: Omit<Listing[0], 'walletId'>,
  page: Listing[1],
): Promise<readonly Approval[]> {
  if (wallets === null) return tx.approvals.list({ walletId: null, ...filter }, page);
  const found: Approval[] = [];
  for (const walletId of wallets) found.push(...(await tx.approvals.list({ walletId, ...filter }, page)));
  return found.sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, page.limit);
}

const get: Route = route({
  method: 'GET',
  url: '/v1/approvals/{id}',
  summary: 'Read an approval',
  tag: 'Approvals',
  action: 'read approvals',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: approvalParams,
  query: noQuery,
  body: null,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params }) {
    const found = await readVisibleApproval(deps, caller, parsed(parseId('approval', params.id, 'id')));
    return found.ok ? answerWithApproval(deps, found.value) : found;
  },
});

export const approvalRoutes: readonly Route[] = [list, get];
