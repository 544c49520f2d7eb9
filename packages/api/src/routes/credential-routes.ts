import { issueCredential, parseId, revokeCredential } from '@countersign/core';
import {
  createCredentialSchema,
  createdCredentialSchema,
  credentialSchema,
  credentialsQuerySchema,
  pageOf as pageSchema,
} from '@countersign/sdk';
import { credentialParams, noParams, noQuery } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { credentialView } from '../views/other-views.ts';
import { parsed } from './parsed.ts';

const whoami: Route = route({
  method: 'GET',
  url: '/v1/whoami',
  summary: 'Whose credential this is',
  tag: 'Credentials',
  action: 'read its own credential',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: null,
  answers: { 200: credentialSchema },
  handle: async ({ caller }) => answer(200, credentialView(caller)),
});

const create: Route = route({
  method: 'POST',
  url: '/v1/credentials',
  summary: 'Issue a credential; its secret is in this answer and nowhere else',
  tag: 'Credentials',
  action: 'issue credentials',
  access: ['operator'],
  idempotency: 'none',
  audit: 'credential.issued',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: createCredentialSchema,
  answers: { 201: createdCredentialSchema },
  async handle({ deps, caller, body }) {
    const { role, label } = body;
    const walletId = body.wallet === null ? null : parsed(parseId('wallet', body.wallet, 'wallet'));
    const issued = await issueCredential(deps, { role, walletId, label, actor: caller.id });
    return issued.ok ? answer(201, { credential: credentialView(issued.value.credential), secret: issued.value.secret }) : issued;
  },
});

const list: Route = route({
  method: 'GET',
  url: '/v1/credentials',
  summary: 'List credentials; secrets are not kept',
  tag: 'Credentials',
  action: 'read credentials',
  access: ['operator'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: credentialsQuerySchema,
  body: null,
  answers: { 200: pageSchema(credentialSchema) },
  handle: ({ deps, query }) => {
    const walletId = query.wallet === undefined ? null : parsed(parseId('wallet', query.wallet, 'wallet'));
    return deps.database.transact(
      async (tx) => {
        const found = await tx.credentials.list({ walletId, role: query.role ?? null });
        return answer(200, { items: found.map(credentialView), nextCursor: null });
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

const revoke: Route = route({
  method: 'POST',
  url: '/v1/credentials/{id}/revoke',
  summary: 'Revoke a credential at once',
  tag: 'Credentials',
  action: 'revoke credentials',
  access: ['operator'],
  idempotency: 'none',
  audit: 'credential.revoked',
  movesMoney: false,
  params: credentialParams,
  query: noQuery,
  body: null,
  answers: { 200: credentialSchema },
  async handle({ deps, caller, params }) {
    const credentialId = parsed(parseId('credential', params.id, 'id'));
    const revoked = await revokeCredential(deps, { credentialId, actor: caller.id });
    return revoked.ok ? answer(200, credentialView(revoked.value)) : revoked;
  },
});

export const credentialRoutes: readonly Route[] = [whoami, create, list, revoke];
