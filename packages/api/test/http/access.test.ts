import { encodeBase58 } from '@countersign/core';
import type { CreatedCredential, TransactionView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRoutes } from '../../src/routes/all-routes.ts';
import { type Harness, pay, startHarness, type TestWallet } from './harness.ts';

const ROLES = ['agent', 'owner', 'operator'] as const;

describe('who may do what', () => {
  let harness: Harness;
  let own: TestWallet;
  let other: TestWallet;
  let transaction: string;
  let approval: string;
  beforeAll(async () => {
    harness = await startHarness();
    own = await harness.makeWallet();
    other = await harness.makeWallet();
    const asked = (await harness.ask(pay(other, { amount: '6000' }))).json as unknown as TransactionView;
    transaction = asked.id;
    approval = asked.approval ?? '';
  });
  afterAll(() => harness.close());
  const secretOf = (role: (typeof ROLES)[number], wallet: TestWallet): string =>
    role === 'agent' ? wallet.agentSecret : role === 'owner' ? wallet.ownerSecret : harness.operator;
  const fill = (url: string): string =>
    url
      .replace('{wallet}', other.id)
      .replace(
        '{id}',
        url.includes('/transactions/') ? transaction : url.includes('/approvals/') ? approval : 'crd_01KAQ5R9V3N8X2M4T6W8Y0Z1B3',
      );

  test.each(allRoutes.map((route) => [`${route.method} ${route.url}`, route] as const))(
    '%s needs a good credential',
    async (_name, route) => {
      const path = fill(route.url);
      const bad = [
        '',
        'Bearer',
        'Bearer x',
        `Basic ${own.agentSecret}`,
        `Bearer ${own.agentSecret}x`,
        `Bearer ${own.agentSecret.slice(0, -1)}`,
        `bearer ${own.agentSecret}`,
      ];
      // Asking to sign in and signing in take none; freezing takes one or a statement of the owner.
      const without = route.url.startsWith('/v1/sign-in') ? [] : [undefined];
      for (const authorization of [...without, ...bad]) {
        const refused = await harness.ask({
          method: route.method,
          path,
          as: null,
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(refused.json, String(authorization)).toMatchObject({ status: 401, code: 'unauthenticated' });
        expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
      }
    },
  );

  test.each(allRoutes.flatMap((route) => ROLES.map((role) => [role, `${route.method} ${route.url}`, route] as const)))(
    'BFLA: %s on %s',
    async (role, _name, route) => {
      if ((route.access as readonly string[]).includes(role) || route.url.startsWith('/v1/sign-in')) return;
      const refused = await harness.ask({
        method: route.method,
        path: fill(route.url),
        as: secretOf(role, other),
        body: route.method === 'POST' ? {} : undefined,
      });
      expect(refused.json).toMatchObject({ status: 403, code: 'forbidden', role });
    },
  );

  test.each(
    allRoutes
      .filter(({ url }) => url.includes('{wallet}') || url.includes('/approvals/{id}'))
      .flatMap((route) =>
        (['agent', 'owner'] as const)
          .filter((role) => route.access.includes(role as never))
          .map((role) => [role, `${route.method} ${route.url}`, route] as const),
      ),
  )('BOLA: the %s of one wallet on %s of another', async (role, _name, route) => {
    const bodies: { readonly [ending: string]: object } = {
      '/transactions': { asset: 'SOL', amount: '1', recipient: other.merchant },
      '/approve': { statementSignature: null, messageSignatures: [] },
      '/reject': { statement: 'any', signature: encodeBase58(new Uint8Array(64).fill(7)) },
      '/policies/diff': { policy: '{}' },
    };
    const body = Object.entries(bodies).find(([ending]) => route.url.endsWith(ending))?.[1] ?? {};
    const refused = await harness.ask({
      method: route.method,
      path: fill(route.url),
      as: secretOf(role, own),
      ...(route.method === 'POST' ? { body } : {}),
      headers: { 'idempotency-key': 'bola' },
    });
    expect(refused.json).toMatchObject({ status: 404, code: 'not_found' });
    expect(refused.text).not.toContain(other.merchant);
  });

  test("INVARIANT I7: of all that changes something, an owner's session may do only what the owner signed", async () => {
    const may = [
      'POST /v1/approvals/{id}/prepare',
      'POST /v1/approvals/{id}/approve',
      'POST /v1/approvals/{id}/reject',
      'POST /v1/sign-out',
    ];
    const readsOnly = ['POST /v1/audit/verify', 'POST /v1/wallets/{wallet}/policies/diff'];
    const signed = ['POST /v1/sign-in', 'POST /v1/sign-in/challenge'];
    for (const route of allRoutes) {
      const name = `${route.method} ${route.url}`;
      if (route.method === 'GET' || [...may, ...readsOnly, ...signed].includes(name)) continue;
      const refused = await harness.ask({ method: route.method, path: fill(route.url), as: other.ownerSecret, body: {} });
      expect(refused.json, name).toMatchObject({ status: 403, code: 'forbidden', role: 'owner' });
    }
    for (const name of readsOnly) expect(allRoutes.find(({ method, url }) => `${method} ${url}` === name)?.audit, name).toBe('none');
    const rejected = await harness.ask({ method: 'POST', path: `/v1/approvals/${approval}/reject`, as: other.ownerSecret, body: {} });
    expect(rejected.json).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await harness.ask({ path: `/v1/approvals/${approval}` })).json).toMatchObject({ state: 'waiting' });
  });

  test("the agent sees its transaction's state, and nothing of the inbox", async () => {
    for (const path of ['/v1/approvals', `/v1/approvals/${approval}`, `/v1/wallets/${other.id}/kits`])
      expect((await harness.ask({ path, as: other.agentSecret })).json, path).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await harness.ask({ path: `/v1/wallets/${other.id}/transactions/${transaction}`, as: other.agentSecret })).json).toMatchObject({
      state: 'awaiting_owner',
      approval,
    });
  });

  test('lists show agents and owners their own wallet only', async () => {
    for (const as of [own.agentSecret, own.ownerSecret]) {
      expect(((await harness.ask({ path: '/v1/wallets', as })).json['items'] as { id: string }[]).map(({ id }) => id)).toEqual([own.id]);
      for (const path of [
        ...(as === own.ownerSecret ? [`/v1/approvals?wallet=${other.id}`] : []),
        `/v1/audit?chain=${other.id}`,
        `/v1/audit/entries?chain=${other.id}`,
        '/v1/audit?chain=system',
      ])
        expect((await harness.ask({ path, as })).json, path).toMatchObject({ status: 404 });
      expect((await harness.ask({ path: '/v1/approvals', as })).text).not.toContain(other.id);
      expect((await harness.ask({ path: '/v1/audit', as })).text).not.toContain(other.id);
      expect((await harness.ask({ method: 'POST', path: '/v1/audit/verify', as })).json).toMatchObject({
        ok: true,
        chains: [{ chain: own.id }],
      });
    }
    expect((await harness.ask({ path: '/v1/wallets' })).json['items']).toHaveLength(2);
  });

  test("a transaction under another wallet's path does not exist", async () => {
    for (const as of [harness.operator, own.agentSecret]) {
      expect((await harness.ask({ path: `/v1/wallets/${own.id}/transactions/${transaction}`, as })).status).toBe(404);
      expect((await harness.ask({ method: 'POST', path: `/v1/wallets/${own.id}/transactions/${transaction}/cancel`, as })).status).toBe(
        404,
      );
    }
  });

  test('a revoked credential is refused at once; its secret is nowhere', async () => {
    const issued = (await harness.ask({ method: 'POST', path: '/v1/credentials', body: { role: 'agent', wallet: own.id, label: 'to go' } }))
      .json as unknown as CreatedCredential;
    expect((await harness.ask({ path: '/v1/whoami', as: issued.secret })).json).toMatchObject({ id: issued.credential.id, role: 'agent' });
    expect((await harness.ask({ path: `/v1/credentials?wallet=${own.id}` })).text).not.toContain(issued.secret);
    const revoked = await harness.ask({ method: 'POST', path: `/v1/credentials/${issued.credential.id}/revoke` });
    expect(revoked.json).toMatchObject({ revokedAt: expect.any(String) });
    expect((await harness.ask({ path: '/v1/whoami', as: issued.secret })).status).toBe(401);
    expect(harness.lines.join('')).not.toContain(issued.secret);
    expect(harness.lines.join('')).not.toMatch(/cs_(agent|owner|operator)_/);
  });

  test('a credential is for one wallet or, of an operator, for none', async () => {
    for (const body of [
      { role: 'operator', wallet: own.id, label: 'x' },
      { role: 'agent', wallet: null, label: 'x' },
    ])
      expect((await harness.ask({ method: 'POST', path: '/v1/credentials', body })).json).toMatchObject({
        code: 'invalid_field',
        field: 'wallet',
      });
    expect(
      (await harness.ask({ method: 'POST', path: '/v1/credentials', body: { role: 'owner', wallet: own.id, label: 'x' } })).json,
    ).toMatchObject({
      code: 'invalid_field',
      field: 'role',
    });
    const missing = await harness.ask({
      method: 'POST',
      path: '/v1/credentials',
      body: { role: 'agent', wallet: 'wal_01KAQ5R9V3N8X2M4T6W8Y0Z1B3', label: 'x' },
    });
    expect(missing.status).toBe(404);
  });

  test('while the service is not connected everything waits; health answers', async () => {
    harness.setConnected(false);
    expect((await harness.ask({ path: '/v1/whoami' })).json).toMatchObject({ status: 503, code: 'not_ready' });
    expect((await harness.ask({ path: '/health/live', as: null })).status).toBe(200);
    expect((await harness.ask({ path: '/health/ready', as: null })).status).toBe(503);
    harness.setConnected(true);
    expect((await harness.ask({ path: '/metrics', as: null })).text).toContain('countersign_http_request_duration_seconds');
  });

  test('a wallet of a stranger is not created by an agent, nor is its owner an impossible key', async () => {
    expect((await harness.ask({ method: 'POST', path: '/v1/wallets', as: own.agentSecret, body: {} })).status).toBe(403);
    const policy = JSON.stringify({ version: 1 });
    const bad = await harness.ask({ method: 'POST', path: '/v1/wallets', body: { name: 'x', owner: createTestKey().address, policy } });
    expect(bad.json).toMatchObject({ status: 422, code: 'policy_invalid' });
    expect(bad.json['problems']).toContainEqual({ path: 'assets', problem: expect.any(String) });
  });
});
