import { randomBytes } from 'node:crypto';
import { encodeBase58 } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, POLICY, pay, startHarness, type TestWallet } from './harness.ts';

const WRONG_TYPES: readonly unknown[] = [null, true, 7, 0, -1, {}, [], ['SOL']];
const BAD_TEXT = ['', ' ', '\u0000', 'a\u0000b', '\ud800', '\u202eevil', 'a\u200bb', 'x'.repeat(70_0), 'line\nbreak'];
const BAD_AMOUNTS = [
  '',
  ' ',
  '0',
  '-1',
  '+1',
  '1.0',
  '1e3',
  '0x10',
  '01',
  ' 1',
  '1 ',
  '1_000',
  '１',
  '٣',
  'NaN',
  'Infinity',
  '18446744073709551616',
  '9'.repeat(40),
  'null',
];
const good = createTestKey().address;
const BAD_ADDRESSES = [
  '',
  'x',
  good.slice(0, -3),
  `${good}11`,
  ` ${good}`,
  good.replace(/^./, '0'),
  good.replace(/^./, 'l'),
  encodeBase58(randomBytes(31)),
  encodeBase58(randomBytes(33)),
  'ＡＢ',
  `${good}\u200b`,
];
const BAD_ASSETS = ['', 'sol', 'Sol', 'SOL ', 'USDC', 'native', ...BAD_ADDRESSES.slice(1)];

