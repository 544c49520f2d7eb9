import {
  type Credential,
  createWallet,
  type DomainError,
  domainError,
  fail,
  freezeWallet,
  type ITransaction,
  ok,
  parseAddress,
  parseId,
  type Result,
  requestUnfreeze,
  type Wallet,
  type WalletId,
} from '@countersign/core';
import {
  approvalSchema,
  createdWalletSchema,
  createWalletSchema,
  freezeSchema,
  frozenSchema,
  pageOf as pageSchema,
  walletSchema,
  walletsQuerySchema,
} from '@countersign/sdk';
import { noParams, noQuery, walletParams } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
import { frozenView } from '../views/other-views.ts';
import { walletView } from '../views/wallet-view.ts';
import { readBalances } from './balances.ts';
import { itemsAsked, pageOf } from './paging.ts';
import { parsed } from './parsed.ts';

const create: Route = route({
  method: 'POST',
  url: '/v1/wallets',
  summary: 'Request a wallet; it exists when the owner has signed',
  tag: 'Wallets',
  action: 'create wallets',
  access: ['operator'],
  idempotency: 'none',
  audit: 'wallet.requested',
  movesMoney: false,
  params: noParams,
  query: noQuery,
  body: createWalletSchema,
  answers: { 201: createdWalletSchema },
  async handle({ deps, caller, body }) {
    const owner = parsed(parseAddress(body.owner, 'owner'));
    const created = await createWallet(deps, { name: body.name, owner, policyText: body.policy, actor: caller.id });
    if (!created.ok) return created;
    const { wallet, approval } = created.value;
    return answer(201, { wallet: walletView(wallet), approval: approvalView(approval, null) });
  },
});

const list: Route = route({
  method: 'GET',
  url: '/v1/wallets',
  summary: 'List wallets, newest first; agents and owners see their own',
  tag: 'Wallets',
  action: 'read wallets',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: noParams,
  query: walletsQuerySchema,
  body: null,
  answers: { 200: pageSchema(walletSchema) },
  handle: ({ deps, caller, query }) => {
    const limit = itemsAsked(query.limit);
    const cursor = query.cursor === undefined ? null : parsed(parseId('wallet', query.cursor, 'cursor'));
    return deps.database.transact(
      async (tx) => {
        const found = await readVisible(tx, caller, limit + 1, cursor);
        return answer(
          200,
          pageOf(
            found,
            limit,
            (wallet) => walletView(wallet),
            ({ id }) => id,
          ),
        );
      },
      { retry: 'nothing-leaves-the-process' },
    );
  },
});

async function readVisible(tx: ITransaction, caller: Credential, limit: number, cursor: WalletId | null): Promise<readonly Wallet[]> {
  if (caller.role === 'operator') return tx.wallets.list({ limit, cursor });
  const own = cursor === null && caller.walletId !== null ? await tx.wallets.get(caller.walletId) : null;
  return own === null ? [] : [own];
}

const get: Route = route({
  method: 'GET',
  url: '/v1/wallets/{wallet}',
  summary: 'Read a wallet and its balances',
  tag: 'Wallets',
  action: 'read wallets',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'none',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: null,
  answers: { 200: walletSchema },
  async handle({ deps, params }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const read = await deps.database.transact(
      async (tx): Promise<Result<{ wallet: Wallet; policyText: string | null }, DomainError>> => {
        const wallet = await tx.wallets.get(walletId);
        if (wallet === null) return fail(domainError('not_found', { kind: 'wallet', id: walletId }));
        return ok({ wallet, policyText: (await tx.policies.active(walletId))?.text ?? null });
      },
      { retry: 'nothing-leaves-the-process' },
    );
    if (!read.ok) return read;
    const { wallet, policyText } = read.value;
    return answer(200, walletView(wallet, await readBalances(deps.chain, wallet, policyText)));
  },
});

const freeze: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/freeze',
  summary: 'Stop a wallet at once; only the owner can undo it',
  tag: 'Wallets',
  action: 'freeze a wallet',
  access: ['operator', 'owner', 'agent'],
  idempotency: 'none',
  audit: 'wallet.frozen',
  movesMoney: false,
  params: walletParams,
  query: noQuery,
  body: freezeSchema,
  answers: { 200: frozenSchema },
  async handle({ deps, caller, params, body }) {
    const walletId = parsed(parseId('wallet', params.wallet, 'wallet'));
    const reason = body.reason ?? `frozen by the ${caller.role}`;
    const frozen = await freezeWallet(deps, { walletId, reason, actor: caller.id });
    return frozen.ok ? answer(200, frozenView(frozen.value)) : frozen;
  },
});

const unfreeze: Route = route({
  method: 'POST',
  url: '/v1/wallets/{wallet}/unfreeze',
  summary: 'Ask the owner to unfreeze a wallet',
  tag: 'Wallets',
  action: 'ask for a wallet to be unfrozen',
  access: ['operator', 'owner'],
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

export const walletRoutes: readonly Route[] = [create, list, get, freeze, unfreeze];
