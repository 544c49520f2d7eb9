import { PublicKey, SystemProgram, VersionedMessage } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advanceNonce,
  BLOCKHASH_BYTES,
  cancelProposal,
  lockdownMessage,
  noncePairs,
  removeLimit,
  setConfigAuthority,
  setRentCollector,
} from '../../../test/support/kit-builder.ts';
import {
  addressOf,
  BLOCKHASH,
  budget,
  compile,
  createTokenAccount,
  key,
  spendInstruction,
  spendMessage,
  USDC,
  withOwnerMessage,
} from '../../../test/support/message-builder.ts';
import { signAs } from '../../../test/support/owner-side.ts';
import { CAST, CONTEXT, OWNER } from '../../../test/support/parties.ts';
import { attempt } from '../refusal.ts';
import type { FeeParties } from './fee-parties.ts';
import { matchFee } from './match-fee.ts';
import { matchSpend } from './match-spend.ts';
import { matchStepBack } from './match-step-back.ts';
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

const PARTIES: FeeParties = { ...CONTEXT, createKey: addressOf(CAST.createKey) };
const keyBytes = (...keys: PublicKey[]): Uint8Array[] => keys.map((each) => each.toBytes());
const BUDGET_VALUES = [Buffer.of(0x50, 0xc3, 0, 0), Buffer.of(0xe8, 3, 0, 0, 0, 0, 0, 0)];
const PROPOSAL = squads.getProposalPda({ multisigPda: CAST.multisig, transactionIndex: 4n })[0];

const CONFIGURATION = compile(CAST.fee, [...budget(), setRentCollector(CAST, CAST.fee), setConfigAuthority(CAST, CAST.recipient)]);
/** Where the optional accounts of the two instructions stand: left out or there, nothing is paid by anybody else. */
function optionalAccounts(message: Uint8Array): number[] {
  return VersionedMessage.deserialize(message).compiledInstructions.flatMap(({ programIdIndex, accountKeyIndexes }) => {
    if (accountKeyIndexes.length !== 4) return [];
    const head = Buffer.of(programIdIndex, accountKeyIndexes.length, ...accountKeyIndexes);
    const [first, second] = [Buffer.from(message).indexOf(head), Buffer.from(message).lastIndexOf(head)];
    return [first + 4, first + 5, second + 4, second + 5];
  });
}

/** What the fee account or the agent signs besides payments, and which bytes may be others without it being more than that. */
const OTHERS: readonly (readonly [
  name: string,
  message: Uint8Array,
  match: (bytes: Uint8Array) => unknown,
  free: readonly Uint8Array[],
])[] = [
  ['nonce accounts', compile(CAST.fee, [...budget(), ...(await noncePairs(CAST, 2))]), (bytes) => matchFee(bytes, PARTIES), BUDGET_VALUES],
  // Which nonce it is, and which accounts are closed: the chain closes nothing but spending limits of this multisig.
  ['lockdown', lockdownMessage(CAST), (bytes) => matchFee(bytes, PARTIES), keyBytes(key(70).publicKey, CAST.nativeLimit, CAST.tokenLimit)],
  [
    'rent collector and config authority',
    CONFIGURATION,
    (bytes) => matchFee(bytes, PARTIES),
    // Whom the owner chooses, and who the authority is, are the chain's and the owner's to say.
    [...BUDGET_VALUES, ...keyBytes(CAST.recipient, CAST.owner)],
  ],
  [
    'stepping back with the owner',
    compile(CAST.fee, [...budget(), cancelProposal(CAST, CAST.agent), cancelProposal(CAST, CAST.owner)]),
    (bytes) => matchStepBack(bytes, CONTEXT),
    [...BUDGET_VALUES, ...keyBytes(PROPOSAL)],
  ],
];

describe('INVARIANT I1: any change of what is signed besides payments is refused, or is where a change gives nothing away', () => {
  for (const [name, valid, match, free] of OTHERS) {
    const places = new Set<number>(valid === CONFIGURATION ? optionalAccounts(valid) : []);
    for (const needle of [BLOCKHASH_BYTES, ...free]) {
      const at = Buffer.from(valid).indexOf(needle);
      expect(at).toBeGreaterThan(0);
      for (let index = 0; index < needle.length; index += 1) places.add(at + index);
    }
    test(`${name}: every byte with every bit flipped, every truncation, appended bytes`, () => {
      expect(attempt(() => match(valid)).ok).toBe(true);
      for (let at = 0; at < valid.length; at += 1) {
        for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
          const mutant = valid.map((byte, index) => (index === at ? byte ^ flip : byte));
          if (attempt(() => match(mutant)).ok) expect(places.has(at), `byte ${at} flipped by ${flip} was accepted`).toBe(true);
        }
        expect(attempt(() => match(valid.subarray(0, at))).ok).toBe(false);
        expect(attempt(() => match(Uint8Array.from([...valid, at & 0xff]))).ok).toBe(false);
      }
    });
    test(`${name}: several changes at once, inserted and deleted ranges`, () => {
      const edits = fc.array(fc.tuple(fc.nat(900), fc.nat(36), fc.uint8Array({ maxLength: 36 })), { minLength: 1, maxLength: 4 });
      const property = fc.property(edits, (list) => {
        let mutant = Buffer.from(valid);
        for (const [place, remove, insert] of list) {
          const at = place % (mutant.length + 1);
          mutant = Buffer.concat([mutant.subarray(0, at), insert, mutant.subarray(at + remove)]);
        }
        const result = attempt(() => match(Uint8Array.from(mutant)));
        if (!result.ok) return;
        expect(mutant.length).toBe(valid.length);
        for (const [at, byte] of mutant.entries()) if (byte !== valid[at]) expect(places.has(at)).toBe(true);
      });
      fc.assert(property, { numRuns: 1_500 });
    });
  }
  test('instructions of one shape put into another, doubled, left out or in another order', async () => {
    const pool = [
      ...budget(),
      ...(await noncePairs(CAST, 2)),
      advanceNonce(CAST),
      removeLimit(CAST),
      removeLimit(CAST, CAST.tokenLimit),
      setConfigAuthority(CAST, CAST.recipient),
      setRentCollector(CAST, CAST.fee),
      cancelProposal(CAST, CAST.agent),
      spendInstruction(CAST),
      SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: CAST.owner, lamports: 1 }),
    ];
    const drain = pool.length - 1;
    const property = fc.property(fc.array(fc.nat(drain), { minLength: 1, maxLength: 7 }), (picks) => {
      const message = compile(
        CAST.fee,
        picks.flatMap((pick) => pool[pick] ?? []),
      );
      if (!attempt(() => matchFee(message, PARTIES)).ok) return;
      const has = (...which: number[]): boolean => picks.some((pick) => which.includes(pick));
      expect(has(drain)).toBe(false);
      if (has(6)) expect([picks[0], picks.slice(1).every((pick) => pick === 7 || pick === 8)]).toEqual([6, true]);
      if (has(2, 3, 4, 5)) expect(picks.every((pick) => pick <= 5)).toBe(true);
    });
    fc.assert(property, { numRuns: 4_000 });
  });
});