describe('bad input is refused and the field is named', () => {
  let harness: Harness;
  let wallet: TestWallet;
  beforeAll(async () => {
    harness = await startHarness();
    wallet = await harness.makeWallet();
  });
  afterAll(() => harness.close());

  interface Table {
    readonly path: string;
    readonly as: string | null;
    /** One that would be taken. */
    readonly body: { readonly [field: string]: unknown };
    readonly bad: { readonly [field: string]: readonly unknown[] };
    readonly optional?: readonly string[];
    readonly nullable?: readonly string[];
    /** What is missing of an empty body, where that is not the field that was left out. */
    readonly missing?: string;
  }

  /** Every field of a body: missing, of every wrong type, and the bad values given; a field too many; and no object at all. */
  async function table({ path, as, body, bad, optional = [], nullable = [], missing }: Table): Promise<void> {
    let sent = 0;
    const send = (changed: unknown) => {
      sent += 1;
      return harness.ask({ method: 'POST', path, as, body: changed, headers: { 'idempotency-key': `${path}-${sent}` } });
    };
    for (const [field, allowed] of Object.entries(body)) {
      const { [field]: _gone, ...without } = body;
      if (!optional.includes(field))
        expect((await send(without)).json, `${field} missing`).toMatchObject({
          status: 400,
          code: 'invalid_field',
          field: missing ?? field,
          problem: 'is missing',
        });
      const wrong = WRONG_TYPES.filter(
        (value) =>
          (typeof value !== typeof allowed || Array.isArray(value) !== Array.isArray(allowed)) &&
          !(value === null && nullable.includes(field)),
      );
      for (const value of [...wrong, ...(bad[field] ?? [])]) {
        const refused = await send({ ...body, [field]: value });
        const what = `${field} = ${JSON.stringify(value)}: ${refused.text}`;
        expect(refused.status, what).toBe(400);
        expect(refused.json.code, what).toBe('invalid_field');
        expect(String(refused.json['field']).split('.')[0], what).toBe(field);
        expect(refused.json.detail, what).toBe(`${refused.json['field']} ${refused.json['problem']}.`);
      }
    }
    for (const extra of ['extra', 'Amount', 'amount ', 'id', 'Message'])
      expect((await send({ ...body, [extra]: 1 })).json, extra).toMatchObject({
        status: 400,
        code: 'invalid_field',
        problem: 'is not known here',
      });
    for (const whole of [null, true, 7, 'text', [], [body]])
      expect((await send(whole)).json, JSON.stringify(whole)).toMatchObject({ status: 400, code: 'invalid_field', field: 'body' });
  }

  test('a payment', () =>
    table({
      path: `/v1/wallets/${wallet.id}/transactions`,
      as: wallet.agentSecret,
      body: { asset: 'SOL', amount: '1', recipient: wallet.merchant, memo: 'hello' },
      bad: { asset: BAD_ASSETS, amount: BAD_AMOUNTS, recipient: BAD_ADDRESSES, memo: ['', '\u0000', '\ud800', 'a\u0007', 'x'.repeat(257)] },
      optional: ['memo'],
    }));
  test('a message of the agent', () =>
    table({
      path: `/v1/wallets/${wallet.id}/transactions`,
      as: wallet.agentSecret,
      body: { message: 'AQID' },
      bad: { message: ['', 'x', 'AQI', 'AR==', 'AQID\n', 'A-_D', '====', 'é', Buffer.alloc(8_193).toString('base64')] },
      missing: 'asset',
    }));
  test('attack: a message and a payment at once is one clear error', async () => {
    for (const more of [
      { memo: 'x' },
      { amount: '1' },
      { asset: 'SOL', amount: '1', recipient: wallet.merchant },
      { asset: 7, extra: 1 },
    ]) {
      const { path, as, headers } = pay(wallet);
      const refused = await harness.ask({
        method: 'POST',
        path,
        as: as ?? null,
        headers: headers ?? {},
        body: { message: 'AQID', ...more },
      });
      expect(refused.json, refused.text).toMatchObject({ status: 400, code: 'invalid_field', field: 'body' });
      expect(refused.json['errors']).toEqual([{ field: 'body', problem: expect.stringContaining('mixture') }]);
    }
  });
  test('a wallet', () =>
    table({
      path: '/v1/wallets',
      as: harness.operator,
      body: { name: 'x', owner: good, recovery: createTestKey().address, policy: JSON.stringify(POLICY(good)) },
      bad: { name: BAD_TEXT, owner: BAD_ADDRESSES, recovery: BAD_ADDRESSES, policy: ['', 'x'.repeat(16_385), '\ud800'] },
      optional: ['recovery'],
      nullable: ['recovery'],
    }));
  test('a policy', () =>
    table({
      path: `/v1/wallets/${wallet.id}/policies`,
      as: harness.operator,
      body: { policy: '{}', recovery: good },
      bad: { policy: [''], recovery: BAD_ADDRESSES },
      optional: ['recovery'],
      nullable: ['recovery'],
    }));
  test('a comparison and a tightening', async () => {
    for (const what of ['diff', 'tighten'])
      await table({
        path: `/v1/wallets/${wallet.id}/policies/${what}`,
        as: harness.operator,
        body: { policy: '{}' },
        bad: { policy: [''] },
      });
  });
  test('a rotation', () =>
    table({
      path: `/v1/wallets/${wallet.id}/rotate-agent-key`,
      as: harness.operator,
      body: { reason: 'manual' },
      bad: { reason: ['', 'due', 'violation_attempts', 'Manual', 'manual '] },
      optional: ['reason'],
    }));
  test('another owner', () =>
    table({
      path: `/v1/wallets/${wallet.id}/replace-owner-key`,
      as: harness.operator,
      body: { owner: good, consentOf: 'owner' },
      bad: { owner: BAD_ADDRESSES, consentOf: ['', 'agent', 'Recovery', 'nobody'] },
      optional: ['consentOf'],
    }));
  test('a backup', () =>
    table({
      path: `/v1/wallets/${wallet.id}/restore-agent-key`,
      as: harness.operator,
      body: { backup: 'AQID' },
      bad: { backup: ['', 'x', 'AR==', 'AQID\n', 'A-_D', Buffer.alloc(8_193).toString('base64')] },
    }));
  test('kits', () =>
    table({
      path: `/v1/wallets/${wallet.id}/kits`,
      as: harness.operator,
      body: { purpose: 'lockdown' },
      bad: { purpose: ['', 'payment', 'Lockdown'] },
    }));
  test('a lockdown', () =>
    table({
      path: `/v1/wallets/${wallet.id}/lockdown`,
      as: harness.operator,
      body: { reason: 'x' },
      bad: { reason: BAD_TEXT },
      optional: ['reason'],
    }));
  test('signing in', async () => {
    const signature = encodeBase58(randomBytes(64));
    const bad = ['', 'x', signature.slice(0, 60), '0'.repeat(88), encodeBase58(randomBytes(63))];
    await table({ path: '/v1/sign-in/challenge', as: null, body: { owner: good }, bad: { owner: BAD_ADDRESSES } });
    await table({
      path: '/v1/sign-in',
      as: null,
      body: { text: 'x', signature },
      bad: { text: ['', 'x'.repeat(4_097), '\u0000', '\ud800', 'é', 'a\r\nb', '\u202e'], signature: bad },
    });
  });
  test('opening the owner key here', () =>
    table({
      path: '/v1/approvals/apr_01KAQ5R9V3N8X2M4T6W8Y0Z1B3/approve-here',
      as: harness.operator,
      body: { passphrase: 'x' },
      bad: { passphrase: ['', 'x'.repeat(1_025), '\ud800'] },
    }));
  test('a credential', () =>
    table({
      path: '/v1/credentials',
      as: harness.operator,
      body: { role: 'agent', wallet: wallet.id, label: 'x' },
      bad: {
        role: ['', 'root', 'Agent', 'agent '],
        wallet: ['', 'wal_', wallet.id.toLowerCase(), `${wallet.id}0`, 'crd_01KAQ5R9V3N8X2M4T6W8Y0Z1B3'],
        label: BAD_TEXT,
      },
      nullable: ['wallet'],
    }));
  test('freezing', () =>
    table({
      path: `/v1/wallets/${wallet.id}/freeze`,
      as: wallet.agentSecret,
      body: { reason: 'x' },
      bad: { reason: BAD_TEXT },
      optional: ['reason'],
    }));
  test('half of a statement', async () => {
    const signature = encodeBase58(randomBytes(64));
    const own = await harness.makeWallet();
    const { approval } = (await harness.ask(pay(own, { amount: '6000' }))).json as unknown as { approval: string };
    for (const path of [`/v1/wallets/${own.id}/freeze`, `/v1/approvals/${approval}/reject`])
      for (const body of [{ statement: 'x' }, { signature }])
        expect((await harness.ask({ method: 'POST', path, as: own.ownerSecret, body })).json, path).toMatchObject({
          status: 400,
          code: 'invalid_field',
          field: 'signature',
        });
  });
  test('an approval', async () => {
    const own = await harness.makeWallet();
    const { approval } = (await harness.ask(pay(own, { amount: '6000' }))).json as unknown as { approval: string };
    const signature = encodeBase58(randomBytes(64));
    const path = `/v1/approvals/${approval}`;
    await table({
      path: `${path}/approve`,
      as: own.ownerSecret,
      body: { statementSignature: signature, messageSignatures: [signature], newOwnerSignature: signature },
      bad: {
        newOwnerSignature: ['', 'x', encodeBase58(randomBytes(63))],
        statementSignature: ['', 'x', signature.slice(0, 60), '0'.repeat(88), encodeBase58(randomBytes(63)), encodeBase58(randomBytes(65))],
        messageSignatures: [['x'], [7], [null], [encodeBase58(randomBytes(63))], new Array(65).fill(signature)],
      },
      optional: ['newOwnerSignature'],
      nullable: ['statementSignature', 'newOwnerSignature'],
    });
    await table({ path: `${path}/reject`, as: harness.operator, body: { reason: 'x' }, bad: { reason: BAD_TEXT }, optional: ['reason'] });
    expect((await harness.ask({ path })).json).toMatchObject({ state: 'waiting' });
  });

  test('several wrong fields: the first in `field`, all in `errors`', async () => {
    const refused = await harness.ask(pay(wallet, { amount: '-1', recipient: 'x', asset: 7, extra: 1 }));
    expect(refused.json).toMatchObject({ status: 400, field: 'asset' });
    expect((refused.json['errors'] as { field: string }[]).map(({ field }) => field)).toEqual(['asset', 'amount', 'recipient', 'extra']);
  });

  test('recipients that no policy can make right', async () => {
    const { deps } = harness;
    const read = await deps.database.transact(async (tx) => ({ ok: true, value: await tx.wallets.get(wallet.id as never) }));
    if (!read.ok || read.value === null) throw new Error('the wallet is there');
    const { vault, multisig, agent, createKey, feeAccount } = read.value;
    for (const recipient of [vault, multisig, agent, createKey, feeAccount])
      expect((await harness.ask(pay(wallet, { recipient }))).json).toMatchObject({
        status: 422,
        code: 'recipient_is_own_wallet',
        field: 'recipient',
      });
    for (let found = 0; found < 3; ) {
      const recipient = encodeBase58(randomBytes(32));
      const refused = await harness.ask(pay(wallet, { recipient, amount: '1001' }));
      if (refused.status !== 422) continue;
      found += 1;
      expect(refused.json).toMatchObject({ status: 422, code: 'recipient_off_curve', field: 'recipient' });
    }
    expect((await harness.ask(pay(wallet, { memo: 'é'.repeat(200) }))).json).toMatchObject({
      status: 400,
      code: 'memo_too_long',
      field: 'memo',
    });
    expect((await harness.ask(pay(wallet, { asset: createTestKey().address }))).status).not.toBe(202);
  });

  test.each([
    ['/v1/wallets?limit=0', 'limit'],
    ['/v1/wallets?limit=101', 'limit'],
    ['/v1/wallets?limit=1e1', 'limit'],
    ['/v1/wallets?limit=1&limit=2', 'limit'],
    ['/v1/wallets?cursor=x', 'cursor'],
    ['/v1/wallets?unknown=1', 'unknown'],
    ['/v1/wallets?__proto__=1', '__proto__'],
    ['/v1/whoami?x', 'x'],
    ['/v1/approvals?state=all', 'state'],
    ['/v1/approvals?kind=x', 'kind'],
    ['/v1/credentials?role=root', 'role'],
    ['/v1/audit?before=0', 'before'],
    ['/v1/audit?before=1', 'before'],
    ['/v1/audit?chain=x', 'chain'],
    ['/v1/audit/entries', 'chain'],
    ['/v1/audit/entries?chain=system&from=-1', 'from'],
    ['/v1/wallets/x', 'wallet'],
    ["/v1/wallets/wal_'%20OR%201=1", 'wallet'],
    ['/v1/wallets/wal_01KAQ5R9V3N8X2M4T6W8Y0Z1B3/transactions/x', 'id'],
    ['/v1/approvals/crd_01KAQ5R9V3N8X2M4T6W8Y0Z1B3', 'id'],
  ])('GET %s names %s', async (path, field) => {
    expect((await harness.ask({ path })).json).toMatchObject({ status: 400, code: 'invalid_field', field });
  });

  test('bodies that two readers could read differently, or that are no JSON', async () => {
    const path = `/v1/wallets/${wallet.id}/transactions`;
    const body = `"asset":"SOL","recipient":"${wallet.merchant}","amount":"1"`;
    const raws: readonly (string | Buffer)[] = [
      `{${body},"amount":"2"}`,
      `{${body},"\\u0061mount":"2"}`,
      '{"message":"AQID","message":"AQIE"}',
      '{"message":"AQID","\\u006dessage":"AQIE"}',
      `{${body},"__proto__":{}}`,
      `{${body},"constructor":{}}`,
      `{${body}`,
      `{${body}}}`,
      `{${body},}`,
      `\ufeff{${body}}`,
      `{${body},"x":1.5}`,
      `{${body},"x":1e400}`,
      `{${body},"x":9007199254740993}`,
      'NaN',
      '[['.repeat(40),
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
      Buffer.from(`{${body},"memo":"`, 'latin1').subarray(0, 20),
    ];
    for (const raw of raws) {
      const refused = await harness.ask({ method: 'POST', path, as: wallet.agentSecret, raw, headers: { 'idempotency-key': 'raw' } });
      expect(refused.json, raw.toString()).toMatchObject({ status: 400, code: 'malformed_body' });
    }
    const large = await harness.ask({ method: 'POST', path, as: wallet.agentSecret, raw: `{${body},"memo":"${'x'.repeat(65_536)}"}` });
    expect(large.json).toMatchObject({ status: 413, code: 'body_too_large', limitBytes: 65_536 });
    const nothing = await harness.ask({ method: 'POST', path, as: wallet.agentSecret, headers: { 'idempotency-key': 'none' } });
    expect(nothing.json).toMatchObject({ status: 400, field: 'asset', problem: 'is missing' });
  });

  test('content types other than JSON in UTF-8', async () => {
    const ask = pay(wallet);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      'application/json5',
      'text/json',
      'application/jsonx',
    ])
      expect((await harness.ask({ ...ask, headers: { ...ask.headers, 'content-type': type } })).json, type).toMatchObject({
        status: 415,
        code: 'unsupported_media_type',
      });
    expect((await harness.ask({ ...ask, headers: { ...ask.headers, 'content-encoding': 'gzip' } })).status).toBe(415);
    const fine = await harness.ask({ ...ask, headers: { ...ask.headers, 'content-type': 'application/json; charset=UTF-8' } });
    expect(fine.status, fine.text).toBe(202);
  });

  test('hosts that are not this machine', async () => {
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '127.0.0.2',
      '10.0.0.1:7070',
      'localhost@evil',
      '[::2]',
    ])
      expect((await harness.ask({ path: '/v1/whoami', headers: { host } })).json, host).toMatchObject({
        status: 421,
        code: 'host_not_allowed',
      });
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:7070', '[::1]:7070'])
      expect((await harness.ask({ path: '/v1/whoami', headers: { host } })).status, host).toBe(200);
    expect((await harness.ask({ path: '/health/live', headers: { host: 'evil.example' } })).status).toBe(421);
  });

  test('routes that are not there, and ids of requests', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/v1'],
      ['DELETE', '/v1/wallets'],
      ['PUT', '/v1/whoami'],
      ['GET', '/V1/whoami'],
      ['HEAD', '/v1/whoami'],
    ] as const) {
      const refused = await harness.ask({ method, path });
      expect(refused.status, path).toBe(404);
      if (method !== 'HEAD') expect(refused.json.code).toBe('route_not_found');
    }
    expect((await harness.ask({ path: '/v1/%zz' })).json).toMatchObject({ status: 400, code: 'malformed_request' });
    const named = await harness.ask({ path: '/nowhere', headers: { 'x-request-id': 'mine-1' } });
    expect(named.headers['x-request-id']).toBe('mine-1');
    expect(named.json.requestId).toBe('mine-1');
    for (const odd of ['a b', 'x'.repeat(65), '<script>'])
      expect((await harness.ask({ path: '/nowhere', headers: { 'x-request-id': odd } })).headers['x-request-id']).toMatch(/^[0-9A-Z]{26}$/);
  });

  test('an error of our own says nothing and is logged with the id', async () => {
    const { app } = harness;
    const failing = harness.deps.database as { transact: unknown };
    const before = failing.transact;
    failing.transact = async () => {
      throw new Error('canary of the inside');
    };
    const refused = await harness.ask({ path: '/v1/wallets', headers: { 'x-request-id': 'find-me' } });
    failing.transact = before;
    expect(refused.json).toMatchObject({ status: 500, code: 'internal_error', requestId: 'find-me' });
    expect(refused.text).not.toContain('canary');
    expect(harness.lines.some((line) => line.includes('canary of the inside') && line.includes('find-me'))).toBe(true);
    expect(app.server).toBeDefined();
  });
});
