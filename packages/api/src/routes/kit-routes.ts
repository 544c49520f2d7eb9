import { listKits, parseId, proposeKits } from '@countersign/core';
import { approvalSchema, kitsSchema, makeKitsSchema } from '@countersign/sdk';
import { noQuery, walletParams } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
import { kitView } from '../views/kit-view.ts';
import { parsed } from './parsed.ts';

const list: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/kits',
  summary: 'What the owner signed ahead of need, and what is missing',
  tag: 'Kits',
  action: 'read kits',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: kitsSchema },
  async handle({ deps, params }) {
    const found = await listKits(deps, parsed(parseId('wallet', params.wallet, 'wallet')));
    return found.ok ? answer(200, { items: found.value.kits.map(kitView), warnings: found.value.warnings }) : found;
  },
});

const make: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/kits',
  summary: 'Ask the owner to sign a lockdown or a hand-over to the recovery key ahead of need',
  tag: 'Kits',
  action: 'make kits',
  access: ['operator'],
  idempotency: 'none',
  audit: 'kit.proposed',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: makeKitsSchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const proposed = await proposeKits(deps, { walletId, purpose: body.purpose, actor: caller.id });
    return proposed.ok ? answer(200, approvalView(proposed.value, null)) : proposed;
  },
});

export const kitRoutes: readonly Route[] = [list, make];
