import { type Credential, encodeBase58, makeId, makeSecret, ok, sha256, wrapOffChainMessage } from '@countersign/core';
import type { SignInChallengeView } from '@countersign/sdk';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, approveAs, type Harness, must, ORIGIN, pay, startHarness, type TestWallet } from './harness.ts';

const text = (bytes: string): Uint8Array => new TextEncoder().encode(bytes);

describe('an owner signs in', () => {
  let harness: Harness;
  let wallet: TestWallet;
  let other: TestWallet;
  beforeAll(async () => {
    harness = await startHarness();
    wallet = await harness.makeWallet();
    other = await harness.makeWallet();
  });
  afterAll(() => harness.close());

  async function challenge(owner: TestKey, headers: { readonly [name: string]: string } = {}): Promise<string> {
    const asked = await harness.ask({ method: 'POST', path: '/v1/sign-in/challenge', as: null, body: { owner: owner.address }, headers });
    expect(asked.status, asked.text).toBe(200);
    return (asked.json as unknown as SignInChallengeView).text;
  }
  const enter = (said: string, signature: Uint8Array): Promise<Asked> =>
    harness.ask({ method: 'POST', path: '/v1/sign-in', as: null, body: { text: said, signature: encodeBase58(signature) } });

  test('the domain is the configured one, whatever the request says', async () => {
    for (const headers of [
      { host: 'localhost:1' },
      { 'x-forwarded-host': 'evil.example' },
      { forwarded: 'host=evil.example' },
      { origin: 'https://evil.example' },
    ]) {
      const said = await challenge(wallet.owner, headers);
      expect(said.startsWith(`${ORIGIN.domain} wants you to sign in`)).toBe(true);
      expect(said).toContain(`URI: ${ORIGIN.uri}\n`);
      expect(said).not.toContain('evil');
    }
  });

  test('with a signature over the text or over its off-chain wrapper, once each', async () => {
    for (const wrap of [(said: string) => text(said), (said: string) => wrapOffChainMessage(said)]) {
      const said = await challenge(wallet.owner);
      const signature = wallet.owner.sign(wrap(said));
      const entered = await enter(said, signature);
      expect(entered.json, entered.text).toMatchObject({
        owner: wallet.owner.address,
        secret: expect.stringMatching(/^cs_owner_/),
        credential: { role: 'owner', owner: wallet.owner.address, wallet: null, revokedAt: null },
      });
      const lifeMs = Date.parse(String(entered.json['expiresAt'])) - Date.now();
      expect(lifeMs).toBeGreaterThan(3_500_000);
      expect(lifeMs).toBeLessThan(3_700_000);
      expect((await enter(said, signature)).json).toMatchObject({ status: 422, code: 'sign_in_invalid' });
    }
  });

  test.each([
    ["a stranger's signature", (said: string) => [said, createTestKey().sign(text(said))] as const],
    ['a text that nobody asked for', (said: string) => sign(said.replace(/Nonce: [0-9a-f]{32}/, `Nonce: ${'0'.repeat(32)}`))],
    ['another domain', (said: string) => sign(said.replace(ORIGIN.domain, 'evil.example'))],
    ['a longer life', (said: string) => sign(said.replace(/Expiration Time: 20../, 'Expiration Time: 2999'))],
    ['another network', (said: string) => sign(said.replace(/Chain ID: .*/, `Chain ID: ${createTestKey().address}`))],
    ['another purpose', (said: string) => sign(said.replace('moves nothing', 'moves all'))],
    ['a space more', (said: string) => sign(`${said} `)],
  ])('attack: %s', async (_what, attack) => {
    const [said, signature] = attack(await challenge(wallet.owner));
    const refused = await enter(said, signature);
    expect(refused.json, refused.text).toMatchObject({ status: 422, code: 'sign_in_invalid' });
    expect(refused.text).not.toContain('cs_owner_');
  });
  const sign = (said: string): readonly [string, Uint8Array] => [said, wallet.owner.sign(text(said))];

  test('attack: a statement of the owner is no sign-in, and a sign-in no statement', async () => {
    const said = await challenge(wallet.owner);
    const signature = encodeBase58(wallet.owner.sign(text(said)));
    const frozen = await harness.ask({
      method: 'POST',
      path: `/v1/wallets/${wallet.id}/freeze`,
      as: null,
      body: { statement: said, signature },
    });
    expect(frozen.json).toMatchObject({ status: 422, code: 'statement_invalid' });
    expect((await harness.ask({ path: `/v1/wallets/${wallet.id}` })).json).toMatchObject({ state: 'active' });
  });

  test('whoever owns no wallet gets nothing', async () => {
    const stranger = createTestKey();
    const said = await challenge(stranger);
    expect((await enter(said, stranger.sign(text(said)))).json).toMatchObject({ code: 'sign_in_invalid' });
  });

  test('sees all wallets of the owner and no other, on every list', async () => {
    const second = await harness.makeWallet(undefined, wallet.owner);
    const as = await harness.signIn(wallet.owner);
    for (const each of [wallet, second, other]) await harness.ask(pay(each, { amount: '6000' }));
    const ids = async (path: string): Promise<readonly string[]> =>
      ((await harness.ask({ path, as })).json['items'] as { id: string; wallet: string }[]).map((item) => item.wallet ?? item.id);
    expect(await ids('/v1/wallets')).toEqual([second.id, wallet.id]);
    expect(await ids('/v1/wallets?limit=1')).toEqual([second.id]);
    expect(await ids(`/v1/wallets?cursor=${second.id}`)).toEqual([wallet.id]);
    const waiting = await ids('/v1/approvals?state=waiting');
    expect(new Set(waiting)).toEqual(new Set([wallet.id, second.id]));
    expect(new Set(await ids('/v1/approvals'))).toEqual(new Set([wallet.id, second.id]));
    expect(await ids(`/v1/approvals?wallet=${second.id}&state=waiting`)).toEqual([second.id]);
    const chains = ((await harness.ask({ path: '/v1/audit?limit=100', as })).json['items'] as { chain: string }[]).map(
      ({ chain }) => chain,
    );
    expect(new Set(chains)).toEqual(new Set([wallet.id, second.id]));
    const verified = await harness.ask({ method: 'POST', path: '/v1/audit/verify', as });
    expect((verified.json['chains'] as { chain: string }[]).map(({ chain }) => chain).sort()).toEqual([wallet.id, second.id].sort());
    // Pages go on where the one before ended, over all wallets.
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await harness.ask({ path: `/v1/approvals?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`, as });
      seen.push(...(page.json['items'] as { id: string }[]).map(({ id }) => id));
      cursor = page.json['nextCursor'] as string | null;
    }
    expect(seen).toEqual([...seen].sort().reverse());
    expect(seen.length).toBe((await ids('/v1/approvals')).length);
  });

  test('INVARIANT I6: a key that was replaced sees nothing from that moment', async () => {
    const own = await harness.makeWallet();
    const path = `/v1/wallets/${own.id}`;
    expect((await harness.ask({ path, as: own.ownerSecret })).status).toBe(200);
    const next = createTestKey();
    const asked = await harness.ask({ method: 'POST', path: `${path}/replace-owner-key`, body: { owner: next.address } });
    const { id } = asked.json as unknown as { id: string };
    const half = await approveAs(harness, id, own.owner);
    expect(half.json, half.text).toMatchObject({ status: 422, code: 'owner_signature_invalid' });
    const both = await approveAs(harness, id, own.owner, own.ownerSecret, next);
    expect(both.status, both.text).toBe(200);
    await harness.drive();
    expect((await harness.ask({ path })).json).toMatchObject({ owner: next.address, rekeyingBy: null });
    const heir = await harness.signIn(next);
    expect((await harness.ask({ path, as: heir })).status).toBe(200);
    for (const gone of [path, `${path}/keys`, `${path}/kits`, `${path}/policies`, `${path}/transactions`, `/v1/audit?chain=${own.id}`])
      expect((await harness.ask({ path: gone, as: own.ownerSecret })).json, gone).toMatchObject({ status: 404 });
    expect((await harness.ask({ path: '/v1/wallets', as: own.ownerSecret })).json['items']).toEqual([]);
    expect((await harness.ask({ path: '/v1/approvals', as: own.ownerSecret })).json['items']).toEqual([]);
  });

  test('a session ends when it signs out, when it is revoked, and by itself', async () => {
    const as = await harness.signIn(wallet.owner);
    expect((await harness.ask({ path: '/v1/whoami', as })).json).toMatchObject({ role: 'owner', owner: wallet.owner.address });
    expect((await harness.ask({ method: 'POST', path: '/v1/sign-out', as })).json).toMatchObject({ revokedAt: expect.any(String) });
    expect((await harness.ask({ path: '/v1/whoami', as })).status).toBe(401);
    const revoked = await harness.signIn(wallet.owner);
    const { id } = (await harness.ask({ path: '/v1/whoami', as: revoked })).json as unknown as { id: string };
    await harness.ask({ method: 'POST', path: `/v1/credentials/${id}/revoke` });
    expect((await harness.ask({ path: '/v1/whoami', as: revoked })).status).toBe(401);
    const secret = makeSecret('owner', createTestKey().sign(new Uint8Array()).slice(0, 32));
    must(
      await harness.deps.database.transact(async (tx) => {
        const nowMs = await tx.nowMs();
        const ended: Credential = {
          id: makeId('credential', nowMs, new Uint8Array(10)),
          role: 'owner',
          walletId: null,
          owner: wallet.owner.address,
          label: 'ended',
          createdAtMs: nowMs - 3_600_000,
          revokedAtMs: null,
          expiresAtMs: nowMs - 1,
        };
        await tx.credentials.insert(ended, sha256(secret));
        return ok(undefined);
      }),
    );
    expect((await harness.ask({ path: '/v1/whoami', as: secret })).json).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect((await harness.ask({ path: `/v1/wallets/${wallet.id}`, as: secret })).status).toBe(401);
  });

  test('asking too often waits, and keeps nobody from freezing', async () => {
    const own = await startHarness({ signaturesPerMinute: 3 });
    try {
      const body = { owner: createTestKey().address };
      for (let count = 0; count < 3; count += 1)
        expect((await own.ask({ method: 'POST', path: '/v1/sign-in/challenge', as: null, body })).status).toBe(200);
      const limited = await own.ask({ method: 'POST', path: '/v1/sign-in/challenge', as: null, body });
      expect(limited.json).toMatchObject({ status: 429, code: 'rate_limited' });
      const freeze = await own.ask({ method: 'POST', path: '/v1/wallets/wal_01KAQ5R9V3N8X2M4T6W8Y0Z1B3/freeze', as: null, body: {} });
      expect(freeze.status).toBe(401);
    } finally {
      await own.close();
    }
  });

  test('no secret and no signature of a session is logged', () => {
    const lines = harness.lines.join('');
    expect(lines).not.toMatch(/cs_owner_/);
    expect(lines).not.toContain('wants you to sign in');
  });
});
