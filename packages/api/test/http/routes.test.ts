import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireDeclarations } from '../../src/http/declared-routes.ts';
import { allRoutes } from '../../src/routes/all-routes.ts';
import { type Harness, startHarness } from './harness.ts';

describe('the inventory of routes', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  test('is complete, and each says who may call it', () => {
    const inventory = harness.server.routes.map(({ method, url, access, idempotency, audit, movesMoney }) =>
      [method, url, Array.isArray(access) ? access.join('+') : access, idempotency, audit, ...(movesMoney ? ['MONEY'] : [])].join(' '),
    );
    expect(inventory.sort()).toMatchInlineSnapshot(`
      [
        "GET /docs public none none",
        "GET /docs/ public none none",
        "GET /docs/js/scalar.js public none none",
        "GET /health/live public none none",
        "GET /health/ready public none none",
        "GET /metrics operational none none",
        "GET /openapi.json public none none",
        "GET /v1/approvals operator+owner none none",
        "GET /v1/approvals/:id operator+owner none none",
        "GET /v1/audit operator+owner+agent none none",
        "GET /v1/audit/entries operator+owner+agent none none",
        "GET /v1/credentials operator none none",
        "GET /v1/wallets operator+owner+agent none none",
        "GET /v1/wallets/:wallet operator+owner+agent none none",
        "GET /v1/wallets/:wallet/agent-backup operator none key.backed_up",
        "GET /v1/wallets/:wallet/changes-since-freeze operator+owner none none",
        "GET /v1/wallets/:wallet/keys operator+owner+agent none none",
        "GET /v1/wallets/:wallet/kits operator+owner none none",
        "GET /v1/wallets/:wallet/policies operator+owner+agent none none",
        "GET /v1/wallets/:wallet/transactions agent+owner+operator none none",
        "GET /v1/wallets/:wallet/transactions/:id agent+owner+operator none none",
        "GET /v1/whoami operator+owner+agent none none",
        "POST /v1/approvals/:id/approve operator+owner signed_bytes approval.approved MONEY",
        "POST /v1/approvals/:id/approve-here operator signed_bytes approval.opened_here MONEY",
        "POST /v1/approvals/:id/prepare operator+owner none approval.prepared",
        "POST /v1/approvals/:id/reject operator+owner none approval.rejected",
        "POST /v1/audit/verify operator+owner+agent none none",
        "POST /v1/credentials operator none credential.issued",
        "POST /v1/credentials/:id/revoke operator none credential.revoked",
        "POST /v1/sign-in signature none owner.signed_in",
        "POST /v1/sign-in/challenge signature none none",
        "POST /v1/sign-out owner none credential.revoked",
        "POST /v1/wallets operator none wallet.requested",
        "POST /v1/wallets/:wallet/freeze operator+agent+signature none wallet.frozen",
        "POST /v1/wallets/:wallet/kits operator none kit.proposed",
        "POST /v1/wallets/:wallet/lockdown operator none lockdown.called",
        "POST /v1/wallets/:wallet/policies operator none policy.proposed",
        "POST /v1/wallets/:wallet/policies/diff operator+owner none none",
        "POST /v1/wallets/:wallet/policies/tighten operator none policy.tightened",
        "POST /v1/wallets/:wallet/replace-owner-key operator none policy.proposed",
        "POST /v1/wallets/:wallet/restore-agent-key operator none key.restored",
        "POST /v1/wallets/:wallet/revoke-agent-key operator none key.revocation_proposed",
        "POST /v1/wallets/:wallet/rotate-agent-key operator none policy.proposed",
        "POST /v1/wallets/:wallet/transactions agent required request.decided MONEY",
        "POST /v1/wallets/:wallet/transactions/:id/cancel agent+operator none approval.void",
        "POST /v1/wallets/:wallet/unfreeze operator none wallet.unfreeze_requested",
      ]
    `);
  });

  test('every POST that takes an asset, an amount or signatures moves money, and is safe to repeat', () => {
    for (const { method, url, body, movesMoney, idempotency } of allRoutes) {
      const takesMoney = ['transactions', 'approve', 'approve-here'].includes(url.split('/').at(-1) ?? '') && method === 'POST';
      expect(movesMoney, `${method} ${url}`).toBe(takesMoney);
      expect(idempotency !== 'none', `${method} ${url}`).toBe(movesMoney);
      if (movesMoney) expect(body).not.toBeNull();
    }
  });

  test('a route that declares nothing, or lets anyone change something, does not start', async () => {
    const plant = (config: object | undefined, method: 'GET' | 'POST' = 'GET') => {
      const app = Fastify();
      requireDeclarations(app);
      return app.route({ method, url: '/planted', ...(config === undefined ? {} : { config }), handler: () => 'planted' });
    };
    const good = { access: ['operator'], idempotency: 'none', audit: 'none', movesMoney: false };
    expect(() => plant({ declaration: good })).not.toThrow();
    expect(() => plant(undefined)).toThrow(/does not declare/);
    expect(() => plant({ declaration: { ...good, access: [] } })).toThrow(/declares nothing/);
    expect(() => plant({ declaration: { ...good, audit: '' } })).toThrow(/declares nothing/);
    expect(() => plant({ declaration: { ...good, access: 'public' } }, 'POST')).toThrow(/anyone change/);
    expect(() => plant({ declaration: { ...good, access: 'operational' } }, 'POST')).toThrow(/anyone change/);
    const { movesMoney: _unsaid, ...silent } = good;
    expect(() => plant({ declaration: silent }, 'POST')).toThrow(/whether it moves money/);
    expect(() => plant({ declaration: { ...good, movesMoney: true } }, 'POST')).toThrow(/move money again/);
    expect(() => plant({ declaration: { ...good, movesMoney: true, idempotency: 'required' } }, 'GET')).toThrow(/move money again/);
    expect(() => plant({ declaration: { ...good, movesMoney: true, idempotency: 'required' } }, 'POST')).not.toThrow();
  });

  test('the description has every route of the interface', async () => {
    const described = await harness.ask({ path: '/openapi.json', as: null });
    expect(described.status).toBe(200);
    const { openapi, paths, components } = described.json as unknown as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: Record<string, unknown> };
    };
    expect(openapi).toBe('3.1.0');
    for (const { method, url } of allRoutes) expect(paths[url]?.[method.toLowerCase()], `${method} ${url}`).toBeDefined();
    const asked = components.schemas['CreateTransactionInput'] ?? components.schemas['CreateTransaction'];
    expect(JSON.stringify(asked), Object.keys(components.schemas).join()).toMatch(/anyOf.*CreatePayment.*CreateCall/);
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(['Transaction', 'Wallet', 'Approval', 'Prepared']));
  });

  test('the page at /docs has a policy of its own, everything else allows nothing', async () => {
    const page = await harness.ask({ path: '/docs/', as: null });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self' 'nonce-/);
    expect(page.text).not.toMatch(/https?:\/\/(?!127|localhost|www\.w3\.org)/);
    const data = await harness.ask({ path: '/v1/whoami' });
    expect(data.headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
    expect(data.headers['cache-control']).toBe('no-store');
    expect(data.headers['access-control-allow-origin']).toBeUndefined();
    expect(data.headers['x-content-type-options']).toBe('nosniff');
  });
});
