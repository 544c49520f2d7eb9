import { NATIVE_ASSET } from '@countersign/core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import { autonomous } from '../test-support/built-messages.ts';
import { must } from '../test-support/must.ts';
import { adapterOf, endScriptedNodes, scriptedNode } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';
import { type TestWallet, testWallet } from '../test-support/test-wallet.ts';

let wallet: TestWallet;
let message: Uint8Array;
beforeAll(async () => {
  wallet = await testWallet('simulate');
  const payment = { asset: NATIVE_ASSET, amount: 7n, recipient: testKey('simulate to').address, memo: null };
  message = (await autonomous(wallet, payment, { asset: NATIVE_ASSET, decimals: 9 }, testKey('simulate limit').address)).bytes;
});
afterEach(endScriptedNodes);

const holding = (lamports: number): unknown => ({ lamports, owner: SYSTEM_PROGRAM, data: ['', 'base64'], executable: false, rentEpoch: 0 });
/** Every account holds 1,000 but the vault, which is watched first. */
const accounts = (params: readonly unknown[], vault: number): unknown[] =>
  (params[0] as string[]).map((_, index) => holding(index === 0 ? vault : 1_000));

describe('the simulation as second witness', () => {
  const simulated = (slot: number, params: readonly unknown[], vault: number): unknown => {
    const { addresses } = (params[1] as { accounts: { addresses: string[] } }).accounts;
    const value = { err: null, logs: [], unitsConsumed: 5, innerInstructions: [], accounts: accounts([addresses], vault) };
    return { context: { slot }, value };
  };

  test('a deposit between the look and the run cannot hide an outflow', async () => {
    // 500 arrive after the first look and the transaction takes 500: against the first look nothing would seem to leave.
    const node = await scriptedNode((method, asked, params) =>
      method === 'simulateTransaction'
        ? { result: simulated(12, params, 10_000) }
        : { result: { context: { slot: asked === 1 ? 10 : 11 }, value: accounts(params, asked === 1 ? 10_000 : 10_500) } },
    );
    const report = must(await adapterOf(node.url).simulateTransaction(message, wallet.addresses));
    expect(report.vaultOutflows).toEqual([{ asset: NATIVE_ASSET, amount: 500n }]);
  });

  test('accounts that never hold still give no report', async () => {
    const node = await scriptedNode((method, asked, params) =>
      method === 'simulateTransaction'
        ? { result: simulated(1_000 + asked, params, 10_000) }
        : { result: { context: { slot: asked }, value: accounts(params, 10_000 + asked) } },
    );
    expect(await adapterOf(node.url).simulateTransaction(message, wallet.addresses)).toMatchObject({
      error: { code: 'simulation_failed' },
    });
  });

  test('an outflow is gross and a program that ran only inside is named', async () => {
    const inner = testKey('inner program').address;
    const node = await scriptedNode((method, _, params) => {
      if (method !== 'simulateTransaction') return { result: { context: { slot: 5 }, value: accounts(params, 10_000) } };
      const result = simulated(5, params, 9_993) as { value: object };
      const logs = [`Program ${inner} invoke [2]`, `Program log: Program ${testKey('a lie').address} invoke [2]`];
      return { result: { ...result, value: { ...result.value, logs } } };
    });
    const report = must(await adapterOf(node.url).simulateTransaction(message, wallet.addresses));
    expect(report).toMatchObject({ succeeded: true, vaultOutflows: [{ asset: NATIVE_ASSET, amount: 7n }] });
    expect(report.programs).toContain(inner);
    expect(report.programs).not.toContain(testKey('a lie').address);
  });
});
