import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  BLOCKHASH,
  budget,
  compile,
  createTokenAccount,
  spendInstruction,
  spendMessage,
  USDC,
  withOwnerMessage,
} from '../../../test/support/message-builder.ts';
import { signAs } from '../../../test/support/owner-side.ts';
import { CAST, CONTEXT, OWNER } from '../../../test/support/parties.ts';
import { attempt } from '../refusal.ts';
import { matchSpend } from './match-spend.ts';
import { matchWithOwner } from './match-with-owner.ts';

const VALID = [
  spendMessage(CAST),
  spendMessage(CAST, {}, 'legacy'),
  spendMessage(CAST, { mint: USDC }),
  compile(CAST.fee, [...budget(), createTokenAccount(CAST.fee, CAST.recipient, USDC), spendInstruction(CAST, { mint: USDC })]),
];
const recipient = addressOf(CAST.recipient);

/** Where a message may differ and still be a spend of the same money to the same recipient: found by the words, not by the decoder. */
function freeBytes(message: Uint8Array): Set<number> {
  const buffer = Buffer.from(message);
  const free = new Set<number>();
  const mark = (needle: Uint8Array, from: number, length: number): void => {
    const at = buffer.indexOf(needle);
    if (at >= 0) for (let index = 0; index < length; index += 1) free.add(at + from + index);
  };
  const blockhash = buffer.indexOf(new PublicKey(BLOCKHASH).toBytes());
  for (let index = 0; index < 32; index += 1) free.add(blockhash + index);
  mark(Buffer.from('invoice 7'), 0, 9);
  mark(Buffer.of(5, 2, 0x50, 0xc3, 0, 0), 2, 4);
  mark(Buffer.of(9, 3, 0xe8, 3, 0, 0, 0, 0, 0, 0), 2, 8);
  mark(Buffer.of(0xe8, 3, 0, 0, 0, 0, 0, 0, 9, 0), 0, 8);
  mark(Buffer.of(0xe8, 3, 0, 0, 0, 0, 0, 0, 6, 0), 0, 8);
  return free;
}

describe('INVARIANT I1: any change of a valid message is refused, or pays no more than the bounds to the same recipient', () => {
  for (const [number, valid] of VALID.entries()) {
    const free = freeBytes(valid);
    test(`every byte of message ${number}, with every bit flipped and random values`, () => {
      for (let at = 0; at < valid.length; at += 1) {
        for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
          const mutant = Uint8Array.from(valid);
          mutant[at] = (mutant[at] ?? 0) ^ flip;
          const result = attempt(() => matchSpend(mutant, CONTEXT));
          if (!result.ok) continue;
          expect(result.value.recipient).toBe(recipient);
          expect(result.value.amount).toBeLessThanOrEqual(1_000_000n);
          expect(free.has(at), `byte ${at} flipped by ${flip} was accepted`).toBe(true);
        }
      }
    });
    test(`every truncation of message ${number}, and appended bytes`, () => {
      for (let length = 0; length < valid.length; length += 1)
        expect(attempt(() => matchSpend(valid.subarray(0, length), CONTEXT)).ok).toBe(false);
      const appended = fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (tail) => {
        expect(attempt(() => matchSpend(Uint8Array.from([...valid, ...tail]), CONTEXT)).ok).toBe(false);
      });
      fc.assert(appended, { numRuns: 50 });
    });
  }
  test('several changes at once, inserted and deleted ranges', () => {
    const edits = fc.array(fc.tuple(fc.nat(600), fc.nat(4), fc.uint8Array({ maxLength: 4 })), { minLength: 1, maxLength: 4 });
    const property = fc.property(fc.constantFrom(...VALID), edits, (valid, list) => {
      let mutant = Buffer.from(valid);
      for (const [place, remove, insert] of list) {
        const at = place % (mutant.length + 1);
        mutant = Buffer.concat([mutant.subarray(0, at), insert, mutant.subarray(at + remove)]);
      }
      const result = attempt(() => matchSpend(mutant, CONTEXT));
      if (result.ok) expect([result.value.recipient, result.value.amount <= 1_000_000n]).toEqual([recipient, true]);
    });
    fc.assert(property, { numRuns: 3_000 });
  });
  test('random bytes never throw anything but a refusal, with the owner’s signature too', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(attempt(() => matchSpend(bytes, CONTEXT)).ok).toBe(false);
      expect(attempt(() => matchWithOwner(bytes, signAs(OWNER, bytes), CONTEXT)).ok).toBe(false);
    });
    fc.assert(property, { numRuns: 300 });
  });
  test('a proposal with one byte changed and signed again by the owner is refused or still a whole proposal of this wallet', () => {
    const valid = withOwnerMessage(CAST);
    let accepted = 0;
    for (let at = 0; at < valid.length; at += 1) {
      const mutant = Uint8Array.from(valid);
      mutant[at] = (mutant[at] ?? 0) ^ 1;
      expect(attempt(() => matchWithOwner(mutant, signAs(OWNER, valid), CONTEXT)).ok).toBe(false);
      if (attempt(() => matchWithOwner(mutant, signAs(OWNER, mutant), CONTEXT)).ok) accepted += 1;
    }
    expect(accepted).toBeLessThan(120);
  });
});
