import { NATIVE_ASSET } from '@countersign/core';
import { getBase58Decoder } from '@solana/kit';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_PROGRAM } from '../build/programs.ts';
import { parseMessage } from '../decode/index.ts';
import { autonomous } from '../test-support/built-messages.ts';
import { must } from '../test-support/must.ts';
import { adapterOf, endScriptedNodes, scriptedNode } from '../test-support/scripted-node.ts';
import { testKey } from '../test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from '../test-support/test-wallet.ts';

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
    let looks = 0;
    const node = await scriptedNode((method, _, params) => {
      if (method === 'simulateTransaction') return { result: simulated(12, params, 10_000) };
      looks += 1;
      return { result: { context: { slot: 9 + looks }, value: accounts(params, looks === 1 ? 10_000 : 10_500) } };
    });
    const report = must(await adapterOf(node.url).simulateTransaction(message, contextOf(wallet)));
    expect(report.vaultOutflows).toEqual([{ asset: NATIVE_ASSET, amount: 500n }]);
  });

  test('a look at the slot of the run is enough: one round trip', async () => {
    const node = await scriptedNode((method, _, params) =>
      method === 'simulateTransaction'
        ? { result: simulated(12, params, 9_993) }
        : { result: { context: { slot: 12 }, value: accounts(params, 10_000) } },
    );
    const report = must(await adapterOf(node.url).simulateTransaction(message, contextOf(wallet)));
    expect(report.vaultOutflows).toEqual([{ asset: NATIVE_ASSET, amount: 7n }]);
    expect(node.asked.toSorted()).toEqual(['getMultipleAccounts', 'simulateTransaction']);
  });

  test('a look after the run alone proves nothing', async () => {
    const node = await scriptedNode((method, _, params) =>
      method === 'simulateTransaction'
        ? { result: simulated(10, params, 9_000) }
        : { result: { context: { slot: 20 }, value: accounts(params, 9_000) } },
    );
    expect(await adapterOf(node.url).simulateTransaction(message, contextOf(wallet))).toMatchObject({
      error: { code: 'simulation_failed' },
    });
  });

  test('accounts that never hold still give no report', async () => {
    const node = await scriptedNode((method, asked, params) =>
      method === 'simulateTransaction'
        ? { result: simulated(1_000 + asked, params, 10_000) }
        : { result: { context: { slot: asked }, value: accounts(params, 10_000 + asked) } },
    );
    expect(await adapterOf(node.url).simulateTransaction(message, contextOf(wallet))).toMatchObject({
      error: { code: 'simulation_failed' },
    });
  });

  const reportOf = async (inner: unknown, logs: readonly string[] = []) => {
    const node = await scriptedNode((method, _, params) => {
      if (method !== 'simulateTransaction') return { result: { context: { slot: 5 }, value: accounts(params, 10_000) } };
      const result = simulated(5, params, 9_993) as { value: object };
      return { result: { ...result, value: { ...result.value, logs, innerInstructions: [{ index: 0, instructions: [inner] }] } } };
    });
    return adapterOf(node.url).simulateTransaction(message, contextOf(wallet));
  };

  test('an outflow is gross and a program that ran only inside is named', async () => {
    const inner = testKey('inner program').address;
    const logs = [`Program ${inner} invoke [2]`, `Program log: Program ${testKey('a lie').address} invoke [2]`];
    const report = must(await reportOf({ programId: inner, accounts: [], data: '' }, logs));
    expect(report).toMatchObject({ succeeded: true, vaultOutflows: [{ asset: NATIVE_ASSET, amount: 7n }] });
    expect(report.programs).toContain(inner);
    expect(report.programs).not.toContain(testKey('a lie').address);
    expect(report.innerEffects).toMatchObject([{ instruction: 0, program: inner }]);
    expect(['unknown', 'program_call']).toContain(report.innerEffects[0]?.kind);
  });

  test('INVARIANT I5: a program that the logs name and no call does makes the report worthless', async () => {
    const logs = [`Program ${testKey('hidden').address} invoke [2]`];
    expect(await reportOf({ programId: SYSTEM_PROGRAM, accounts: [], data: '' }, logs)).toMatchObject({
      error: { code: 'simulation_failed' },
    });
  });

  test('inner instructions are the same in words, by address and by index', async () => {
    const { vault } = wallet.addresses;
    const to = testKey('simulate to').address;
    const keys = must(parseMessage(message)).keys;
    const data = getBase58Decoder().decode(Uint8Array.of(2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0));
    const info = { source: vault, destination: to, lamports: 7 };
    const forms = [
      { programId: SYSTEM_PROGRAM, program: 'system', parsed: { type: 'transfer', info }, stackHeight: 2 },
      { programId: SYSTEM_PROGRAM, accounts: [vault, to], data, stackHeight: 2 },
      { programIdIndex: keys.indexOf(SYSTEM_PROGRAM), accounts: [keys.indexOf(vault), keys.indexOf(to)], data },
    ];
    const [words, ...others] = await Promise.all(forms.map(async (form) => must(await reportOf(form)).innerEffects));
    expect(words).toMatchObject([{ kind: 'asset_outflow', instruction: 0, amount: 7n, sourceAccount: vault, destinationAccount: to }]);
    for (const other of others) expect(other).toEqual(words);
  });

  test('INVARIANT I5: an inner instruction in words that say too little is unknown', async () => {
    for (const parsed of [{ type: 'transfer', info: {} }, { type: 'upgradeNonce', info: {} }, 'a text', null, 7]) {
      const report = must(await reportOf({ programId: SYSTEM_PROGRAM, program: 'system', parsed }));
      expect(report.innerEffects).toMatchObject([{ kind: 'unknown', program: SYSTEM_PROGRAM }]);
    }
  });
});
