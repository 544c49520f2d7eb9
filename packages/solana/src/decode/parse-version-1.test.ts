import { type Address, address } from '@countersign/core';
import {
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransactionMessage,
  createTransactionMessage,
  getCompiledTransactionMessageEncoder,
  pipe,
  setTransactionMessageConfig,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { kitAddress } from '../build/kit-address.ts';
import { must } from '../test-support/must.ts';
import { testKey } from '../test-support/test-key.ts';
import { COMPUTE_BUDGET, SYSTEM } from './addresses/programs.ts';
import { parseMessage } from './parse-message.ts';
import { blockhash, byHand, type CallWorld, callWorld, recipient, u16, u32, u64 } from './test-support/call-world.ts';
import { bytesOf } from './test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
beforeAll(async () => {
  world = await callWorld('version 1');
  vault = world.vault;
});

const transfer = (): ReturnType<typeof byHand> =>
  byHand(
    SYSTEM,
    [
      ['ws', vault],
      ['w', recipient],
    ],
    [...u32(2), ...u64(5n)],
  );

interface Parts {
  readonly header?: readonly [number, number, number];
  readonly mask?: number;
  readonly keys?: readonly Address[];
  readonly config?: readonly number[];
  readonly headers?: readonly (readonly [number, number, number])[];
  readonly payload?: readonly number[];
}

/** A message by hand, by the layout of SIMD-0385. */
function message(parts: Parts = {}): Uint8Array {
  const data = [...u32(2), ...u64(5n)];
  const {
    header = [1, 0, 1],
    mask = 0,
    keys = [vault, recipient, SYSTEM],
    config = [],
    headers = [[2, 2, data.length]],
    payload = [0, 1, ...data],
  } = parts;
  return Uint8Array.from([
    0x81,
    ...header,
    ...u32(mask),
    ...bytesOf(address(blockhash)),
    headers.length,
    keys.length,
    ...keys.flatMap(bytesOf),
    ...config,
    ...headers.flatMap(([program, accounts, length]) => [program, accounts, ...u16(length)]),
    ...payload,
  ]);
}
const problemOf = (bytes: Uint8Array): string => {
  const parsed = parseMessage(bytes);
  return parsed.ok ? 'parsed' : JSON.stringify(parsed.error);
};

describe('version 1 (SIMD-0385)', () => {
  test('as Kit writes it', () => {
    const compiled = pipe(
      createTransactionMessage({ version: 1 }),
      (made) => setTransactionMessageFeePayer(kitAddress(vault), made),
      (made) => setTransactionMessageLifetimeUsingBlockhash({ blockhash: blockhash as Blockhash, lastValidBlockHeight: 1n }, made),
      (made) => setTransactionMessageConfig({ priorityFeeLamports: 7_000n, computeUnitLimit: 90_000, heapSize: 65_536 }, made),
      (made) => appendTransactionMessageInstructions([transfer()], made),
      compileTransactionMessage,
    );
    const bytes = Uint8Array.from(getCompiledTransactionMessageEncoder().encode(compiled));
    expect(must(parseMessage(bytes))).toMatchObject({
      version: 1,
      signers: [vault],
      blockhash,
      lookups: [],
      config: { priorityFeeLamports: 7_000n, computeUnitLimit: 90_000, loadedAccountsBytes: null, heapBytes: 65_536 },
    });
    expect(world.call(bytes)).toMatchObject({
      effects: [
        { kind: 'fee', payer: world.context.addresses.feeAccount, amountLamports: 12_000n },
        { kind: 'asset_outflow', amount: 5n, destination: recipient },
      ],
      payment: { amount: 5n, recipient },
    });
  });
  test('by hand, without configuration', () => {
    expect(world.call(message()).effects).toMatchObject([{ kind: 'fee', amountLamports: 5_000n }, { kind: 'asset_outflow' }]);
  });
  test('the fee of the header counts, however large', () => {
    const fee = 2n ** 64n - 1n;
    expect(world.call(message({ mask: 0b11, config: u64(fee) })).effects[0]).toMatchObject({ amountLamports: 5_000n + fee });
  });
  test('INVARIANT I5: compute budget instructions, which such a message ignores, are unknown', () => {
    const bytes = message({
      keys: [vault, recipient, SYSTEM, COMPUTE_BUDGET],
      header: [1, 0, 2],
      headers: [
        [2, 2, 12],
        [3, 0, 5],
      ],
      payload: [0, 1, ...u32(2), ...u64(5n), 2, ...u32(9)],
    });
    expect(world.call(bytes).effects).toContainEqual(
      expect.objectContaining({ kind: 'unknown', reason: expect.stringContaining('ignores') }),
    );
  });
  test.each<[string, () => Uint8Array, RegExp]>([
    ['half a priority fee', () => message({ mask: 0b01, config: u32(1) }), /half/],
    ['the other half', () => message({ mask: 0b10, config: u32(1) }), /half/],
    ['an unknown bit', () => message({ mask: 0b10_0000, config: u32(1) }), /configuration/],
    ['the highest bit', () => message({ mask: 0x8000_0000, config: u32(1) }), /configuration/],
    ['too many units', () => message({ mask: 0b100, config: u32(1_400_001) }), /units/],
    ['a heap that is too small', () => message({ mask: 0b1_0000, config: u32(1_024) }), /heap/],
    ['a heap that is too large', () => message({ mask: 0b1_0000, config: u32(257 * 1_024) }), /heap/],
    ['a heap that is no multiple', () => message({ mask: 0b1_0000, config: u32(40_001) }), /heap/],
    ['13 signers', () => message({ header: [13, 0, 0] }), /signatures/],
    ['no signer', () => message({ header: [0, 0, 0] }), /header/],
    ['a read-only payer', () => message({ header: [1, 1, 0] }), /header/],
    ['more read-only keys than keys', () => message({ header: [1, 0, 3] }), /header/],
    ['a key twice', () => message({ keys: [vault, recipient, recipient] }), /twice/],
    ['65 keys', () => message({ keys: Array.from({ length: 65 }, (_, index) => testKey(`key ${index}`).address) }), /64 keys/],
    ['65 instructions', () => message({ headers: Array.from({ length: 65 }, () => [2, 0, 0] as const), payload: [] }), /64 instructions/],
    ['a program out of range', () => message({ headers: [[3, 2, 12]] }), /program/],
    ['the payer as program', () => message({ headers: [[0, 2, 12]] }), /program/],
    ['an account out of range', () => message({ payload: [0, 3, ...u32(2), ...u64(5n)] }), /account/],
    ['a byte more', () => Uint8Array.from([...message(), 0]), /left over/],
    ['a payload that is cut', () => message().subarray(0, -1), /early/],
    [
      'more than 4,096 bytes with its signature',
      () => message({ headers: [[2, 2, 3_900]], payload: [0, 1, ...new Array<number>(3_900).fill(0)] }),
      /longer/,
    ],
  ])('%s is refused', (_, bytes, problem) => {
    expect(problemOf(bytes())).toMatch(problem);
  });
  test('every truncation is refused, and what comes after 1,232 bytes is seen', () => {
    const bytes = message();
    for (let length = 0; length < bytes.length; length += 1) expect(problemOf(bytes.subarray(0, length))).not.toBe('parsed');
    const data = [...u32(2), ...u64(5n)];
    const memo = new Array<number>(1_500).fill(65);
    const long = message({
      headers: [
        [2, 0, memo.length],
        [2, 2, data.length],
      ],
      payload: [...memo, 0, 1, ...data],
    });
    expect(long.length).toBeGreaterThan(1_600);
    expect(world.call(long).effects.map(({ kind }) => kind)).toEqual(['fee', 'unknown', 'asset_outflow']);
  });
});
