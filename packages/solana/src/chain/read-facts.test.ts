import type { Address } from '@countersign/core';
import { afterEach, expect, test } from 'vitest';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import { NO_FACTS } from '../decode/index.ts';
import { endScriptedNodes, scriptedNode } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';
import { readFacts } from './read-facts.ts';
import { createRpcPool, type RpcPool } from './rpc-pool.ts';

const pools: RpcPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
  endScriptedNodes();
});
const [first, second] = [testKey('first').address, testKey('second').address];
const holding = (text: string): unknown => ({
  ...{ lamports: 1, owner: SYSTEM_PROGRAM, data: [Buffer.from(text).toString('base64'), 'base64'], executable: false },
});
/** A node whose slot is the number of the call, and whose accounts hold what they are told to at that slot. */
async function reading(text: (slot: number) => string, slotOf: (call: number) => number = (call) => call) {
  const asked: { readonly addresses: readonly Address[]; readonly minContextSlot: unknown }[] = [];
  const { url } = await scriptedNode((_, __, params) => {
    const [addresses, config] = params as [Address[], { minContextSlot?: number }];
    asked.push({ addresses, minContextSlot: config.minContextSlot });
    const slot = slotOf(asked.length);
    return { result: { context: { slot }, value: addresses.map(() => holding(text(slot))) } };
  });
  const pool = createRpcPool([url], 1_000, { nowMs: () => Date.now() });
  pools.push(pool);
  return { pool, asked };
}
const textIn = (data: Uint8Array | undefined): string => Buffer.from(data ?? []).toString();

test('accounts of a later round are read together with those of the first, at one slot', async () => {
  const { pool, asked } = await reading((slot) => `at ${slot}`);
  const facts = await readFacts(pool, (known) => (known.accounts.size === 0 ? [first] : [second]), NO_FACTS);
  expect(asked).toEqual([
    { addresses: [first], minContextSlot: undefined },
    { addresses: [first, second], minContextSlot: 1 },
  ]);
  expect(facts.slot).toBe(2n);
  expect([first, second].map((account) => textIn(facts.accounts.get(account)?.data))).toEqual(['at 2', 'at 2']);
});

test('more than one call holds are of one slot, or have held still in between', async () => {
  const many = Array.from({ length: 150 }, (_, index) => testKey(`many ${index}`).address);
  const { pool, asked } = await reading((slot) => (slot < 4 ? `at ${slot}` : 'still'));
  const facts = await readFacts(pool, () => many, NO_FACTS);
  expect(asked.map(({ addresses }) => addresses.length)).toEqual([100, 50, 100, 50, 100, 50, 100, 50]);
  expect(many.every((account) => textIn(facts.accounts.get(account)?.data) === 'still')).toBe(true);
});

test('accounts that never hold still are no facts', async () => {
  const many = Array.from({ length: 150 }, (_, index) => testKey(`many ${index}`).address);
  const { pool } = await reading((slot) => `at ${slot}`);
  await expect(readFacts(pool, () => many, NO_FACTS)).rejects.toMatchObject({ error: { code: 'chain_unavailable' } });
});

test('needs that lead on for ever come to an end', async () => {
  const { pool, asked } = await reading(
    () => 'more',
    () => 1,
  );
  const needs = () => [testKey(`next ${asked.length}`).address];
  await expect(readFacts(pool, needs, NO_FACTS)).rejects.toMatchObject({ error: { code: 'chain_unavailable' } });
  expect(asked.length).toBeLessThan(10);
});
