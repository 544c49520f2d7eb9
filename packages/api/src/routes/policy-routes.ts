import { domainError, fail, parseId, proposePolicy } from '@countersign/core';
import { pageOf as pageSchema, policySchema, proposedPolicySchema, proposePolicySchema } from '@countersign/sdk';
import { noQuery, walletParams } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
import { policyView } from '../views/wallet-view.ts';
import { parsed } from './parsed.ts';

const propose: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/policies',
  summary: 'Propose the next revision of the policy; it is in force when the owner has signed',
  tag: 'Policies',
  action: 'propose a policy',
  access: ['operator'],
  idempotency: 'none',
  audit: 'policy.proposed',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: proposePolicySchema,
  answers: { 201: proposedPolicySchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const proposed = await proposePolicy(deps, { walletId, policyText: body.policy, actor: caller.id });
    if (!proposed.ok) return proposed;
    const { revision, approval } = proposed.value;
    return answer(201, { revision: policyView(revision), approval: approvalView(approval, null) });
  },
});

const list: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/policies',
  summary: 'All revisions of the policy, newest first',
  tag: 'Policies',
  action: 'read policies',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: pageSchema(policySchema) },
  handle: ({ deps, params }) => {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    return deps.database.transact(
      async (tx) => {
        if ((await tx.wallets.get(walletId)) === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
        return answer(200, { items: (await tx.policies.list(walletId)).map(policyView), nextCursor: null });
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

export const policyRoutes: readonly Route[] = [propose, list];
