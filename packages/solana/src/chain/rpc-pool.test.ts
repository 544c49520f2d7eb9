import { NATIVE_ASSET } from '@countersign/core';
import { afterEach, describe, expect, test } from 'vitest';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import { must } from '../test-support/must.ts';
import { type Answer, adapterOf, endScriptedNodes, scriptedNode as node } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';
import { testWallet } from '../test-support/test-wallet.ts';
import { objectOf } from './read-json.ts';
import { createRpcPool, type RpcPool } from './rpc-pool.ts';

afterEach(endScriptedNodes);
const pools: RpcPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});
/** Reads something from the first node of these that can answer. */
function reader(...urls: readonly string[]): () => Promise<unknown> {
  const pool = createRpcPool(urls, 1_000, { nowMs: () => Date.now() });
  pools.push(pool);
  // Of an answer that is no answer it is for the reader to say so.
  return () => pool.read(async (call) => objectOf(await call('getAccountInfo', [holder]), 'an account'));
}
const NOWHERE = 'http://127.0.0.1:1';
const holder = testKey('holder').address;
const balance: Answer = { result: { context: { slot: 5 }, value: null } };

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
    const good = await node((method) => (method === 'getGenesisHash' ? { result: 'genesis' } : balance));
    const read = reader(bad.url, good.url);
    expect(await read()).toMatchObject({ context: { slot: 5 } });
    const asked = bad.asked.length;
    expect(await read()).toMatchObject({ context: { slot: 5 } });
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
    const network: Answer = { result: 'genesis' };
    const refusal: Answer = { error: { code: -32602, message: 'bad params' } };
    const refusing = await node((method) => (method === 'getGenesisHash' ? network : refusal));
    const other = await node(() => network);
    await expect(reader(refusing.url, other.url)()).rejects.toMatchObject({ error: { code: 'chain_rejected', mayHaveLanded: false } });
    expect(other.asked).toEqual(['getGenesisHash']);
  });
  test('INVARIANT I5: are of one network: a node of another is found before it is believed', async () => {
    const [one, other] = await Promise.all(['one', 'another'].map((network) => node(() => ({ result: network }))));
    const adapter = adapterOf(one?.url ?? NOWHERE, other?.url ?? NOWHERE);
    for (const asked of [await adapter.getNetwork(), await adapter.getBalance(holder, NATIVE_ASSET)])
      expect(asked).toMatchObject({ ok: false, error: { code: 'nodes_disagree' } });
    expect(await adapter.health()).toMatchObject({
      reachable: false,
      problem: expect.stringContaining('network one and node 2 of another'),
    });
    expect(new Set(other?.asked)).toEqual(new Set(['getGenesisHash']));
  });
  test('INVARIANT I5: a node that comes back as one of another network is not believed', async () => {
    let broken = true;
    const late = await node(() => (broken ? 'break' : { result: 'another' }));
    const good = await node((method) => (method === 'getGenesisHash' ? { result: 'one' } : broken ? balance : 'break'));
    const read = reader(late.url, good.url);
    expect(await read()).toMatchObject({ context: { slot: 5 } });
    broken = false;
    await expect(read()).rejects.toMatchObject({ error: { code: 'nodes_disagree' } });
  });
});

describe('INVARIANT I3: the last valid block height of what is built', () => {
  test('is the highest that any node tells: none can have bytes taken for expired that still land', async () => {
    const heights = await Promise.all(
      [20n, 500n, 480n].map((height) =>
        node((method) => {
          if (method === 'getGenesisHash') return { result: 'genesis' };
          const value = { blockhash: SYSTEM_PROGRAM, lastValidBlockHeight: Number(height) };
          return { result: { context: { slot: 9 }, value } };
        }),
      ),
    );
    const { addresses } = await testWallet('heights');
    const built = must(await adapterOf(...heights.map(({ url }) => url)).removeMember({ addresses, member: holder }));
    expect(built.lastValidBlockHeight).toBe(500n);
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
