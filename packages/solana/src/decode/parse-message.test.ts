import { NATIVE_ASSET } from '@countersign/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { autonomous, countersigned } from '../test-support/built-messages.ts';
import { must } from '../test-support/must.ts';
import { testKey } from '../test-support/test-key.ts';
import { contextOf, type TestWallet, testWallet } from '../test-support/test-wallet.ts';
import { NO_FACTS } from './account-facts.ts';
import { decodeMessage } from './decode-message.ts';
import { parseMessage } from './parse-message.ts';

let wallet: TestWallet;
let messages: readonly Uint8Array[];
const sol = { asset: NATIVE_ASSET, decimals: 9 };

beforeAll(async () => {
  wallet = await testWallet('parse');
  const payment = { asset: NATIVE_ASSET, amount: 7n, recipient: testKey('parse to').address, memo: 'thanks' };
  messages = [
    (await autonomous(wallet, payment, sol, testKey('parse limit').address, { priceMicroLamports: 1_000_000n })).bytes,
    (await countersigned(wallet, payment, sol, { priceMicroLamports: 1_000_000n })).bytes,
  ];
});

const problemOf = (bytes: Uint8Array): string => {
  const parsed = parseMessage(bytes);
  return parsed.ok ? 'parsed' : JSON.stringify(parsed.error);
};

describe('INVARIANT I5: only whole messages are read', () => {
  test('every truncation is refused', () => {
    for (const bytes of messages)
      for (let length = 0; length < bytes.length; length += 1) expect(parseMessage(bytes.subarray(0, length)).ok).toBe(false);
  });
  test('every appended byte is refused', () => {
    for (const bytes of messages)
      for (let byte = 0; byte < 256; byte += 1) expect(problemOf(Uint8Array.from([...bytes, byte]))).toMatch(/left over|longer than/);
  });
  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeMessage(bytes, contextOf(wallet), NO_FACTS);
      }),
      { numRuns: 2_000 },
    );
  });

  /** A message by hand: header, keys, blockhash, and whatever follows. */
  const byHand = (header: readonly number[], keys: readonly number[], rest: readonly number[]): Uint8Array =>
    Uint8Array.from([
      ...header,
      keys.length,
      ...keys.flatMap((key) => new Array<number>(32).fill(key)),
      ...new Array<number>(32).fill(9),
      ...rest,
    ]);
  test.each<[string, Uint8Array, RegExp | null]>([
    ['a legacy message', byHand([1, 0, 1], [1, 2], [1, 1, 1, 0, 2, 7, 7]), null],
    ['a version 0 message', byHand([0x80, 1, 0, 1], [1, 2], [1, 1, 1, 0, 0, 0]), null],
    ['version 2', byHand([0x82, 1, 0, 1], [1, 2], [1, 1, 0, 0, 0]), /version 2/],
    ['version 127', byHand([0xff, 1, 0, 1], [1, 2], [1, 1, 0, 0, 0]), /version 127/],
    ['no signer', byHand([0, 0, 1], [1, 2], [1, 1, 0, 0]), /header/],
    ['a read-only fee payer', byHand([1, 1, 1], [1, 2], [1, 1, 0, 0]), /header/],
    ['more signers than keys', byHand([3, 0, 0], [1, 2], [1, 1, 0, 0]), /header/],
    ['more read-only keys than there are', byHand([1, 0, 2], [1, 2], [1, 1, 0, 0]), /header/],
    ['a key twice', byHand([1, 0, 1], [1, 1], [1, 1, 0, 0]), /twice/],
    ['a program out of range', byHand([1, 0, 1], [1, 2], [1, 2, 0, 0]), /program/],
    ['the fee payer as program', byHand([1, 0, 1], [1, 2], [1, 0, 0, 0]), /program/],
    ['an account out of range', byHand([1, 0, 1], [1, 2], [1, 1, 1, 2, 0]), /account/],
    ['a length in two bytes that fits one', byHand([1, 0, 1], [1, 2], [0x81, 0x00, 1, 0, 0]), /shortest/],
    ['a length in four bytes', byHand([1, 0, 1], [1, 2], [0x80, 0x80, 0x80, 0x01]), /3 bytes/],
    ['a length above 65535', byHand([1, 0, 1], [1, 2], [0x80, 0x80, 0x04]), /65535/],
    [
      'a program from a lookup table',
      byHand([0x80, 1, 0, 1], [1, 2], [1, 2, 0, 0, 1, ...new Array<number>(32).fill(5), 1, 0, 0]),
      /program/,
    ],
    ['an empty lookup', byHand([0x80, 1, 0, 1], [1, 2], [1, 1, 0, 0, 1, ...new Array<number>(32).fill(5), 0, 0]), /lookup/],
    ['lookups in a legacy message', byHand([1, 0, 1], [1, 2], [1, 1, 0, 0, 0]), /left over/],
    ['no byte', new Uint8Array(), /early/],
  ])('%s', (_, bytes, problem) => {
    if (problem === null) expect(problemOf(bytes)).toBe('parsed');
    else expect(problemOf(bytes)).toMatch(problem);
  });
  test('a message that leaves no room for its signatures is refused', () => {
    const rest = [1, 1, 0, 0xff, 0x08, ...new Array<number>(1_151).fill(1)];
    expect(problemOf(byHand([1, 0, 1], [1, 2], rest))).toMatch(/longer/);
  });
});

describe('a message with a lookup table', () => {
  test('is read, and decodes to something unknown', () => {
    const [bytes] = messages;
    if (!bytes) throw new Error('no message');
    const looked = Uint8Array.from([...bytes.subarray(0, -1), 1, ...new Array<number>(32).fill(5), 1, 3, 1, 4]);
    const parsed = must(parseMessage(looked));
    expect(parsed.lookups).toEqual([{ table: expect.any(String), writable: [3], readonly: [4] }]);
    expect(must(decodeMessage(looked, contextOf(wallet), NO_FACTS))).toContainEqual(
      expect.objectContaining({ kind: 'unknown', instruction: null, reason: expect.stringContaining('lookup table') }),
    );
  });
});

describe('any single changed byte', () => {
  test('is refused, or changes the effects, or lies in the blockhash or in flags that take no effect away', () => {
    for (const [which, bytes] of messages.entries()) {
      const context = contextOf(wallet);
      const show = (given: Uint8Array): string =>
        JSON.stringify(decodeMessage(given, context, NO_FACTS), (_, value) => (typeof value === 'bigint' ? `${value}` : value));
      const original = show(bytes);
      const { keys } = must(parseMessage(bytes));
      const blockhashAt = 5 + 32 * keys.length;
      const silent: number[] = [];
      for (let at = 0; at < bytes.length; at += 1)
        for (const flip of [1, 2, 0x80]) {
          const changed = Uint8Array.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ flip;
          if (show(changed) === original && (at < blockhashAt || at >= blockhashAt + 32)) silent.push(at);
        }
      // Only the counts of read-only keys may change without another effect: more privilege than an understood instruction uses.
      expect({ which, silent: silent.filter((at) => at !== 2 && at !== 3) }).toEqual({ which, silent: [] });
    }
  });
});
