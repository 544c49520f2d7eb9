import {
  listKeys,
  parseAddress,
  parseId,
  proposeOwnerReplacement,
  proposeRevocation,
  proposeRotation,
  readAgentBackup,
  restoreAgentKey,
} from '@countersign/core';
import {
  agentBackupSchema,
  approvalSchema,
  keySchema,
  pageOf as pageSchema,
  replaceOwnerKeySchema,
  restoreAgentKeySchema,
  restoredAgentKeySchema,
  rotateAgentKeySchema,
} from '@countersign/sdk';
import { noQuery, walletParams } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
import { base64Of } from '../views/base64.ts';
import { keyView } from '../views/key-view.ts';
import { parsed } from './parsed.ts';

const list: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/keys',
  summary: 'Every key of the wallet: its state, when another should take its place, and whether it is time',
  tag: 'Keys',
  action: 'read keys',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: pageSchema(keySchema) },
  async handle({ deps, params }) {
    const found = await listKeys(deps, parsed(parseId('wallet', params.wallet, 'wallet')));
    return found.ok ? answer(200, { items: found.value.map(keyView), nextCursor: null }) : found;
  },
});

const rotate: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/rotate-agent-key',
  summary: 'Ask the owner to give the agent a new key; one that already waits is given back',
  tag: 'Keys',
  action: "rotate the agent's key",
  access: ['operator'],
  idempotency: 'none',
  audit: 'policy.proposed',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: rotateAgentKeySchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const proposed = await proposeRotation(deps, { walletId, reason: body.reason ?? 'manual', actor: caller.id });
    return proposed.ok ? answer(200, approvalView(proposed.value, null)) : proposed;
  },
});

const replaceOwner: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/replace-owner-key',
  summary: 'Ask for another owner key; the old one (or the recovery key) and the new one sign',
  tag: 'Keys',
  action: 'ask for another owner key',
  access: ['operator'],
  idempotency: 'none',
  audit: 'policy.proposed',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: replaceOwnerKeySchema,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const owner = parsed(parseAddress(body.owner, 'owner'));
    const proposed = await proposeOwnerReplacement(deps, { walletId, owner, consentOf: body.consentOf ?? 'owner', actor: caller.id });
    return proposed.ok ? answer(200, approvalView(proposed.value, null)) : proposed;
  },
});

const revoke: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/revoke-agent-key',
  summary: "Ask the owner to take the agent's limits off the chain for good and to have its key destroyed",
  tag: 'Keys',
  action: "revoke the agent's key",
  access: ['operator'],
  idempotency: 'none',
  audit: 'key.revocation_proposed',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: approvalSchema },
  async handle({ deps, caller, params }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const proposed = await proposeRevocation(deps, { walletId, actor: caller.id });
    return proposed.ok ? answer(200, approvalView(proposed.value, null)) : proposed;
  },
});

const backUp: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}/agent-backup',
  summary: "The agent's sealed key file, for keeping elsewhere; useless without the keystore's passphrase",
  tag: 'Keys',
  action: "back up the agent's key",
  access: ['operator'],
  idempotency: 'none',
  audit: 'key.backed_up',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: agentBackupSchema },
  async handle({ deps, caller, params }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const read = await readAgentBackup(deps, { walletId, actor: caller.id });
    return read.ok ? answer(200, { wallet: walletId, agent: read.value.agent, backup: base64Of(read.value.backup) }) : read;
  },
});

const restore: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/restore-agent-key',
  summary: "Give the signer a backup of the wallet's agent key back; the key comes back suspended",
  tag: 'Keys',
  action: "restore the agent's key",
  access: ['operator'],
  idempotency: 'none',
  audit: 'key.restored',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: restoreAgentKeySchema,
  answers: { 200: restoredAgentKeySchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const backup = Uint8Array.from(Buffer.from(body.backup, 'base64'));
    const restored = await restoreAgentKey(deps, { walletId, backup, actor: caller.id });
    return restored.ok ? answer(200, { wallet: walletId, agent: restored.value.agent }) : restored;
  },
});

export const keyRoutes: readonly Route[] = [list, rotate, replaceOwner, revoke, backUp, restore];
