import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../test-support/must.ts';
import { type Answer, adapterOf, endScriptedNodes, scriptedNode as node } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';

afterEach(endScriptedNodes);
const NOWHERE = 'http://127.0.0.1:1';
const signature = 'a signature';

describe('reads', () => {
  test.each<[string, Answer]>([
    ['hangs', 'hang'],
    ['breaks the connection', 'break'],
    ['answers garbage', 'garbage'],
    ['answers 500', '500'],
    ['is behind', { error: { code: -32005, message: 'behind' } }],
    ['answers something else', { result: 7 }],
  ])('go to the next node when the first %s, and rest it', async (_, answer) => {
    const bad = await node(() => answer);
    const good = await node((method) => ({ result: method === 'getBlockHeight' ? 5 : 'genesis' }));
    const adapter = adapterOf(bad.url, good.url);
    expect(must(await adapter.getNetwork())).toBe('genesis');
    const asked = bad.asked.length;
    expect((await adapter.getTransactionStatus([])).ok).toBe(true);
    expect(bad.asked.length).toBe(asked);
  });
  test('survive a kept connection that the node has closed', async () => {
    const closing = await node((_, asked) => (asked === 2 ? 'break' : { result: 5 }));
    const adapter = adapterOf(closing.url);
    expect((await adapter.getTransactionStatus([])).ok).toBe(true);
    expect((await adapter.getTransactionStatus([])).ok).toBe(true);
    expect(closing.asked.length).toBe(3);
  });
  test('are unavailable when no node answers', async () => {
    const hanging = await node(() => 'hang');
    const adapter = adapterOf(NOWHERE, hanging.url);
    expect(await adapter.getNetwork()).toMatchObject({ ok: false, error: { code: 'chain_unavailable' } });
    expect(await adapter.health()).toMatchObject({ reachable: false, network: null });
  });
  test('that a node refuses as such are not asked elsewhere', async () => {
    const refusing = await node(() => ({ error: { code: -32602, message: 'bad params' } }));
    const other = await node(() => ({ result: 'genesis' }));
    expect(await adapterOf(refusing.url, other.url).getNetwork()).toMatchObject({
      ok: false,
      error: { code: 'chain_rejected', mayHaveLanded: false },
    });
    expect(other.asked).toEqual([]);
  });
});

describe('INVARIANT I3: expiry is proven by one node, which looks again after the height', () => {
  const found = { slot: 5, err: null, confirmationStatus: 'confirmed' };
  const status = (value: unknown): Answer => ({ result: { context: { slot: 9 }, value: [value] } });
  test('a transaction that lands between the look and the height is found', async () => {
    const one = await node((method, asked) => (method === 'getBlockHeight' ? { result: 900 } : status(asked === 1 ? null : found)));
    const answer = must(await adapterOf(one.url).getTransactionStatus([signature]));
    expect(one.asked).toEqual(['getSignatureStatuses', 'getBlockHeight', 'getSignatureStatuses']);
    expect(answer).toEqual({ statuses: [{ kind: 'confirmed', slot: 5n, error: null }], finalizedBlockHeight: 900n });
  });
  test('statuses of one node are never joined with the height of another', async () => {
    const failing = await node((method) => (method === 'getBlockHeight' ? 'break' : status(null)));
    const other = await node((method) => (method === 'getBlockHeight' ? { result: 100 } : status(found)));
    const answer = must(await adapterOf(failing.url, other.url).getTransactionStatus([signature]));
    expect(answer).toEqual({ statuses: [{ kind: 'confirmed', slot: 5n, error: null }], finalizedBlockHeight: 100n });
    expect(other.asked).toEqual(['getSignatureStatuses', 'getBlockHeight']);
  });
});

describe('submission', () => {
  const wire = testKey().bytes;
  test.each<[string, readonly Answer[], unknown]>([
    ['goes to all and one yes is enough', [{ result: 'sig' }, 'break'], { ok: true }],
    [
      'may have landed when a node broke off',
      ['break', { error: { code: -32602, message: 'no' } }],
      { error: { code: 'chain_rejected', mayHaveLanded: true } },
    ],
    ['may have landed when a node hung', ['hang'], { error: { code: 'chain_rejected', mayHaveLanded: true } }],
    [
      'has not landed when every node refused',
      [{ error: { code: -32602, message: 'no' } }],
      { error: { code: 'chain_rejected', mayHaveLanded: false } },
    ],
    ['is unavailable when nodes are unwell', [{ error: { code: -32005, message: 'behind' } }], { error: { code: 'chain_unavailable' } }],
    [
      'counts what is there already as done',
      [{ error: { code: -32002, message: 'This transaction has already been processed' } }],
      { ok: true },
    ],
  ])('%s', async (_, answers, expected) => {
    const nodes = await Promise.all(answers.map((answer) => node(() => answer)));
    expect(await adapterOf(...nodes.map(({ url }) => url)).submitTransaction(wire)).toMatchObject(expected as object);
    for (const { asked } of nodes) expect(asked).toEqual(['sendTransaction']);
  });
  test('is unavailable when nothing was reached', async () => {
    expect(await adapterOf(NOWHERE).submitTransaction(wire)).toMatchObject({ error: { code: 'chain_unavailable' } });
  });
});
