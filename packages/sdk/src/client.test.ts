import { describe, expect, test } from 'vitest';
import { asPaymentDenied, createClient } from './client.ts';
import { isTransportProblem } from './request.ts';

const DECISION = {
  verdict: 'denied',
  route: null,
  delaySeconds: null,
  policyRevision: 3,
  violations: [{ rule: 'amount-per-window', outcome: 'denied', message: 'too much', details: { amount: '5', seconds: 60, at: null } }],
  budgets: [],
  decidedAt: '2026-11-22T12:00:00.000Z',
  slot: '7',
  chainTime: null,
};
const TRANSACTION = {
  id: 'tx_1',
  wallet: 'wal_1',
  state: 'submitted',
  route: 'autonomous',
  asset: 'SOL',
  amount: '5',
  recipient: 'r',
  memo: null,
  message: null,
  effects: ['The vault sends 5 lamports.'],
  signature: null,
  policyRevision: 3,
  approval: null,
  releasesAt: null,
  problem: null,
  decision: DECISION,
  createdAt: '2026-11-22T12:00:00.000Z',
  updatedAt: '2026-11-22T12:00:00.000Z',
};
const PROBLEM = { type: 'urn:x', title: 't', status: 403, detail: 'd', code: 'payment_denied', remedy: 'r', requestId: 'q' };

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}
function clientOf(answer: (sent: Sent) => Response | Promise<Response>) {
  const sent: Sent[] = [];
  const client = createClient({
    baseUrl: 'http://service/',
    credential: 'cs_agent_x',
    timeoutMs: 100,
    fetch: async (input, init) => {
      const each = { url: String(input), init: init ?? {} };
      sent.push(each);
      return answer(each);
    },
  });
  return { client, sent };
}
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers });

describe('the client', () => {
  test('pays with the key, the credential and nothing else', async () => {
    const { client, sent } = clientOf(() => json(TRANSACTION, 202, { 'idempotency-replayed': 'true' }));
    const paid = await client.pay('wal/1', { asset: 'SOL', amount: '5', recipient: 'r' }, 'key-1');
    expect(paid).toEqual({ ok: true, value: { transaction: TRANSACTION, replayed: true } });
    expect(sent[0]?.url).toBe('http://service/v1/wallets/wal%2F1/transactions');
    expect(sent[0]?.init).toMatchObject({
      method: 'POST',
      redirect: 'error',
      body: '{"asset":"SOL","amount":"5","recipient":"r"}',
      headers: { authorization: 'Bearer cs_agent_x', 'idempotency-key': 'key-1', 'content-type': 'application/json' },
    });
  });

  test('sends a message of the agent alone, and reads what it does', async () => {
    const call = {
      ...TRANSACTION,
      asset: null,
      amount: null,
      recipient: null,
      message: 'AQID',
      state: 'awaiting_owner',
      approval: 'apr_1',
    };
    const { client, sent } = clientOf(() => json(call, 202));
    expect(await client.pay('w', { message: 'AQID' }, 'k')).toEqual({ ok: true, value: { transaction: call, replayed: false } });
    expect(sent[0]?.init.body).toBe('{"message":"AQID"}');
  });

  test('a denied payment is a problem with its violations', async () => {
    const denied = { ...PROBLEM, ...TRANSACTION, problem: null, state: 'denied', violations: DECISION.violations, budgets: [] };
    const { client } = clientOf(() => json(denied, 403));
    const paid = await client.pay('w', { asset: 'SOL', amount: '5', recipient: 'r' }, 'k');
    if (paid.ok) throw new Error('it was let through');
    expect(isTransportProblem(paid.error)).toBe(false);
    expect(asPaymentDenied(paid.error)?.violations[0]?.rule).toBe('amount-per-window');
    expect(asPaymentDenied({ ...PROBLEM })).toBeNull();
  });

  test.each([
    ['unreachable', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }))],
    ['timeout', () => Promise.reject(new DOMException('late', 'TimeoutError'))],
    ['unreadable_answer', () => new Response('<html>', { status: 502 })],
    ['unreadable_answer', () => json({ message: 'no problem of ours' }, 500)],
    ['unreadable_answer', () => json({ ...TRANSACTION, state: 'paid' })],
    ['unreadable_answer', () => json(null)],
  ] as const)('%s is a result, never thrown', async (reason, answer) => {
    const { client } = clientOf(answer);
    const read = await client.getTransaction('w', 't');
    expect(read).toMatchObject({ ok: false, error: { code: 'transport_failed', reason } });
    expect(!read.ok && isTransportProblem(read.error)).toBe(true);
  });

  test('gives up after its time', async () => {
    const { client } = clientOf(
      ({ init }) => new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    );
    expect(await client.whoami()).toMatchObject({ ok: false, error: { reason: 'timeout' } });
  });

  test('walks pages to the end, and ends with what went wrong', async () => {
    let page = 0;
    const { client, sent } = clientOf(() => {
      page += 1;
      return page < 3 ? json({ items: [TRANSACTION, TRANSACTION], nextCursor: `tx_${page}` }) : json(PROBLEM, 503);
    });
    const seen: boolean[] = [];
    for await (const each of client.eachTransaction('w', { state: 'finalized' })) seen.push(each.ok);
    expect(seen).toEqual([true, true, true, true, false]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual([
      '?state=finalized',
      '?state=finalized&cursor=tx_1',
      '?state=finalized&cursor=tx_2',
    ]);
  });

  test('a service that is not ready still answers what it waits for', async () => {
    const ready = { ready: false, checks: [{ name: 'chain', ok: false, problem: 'away' }], network: 'n', version: 'v' };
    expect(await clientOf(() => json(ready, 503)).client.ready()).toEqual({ ok: true, value: ready });
    expect(await clientOf(() => json({ ...PROBLEM, status: 503, code: 'overloaded' }, 503)).client.ready()).toMatchObject({
      ok: false,
      error: { code: 'overloaded' },
    });
  });
});
