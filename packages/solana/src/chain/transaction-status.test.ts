import type { TransactionStatus } from '@countersign/core';
import { afterEach, describe, expect, test } from 'vitest';
import { must } from '../test-support/must.ts';
import { type Answer, adapterOf, endScriptedNodes, scriptedNode } from '../test-support/scripted-node.ts';

afterEach(endScriptedNodes);
const signature = 'a signature';
type Told = Exclude<TransactionStatus, { kind: 'not_found' }>['kind'] | null;

/** A node that has the transaction, or not, and knows of blocks up to a height and from one on. */
interface View {
  readonly has: Told;
  readonly height: number;
  readonly error?: string;
  readonly slot?: number;
  readonly from?: number;
  readonly network?: string;
}
const status = ({ has, error = null, slot = 50 }: { has: Told; error?: string | null; slot?: number }): Answer => ({
  result: { context: { slot: 90 }, value: [has === null ? null : { slot, err: error, confirmationStatus: has }] },
});
const node = (view: () => View) =>
  scriptedNode((method) => {
    const { height, from = 0, network = 'genesis' } = view();
    if (method === 'getGenesisHash') return { result: network };
    if (method === 'getBlockHeight') return { result: height };
    if (method === 'getFirstAvailableBlock') return { result: from };
    if (method === 'getBlock') return { result: { blockHeight: from } };
    return status(view());
  });
const lookAt = async (...views: readonly View[]) => {
  const nodes = await Promise.all(views.map((view) => node(() => view)));
  const { statuses, ...proof } = must(await adapterOf(...nodes.map(({ url }) => url)).getTransactionStatus([signature]));
  return { status: statuses[0], ...proof };
};

describe('INVARIANT I3: with several nodes configured', () => {
  test('a node behind the others proves nothing by its height, and theirs nothing for it', async () => {
    expect(await lookAt({ has: null, height: 900 }, { has: null, height: 300 })).toEqual({
      ...{ status: { kind: 'not_found' }, finalizedBlockHeight: 300n, searchedFromBlockHeight: 0n },
    });
  });
  test('what one node does not find and another does has landed, and is not final', async () => {
    for (const views of [
      [{ has: null, height: 900 } as const, { has: 'finalized', height: 900 } as const],
      [{ has: 'finalized', height: 900 } as const, { has: null, height: 900 } as const],
    ])
      expect((await lookAt(...views)).status).toEqual({ kind: 'confirmed', slot: 50n, error: null });
  });
  test('a transaction is as final as the node says that has seen least', async () => {
    const [most, least] = [{ has: 'finalized', height: 900 } as const, { has: 'processed', height: 880 } as const];
    expect((await lookAt(most, least)).status).toMatchObject({ kind: 'processed' });
    expect((await lookAt(most, most)).status).toMatchObject({ kind: 'finalized' });
  });
  test('a duplicate confirmation is the same transaction', async () => {
    const found = { has: 'finalized', height: 900 } as const;
    expect((await lookAt(found, { ...found, slot: 51 }, found)).status).toMatchObject({ kind: 'finalized', error: null });
  });
  test('a node that calls a payment failed that others call done settles nothing', async () => {
    const done = { has: 'finalized', height: 900 } as const;
    const pair = await Promise.all([node(() => done), node(() => ({ ...done, error: 'AccountInUse' }))]);
    const answer = await adapterOf(...pair.map(({ url }) => url)).getTransactionStatus([signature]);
    expect(answer).toMatchObject({ ok: false, error: { code: 'nodes_disagree' } });
    const forked = await lookAt({ has: 'confirmed', height: 900, error: 'AccountInUse' }, { has: 'confirmed', height: 900 });
    expect(forked.status).toEqual({ kind: 'processed', slot: 50n, error: null });
  });
  test('one node that answers alone proves neither expiry nor an end', async () => {
    const silent = await scriptedNode(() => 'break');
    const one = await node(() => ({ has: null, height: 900 }));
    const other = await node(() => ({ has: 'finalized', height: 900 }));
    expect(must(await adapterOf(silent.url, one.url).getTransactionStatus([signature]))).toMatchObject({
      ...{ statuses: [{ kind: 'not_found' }], finalizedBlockHeight: 0n },
    });
    expect(must(await adapterOf(other.url, silent.url).getTransactionStatus([signature])).statuses).toMatchObject([{ kind: 'confirmed' }]);
  });
  test('a node of another network is no witness', async () => {
    const views: readonly View[] = [
      { has: null, height: 900 },
      { has: null, height: 900_000, network: 'another' },
    ];
    const pair = await Promise.all(views.map((view) => node(() => view)));
    const answer = await adapterOf(...pair.map(({ url }) => url)).getTransactionStatus([signature]);
    expect(answer).toMatchObject({ ok: false, error: { code: 'nodes_disagree' } });
  });
});

describe('INVARIANT I3: history that a node has dropped', () => {
  test('is told, so that "not found" is not taken for "never landed"', async () => {
    expect(await lookAt({ has: null, height: 90_000, from: 70_000 })).toEqual({
      ...{ status: { kind: 'not_found' }, finalizedBlockHeight: 90_000n, searchedFromBlockHeight: 71_000n },
    });
    const both = await lookAt({ has: null, height: 90_000 }, { has: null, height: 90_000, from: 70_000 });
    expect(both.searchedFromBlockHeight).toBe(71_000n);
  });
  test('does not keep what others have from being final', async () => {
    const found = { has: 'finalized', height: 90_000 } as const;
    const dropped = { has: null, height: 90_000, from: 70_000 } as const;
    expect((await lookAt(found, dropped, found)).status).toMatchObject({ kind: 'finalized' });
    expect((await lookAt({ ...found, slot: 80_000 }, { ...dropped })).status).toMatchObject({ kind: 'confirmed' });
  });
});

describe('INVARIANT I3: a transaction that comes and goes', () => {
  test('a fork drops what was confirmed: it is not found again, and may still land', async () => {
    let view: View = { has: 'confirmed', height: 100 };
    const one = await node(() => view);
    const other = await node(() => view);
    const adapter = adapterOf(one.url, other.url);
    const seen: (string | undefined)[] = [];
    for (const next of [view, { has: null, height: 101 }, { has: 'processed', height: 110 }, { has: 'finalized', height: 150 }] as const) {
      view = next;
      seen.push(must(await adapter.getTransactionStatus([signature])).statuses[0]?.kind);
    }
    expect(seen).toEqual(['confirmed', 'not_found', 'processed', 'finalized']);
  });
  test('"not found" is for a later look than the height', async () => {
    let asked = 0;
    const late = await scriptedNode((method) => {
      if (method === 'getGenesisHash') return { result: 'genesis' };
      if (method === 'getBlockHeight') return { result: 900 };
      if (method === 'getFirstAvailableBlock') return { result: 0 };
      asked += 1;
      return status({ has: asked === 1 ? null : 'confirmed' });
    });
    expect(must(await adapterOf(late.url).getTransactionStatus([signature]))).toMatchObject({
      ...{ statuses: [{ kind: 'confirmed' }], finalizedBlockHeight: 900n },
    });
  });
});
