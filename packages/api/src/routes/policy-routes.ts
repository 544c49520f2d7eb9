import {
  type Dependencies,
  type DomainError,
  diffPolicy,
  documentInForce,
  domainError,
  fail,
  ok,
  type PolicyRevision,
  parseAddress,
  parseId,
  proposePolicy,
  type Result,
  tightenPolicy,
} from '@countersign/core';
import {
  type PolicyChangeView,
  pageOf as pageSchema,
  policyDiffSchema,
  policySchema,
  policyTextSchema,
  proposedPolicySchema,
  proposePolicySchema,
} from '@countersign/sdk';
import { noQuery, walletParams } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
import { policyDiffView } from '../views/policy-change-view.ts';
import { policyView } from '../views/policy-view.ts';
import { parsed } from './parsed.ts';
import { changesBetween } from './prepared-surroundings.ts';

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
    const recovery = typeof body.recovery === 'string' ? parsed(parseAddress(body.recovery, 'recovery')) : body.recovery;
    const proposed = await proposePolicy(deps, {
      walletId,
      policyText: body.policy,
      ...(recovery === undefined ? {} : { recovery }),
      actor: caller.id,
    });
    if (!proposed.ok) return proposed;
    const { revision, approval } = proposed.value;
    const changes = await readChanges(deps, revision);
    if (!changes.ok) return changes;
    return answer(201, { revision: policyView(revision), changes: changes.value, approval: approvalView(approval, null) });
  },
});

/** How a revision differs from the document in force. */
async function readChanges(
  deps: Dependencies,
  { walletId, text }: PolicyRevision,
): Promise<Result<readonly PolicyChangeView[], DomainError>> {
  return deps.database.read(async (reader) => {
    const active = await reader.policies.active(walletId);
    return ok(changesBetween(active && documentInForce(active).text, text));
  });
}

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

const diff: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/policies/diff',
  summary: 'How a document differs from the one in force, and what of it loosens; nothing is recorded',
  tag: 'Policies',
  action: 'compare policies',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: policyTextSchema,
  answers: { 200: policyDiffSchema },
  async handle({ deps, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const compared = await diffPolicy(deps, { walletId, policyText: body.policy });
    return compared.ok ? answer(200, policyDiffView(compared.value)) : compared;
  },
});

const tighten: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/policies/tighten',
  summary: 'Put a document in force that allows only a part of what is allowed now; at once, without the owner',
  tag: 'Policies',
  action: 'tighten a policy',
  access: ['operator'],
  idempotency: 'none',
  audit: 'policy.tightened',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: policyTextSchema,
  answers: { 200: policySchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const tightened = await tightenPolicy(deps, { walletId, policyText: body.policy, actor: caller.id });
    return tightened.ok ? answer(200, policyView(tightened.value)) : tightened;
  },
});

export const policyRoutes: readonly Route[] = [propose, list, diff, tighten];
