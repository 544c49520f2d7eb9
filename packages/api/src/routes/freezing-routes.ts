import {
  changesSinceFreeze,
  domainError,
  fail,
  freezeByStatement,
  freezeWallet,
  lockDownWallet,
  parseId,
  requestUnfreeze,
} from '@countersign/core';
import { approvalSchema, changesSinceFreezeSchema, freezeSchema, frozenSchema, lockDownSchema, lockedDownSchema } from '@countersign/sdk';
import { noQuery, walletParams } from '../http/params.ts';
import { answer, openRoute, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
import { changesSinceFreezeView } from '../views/changes-since-freeze-view.ts';
import { kitView } from '../views/kit-view.ts';
import { frozenView } from '../views/other-views.ts';
import { parsed } from './parsed.ts';
import { readSignature } from './read-signature.ts';

const freeze: Route = openRoute({
  method: 'POST',
  url: '/v1/wallets/{wallet}/freeze',
  summary: "Stop a wallet at once, by credential or by the owner's statement; only the owner can undo it",
  tag: 'Freezing',
  action: 'freeze a wallet without a statement of the owner',
  access: ['operator', 'agent', 'signature'],
  idempotency: 'none',
  audit: 'wallet.frozen',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: freezeSchema,
  answers: { 200: frozenSchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const { reason, statement } = body;
    if (statement !== undefined) {
      const signature = readSignature(body.signature ?? '', 'signature');
      if (!signature.ok) return signature;
      const told = { walletId, statement, signature: signature.value, reason: reason ?? 'frozen by the owner' };
      const frozen = await freezeByStatement(deps, told);
      return frozen.ok ? answer(200, frozenView(frozen.value)) : frozen;
    }
    if (caller === null)
      return fail(domainError('unauthenticated', { problem: 'neither a credential nor a statement of the owner was sent' }));
    if (caller.role === 'owner') return fail(domainError('forbidden', { role: caller.role, action: freeze.action }));
    const frozen = await freezeWallet(deps, { walletId, reason: reason ?? `frozen by the ${caller.role}`, actor: caller.id });
    return frozen.ok ? answer(200, frozenView(frozen.value)) : frozen;
  },
});

const unfreeze: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/unfreeze',
  summary: 'Ask the owner to unfreeze a wallet',
  tag: 'Freezing',
  action: 'ask for a wallet to be unfrozen',
  access: ['operator'],
  idempotency: 'none',
  audit: 'wallet.unfreeze_requested',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params }) {
    const requested = await requestUnfreeze(deps, { walletId: parsed(parseId('wallet', params.wallet, 'wallet')), actor: caller.id });
    return requested.ok ? answer(200, approvalView(requested.value, null)) : requested;
  },
});

const changes: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/changes-since-freeze',
  summary: 'What happened to a frozen wallet since it was frozen, for looking at before it is unfrozen',
  tag: 'Freezing',
  action: 'read what changed since the freeze',
  access: ['operator', 'owner'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: changesSinceFreezeSchema },
  async handle({ deps, params }) {
    const found = await changesSinceFreeze(deps, parsed(parseId('wallet', params.wallet, 'wallet')));
    return found.ok ? answer(200, changesSinceFreezeView(found.value, deps.clock.nowMs())) : found;
  },
});

const lockDown: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/lockdown',
  summary: "Freeze a wallet and take the agent's limits off the chain with what the owner signed ahead of need",
  tag: 'Freezing',
  action: 'lock a wallet down',
  access: ['operator'],
  idempotency: 'none',
  audit: 'lockdown.called',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: lockDownSchema,
  answers: { 200: lockedDownSchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const locked = await lockDownWallet(deps, { walletId, reason: body.reason ?? 'locked down by the operator', actor: caller.id });
    return locked.ok ? answer(200, { frozen: frozenView(locked.value.frozen), armed: locked.value.armed.map(kitView) }) : locked;
  },
});

export const freezingRoutes: readonly Route[] = [freeze, unfreeze, changes, lockDown];
