import { beginSignIn, parseAddress, revokeCredential, signIn } from '@countersign/core';
import { askSignInSchema, credentialSchema, signedInSchema, signInChallengeSchema, signInSchema } from '@countersign/sdk';
import { noParams, noQuery } from '../http/params.ts';
import { answer, openRoute, type Route, route } from '../http/route.ts';
import { momentOf } from '../views/moment.ts';
import { credentialView } from '../views/other-views.ts';
import { parsed } from './parsed.ts';
import { readSignature } from './read-signature.ts';

const challenge: Route = openRoute({
  method: 'POST',
  url: '/v1/sign-in/challenge',
  summary: 'What an owner signs to sign in: good once, for a few minutes',
  tag: 'Sign-in',
  action: 'ask to sign in',
  access: ['signature'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: askSignInSchema,
  answers: { 200: signInChallengeSchema },
  async handle({ deps, backend, body }) {
    const begun = await beginSignIn(deps, { owner: parsed(parseAddress(body.owner, 'owner')), ...backend.origin() });
    return begun.ok ? answer(200, { text: begun.value.text, expiresAt: momentOf(begun.value.expiresAtMs) }) : begun;
  },
});

const enter: Route = openRoute({
  method: 'POST',
  url: '/v1/sign-in',
  summary: 'Sign in as an owner: a session that reads, and hands in what the owner signed',
  tag: 'Sign-in',
  action: 'sign in',
  access: ['signature'],
  idempotency: 'none',
  audit: 'owner.signed_in',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: signInSchema,
  answers: { 200: signedInSchema },
  async handle({ deps, backend, body }) {
    const signature = readSignature(body.signature, 'signature');
    if (!signature.ok) return signature;
    const signed = await signIn(deps, { text: body.text, signature: signature.value, domain: backend.origin().domain });
    if (!signed.ok) return signed;
    const { credential, secret } = signed.value;
    const view = credentialView(credential);
    if (view.owner === null || view.expiresAt === null) throw new Error('a session without an owner or an end was issued');
    return answer(200, { credential: view, secret, owner: view.owner, expiresAt: view.expiresAt });
  },
});

const leave: Route = route({
  method: 'POST',
  url: '/v1/sign-out',
  summary: 'End the session that asks, at once',
  tag: 'Sign-in',
  action: 'sign out',
  access: ['owner'],
  idempotency: 'none',
  audit: 'credential.revoked',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: null,
  answers: { 200: credentialSchema },
  async handle({ deps, caller }) {
    const ended = await revokeCredential(deps, { credentialId: caller.id, actor: caller.id });
    return ended.ok ? answer(200, credentialView(ended.value)) : ended;
  },
});

export const signInRoutes: readonly Route[] = [challenge, enter, leave];
