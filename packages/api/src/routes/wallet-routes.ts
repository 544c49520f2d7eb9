import {
  type Credential,
  createWallet,
  type DomainError,
  documentInForce,
  domainError,
  fail,
  type ITransaction,
  ok,
  parseAddress,
  parseId,
  type Result,
  type Wallet,
  type WalletId,
} from '@countersign/core';
import { createdWalletSchema, createWalletSchema, pageOf as pageSchema, walletSchema, walletsQuerySchema } from '@countersign/sdk';
import { noParams, noQuery, walletParams } from '../http/params.ts';
import { answer, type Route, route } from '../http/route.ts';
import { approvalView } from '../views/approval-view.ts';
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
    const recovery = typeof body.recovery === 'string' ? parsed(parseAddress(body.recovery, 'recovery')) : null;
    const created = await createWallet(deps, { name: body.name, owner, recovery, policyText: body.policy, actor: caller.id });
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
  switch (caller.role) {
    case 'operator':
      return tx.wallets.list({ limit, cursor });
    case 'owner': {
      const own = caller.owner === null ? [] : await tx.wallets.ofOwner(caller.owner);
      return own.filter(({ id }) => cursor === null || id < cursor).slice(0, limit);
    }
    case 'agent': {
      const own = cursor === null && caller.walletId !== null ? await tx.wallets.get(caller.walletId) : null;
      return own === null ? [] : [own];
    }
  }
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
        const active = await tx.policies.active(walletId);
        return ok({ wallet, policyText: active && documentInForce(active).text });
      },
      { retry: 'nothing-leaves-the-process' },
    );
    if (!read.ok) return read;
    const { wallet, policyText } = read.value;
    return answer(200, walletView(wallet, await readBalances(deps.chain, wallet, policyText)));
  },
});

export const walletRoutes: readonly Route[] = [create, list, get];
