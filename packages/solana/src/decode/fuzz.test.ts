import type { Address, Effect } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { testKey } from '../test-support/test-key.ts';
import type { AccountFact, AccountFacts } from './account-facts.ts';
import { accountsToRead } from './accounts-to-read.ts';
import { NATIVE_MINT, TOKEN, TOKEN_2022 } from './addresses/programs.ts';
import { tokenAccountOf } from './addresses/token-account-of.ts';
import { decodeCall } from './decode-call.ts';
import { decodeInner } from './decode-inner.ts';
import { decodeMessage } from './decode-message.ts';
import { describeEffect } from './describe-effect.ts';
import { parseMessage } from './parse-message.ts';
import { anyInstruction, wellKnownAccounts } from './test-support/any-instruction.ts';
import { type CallWorld, callWorld, mallory, recipient, SLOT } from './test-support/call-world.ts';
import { lookupTable, mintAccount, tokenAccount } from './test-support/chain-accounts.ts';

let world: CallWorld;
let accounts: readonly Address[];
let instructions: fc.Arbitrary<readonly Instruction[]>;
const mint = testKey('fuzz mint').address;
const mint2022 = testKey('fuzz mint 2022').address;
const table = testKey('fuzz table').address;

beforeAll(async () => {
  world = await callWorld('fuzz');
  const { vault } = world;
  accounts = [...wellKnownAccounts(vault, [mallory, recipient, world.context.addresses.agent], [mint, mint2022]), table];
  instructions = fc.array(anyInstruction(vault, accounts, mint), { minLength: 1, maxLength: 4 });
  world.chain
    .set(mint, mintAccount({ decimals: 6 }))
    .set(NATIVE_MINT, mintAccount({ decimals: 9 }))
    .set(mint2022, mintAccount({ decimals: 6, extensions: [[1, new Array<number>(108).fill(1)]] }))
    .set(table, lookupTable([mallory, recipient, mint]));
  for (const owner of [vault, mallory, recipient]) {
    world.chain.set(tokenAccountOf(owner, mint, TOKEN), tokenAccount({ mint, owner, amount: 50n }));
    world.chain.set(tokenAccountOf(owner, NATIVE_MINT, TOKEN), tokenAccount({ mint: NATIVE_MINT, owner, amount: 9n, native: true }));
    world.chain.set(tokenAccountOf(owner, mint2022, TOKEN_2022), tokenAccount({ mint: mint2022, owner, extensions: [[7, []]] }));
  }
});

const show = (effects: unknown): string => JSON.stringify(effects, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));

/** What could be signed: nothing unknown, and no effect that is always denied. */
const PERMITTED: ReadonlySet<string> = new Set([
  'asset_outflow',
  'own_move',
  'fee',
  'memo',
  'delegate_revocation',
  'delegate_approval',
  'program_call',
  'foreign',
]);
const couldBeAllowed = (effects: readonly Effect[]): boolean =>
  effects.some(({ kind }) => kind !== 'fee') &&
  effects.every((effect) => PERMITTED.has(effect.kind) || (effect.kind === 'account_closing' && effect.destination === world.vault));

/** Decodes in every way, twice, says every effect in words; throws where decoding would. */
function decodeAll(bytes: Uint8Array, facts: AccountFacts): readonly Effect[] {
  const decoded = decodeCall(bytes, world.context, facts);
  const message = decodeMessage(bytes, world.context, facts);
  accountsToRead(bytes, world.context, facts);
  for (const effect of [...decoded.effects, ...(message.ok ? message.value : [])]) expect(describeEffect(effect)).not.toBe('');
  expect(show(decodeCall(bytes, world.context, facts))).toBe(show(decoded));
  if (decoded.payment !== null) expect(couldBeAllowed(decoded.effects.filter(({ kind }) => kind !== 'account_creation'))).toBe(true);
  return decoded.effects;
}

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), byte: fc.nat(8) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), byte: fc.nat() }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), byte: fc.nat(40) }),
);
function mutate(bytes: Uint8Array, { kind, at, byte }: { readonly kind: string; readonly at: number; readonly byte: number }): Uint8Array {
  const place = at % (bytes.length + 1);
  const [head, tail] = [[...bytes.subarray(0, place)], [...bytes.subarray(place)]];
  if (kind === 'flip') return Uint8Array.from([...head, (tail[0] ?? 0) ^ byte, ...tail.slice(1)]);
  if (kind === 'insert') return Uint8Array.from([...head, byte, ...tail]);
  if (kind === 'remove') return Uint8Array.from([...head, ...tail.slice(1 + byte)]);
  if (kind === 'repeat') return Uint8Array.from([...head, ...tail.slice(0, byte), ...tail]);
  return Uint8Array.from(head);
}

describe('INVARIANT I5: no bytes make the decoder throw, hang, or differ from itself', () => {
  test('instructions of every program, whole', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(instructions, (made) => {
        const bytes = world.message(...made);
        for (const effect of decodeAll(bytes, world.factsFor(bytes))) seen.add(effect.kind);
      }),
      { numRuns: 600, seed: 4 },
    );
    for (const kind of [
      'asset_outflow',
      'own_move',
      'account_creation',
      'authority_change',
      'delegate_approval',
      'burn',
      'memo',
      'program_call',
      'unknown',
    ])
      expect([...seen]).toContain(kind);
  });
  test('the same, mutated', () => {
    fc.assert(
      fc.property(instructions, fc.array(mutation, { minLength: 1, maxLength: 3 }), (made, mutations) => {
        const bytes = mutations.reduce(mutate, world.message(...made));
        decodeAll(bytes, world.factsFor(bytes));
      }),
      { numRuns: 500 },
    );
  });
  test('random bytes, after each version byte too', () => {
    fc.assert(
      fc.property(fc.constantFrom<readonly number[]>([], [1], [0x80], [0x81]), fc.uint8Array({ maxLength: 600 }), (head, tail) => {
        const bytes = Uint8Array.from([...head, ...tail]);
        decodeAll(bytes, { slot: SLOT, accounts: new Map() });
      }),
      { numRuns: 2_000 },
    );
  });
  test('calls of programs, whole and mutated', () => {
    fc.assert(
      fc.property(instructions, mutation, ([made], change) => {
        if (!made) return;
        const data = made.data ?? new Uint8Array();
        for (const bytes of [Uint8Array.from(data), mutate(Uint8Array.from(data), change)])
          expect(world.inner({ ...made, data: bytes }).length).toBeLessThan(100);
      }),
      { numRuns: 500 },
    );
  });
  test('account data of any kind', () => {
    fc.assert(
      fc.property(
        instructions,
        fc.array(mutation, { maxLength: 4 }),
        fc.constantFrom(TOKEN, TOKEN_2022, mallory),
        (made, mutations, owner) => {
          const bytes = world.message(...made);
          const facts = world.factsFor(bytes);
          const changed = new Map(
            [...facts.accounts].map(([account, fact]): [Address, AccountFact | null] => [
              account,
              fact === null
                ? null
                : { ...fact, owner: mutations.length > 3 ? owner : fact.owner, data: mutations.reduce(mutate, fact.data) },
            ]),
          );
          decodeAll(bytes, { slot: facts.slot, accounts: changed });
        },
      ),
      { numRuns: 500 },
    );
  });
  test('a message of the longest length is decoded at once', () => {
    const bytes = world.message(
      ...Array.from({ length: 30 }, () => ({
        programAddress: '11111111111111111111111111111111' as Instruction['programAddress'],
        data: new Uint8Array(20),
      })),
    );
    const before = performance.now();
    for (let index = 0; index < 100; index += 1) decodeAll(bytes, { slot: SLOT, accounts: new Map() });
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe('INVARIANT I5: no byte more or less leaves a reading that could be allowed', () => {
  test('of a message', () => {
    fc.assert(
      fc.property(instructions, fc.nat(255), fc.nat(), (made, byte, cut) => {
        const bytes = world.message(...made);
        const { effects } = decodeCall(bytes, world.context, world.factsFor(bytes));
        if (!couldBeAllowed(effects)) return;
        expect(parseMessage(Uint8Array.from([...bytes, byte])).ok).toBe(false);
        expect(parseMessage(bytes.subarray(0, cut % bytes.length)).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
  test('of the data of an instruction whose program is understood, memos aside', () => {
    let tried = 0;
    fc.assert(
      fc.property(instructions, fc.nat(255), fc.nat(), ([made], byte, cut) => {
        if (!made) return;
        const { data = new Uint8Array() } = made;
        const before = world.effects(made);
        if (!couldBeAllowed(before) || before.some(({ kind }) => kind === 'memo' || kind === 'program_call')) return;
        tried += 1;
        for (const changed of [Uint8Array.from([...data, byte]), Uint8Array.from(data.slice(0, cut % Math.max(1, data.length)))])
          expect(couldBeAllowed(world.effects({ ...made, data: changed }))).toBe(false);
      }),
      { numRuns: 1_000, seed: 4 },
    );
    expect(tried).toBeGreaterThan(20);
  });
  test('decodeInner says what decodeCall says of value that leaves the vault', () => {
    fc.assert(
      fc.property(instructions, ([made]) => {
        if (!made) return;
        const value = (effects: readonly Effect[]): string =>
          show(effects.filter(({ kind }) => kind === 'asset_outflow' || kind === 'delegate_approval' || kind === 'burn'));
        const outer = world.effects(made);
        if (outer.some(({ kind }) => kind === 'unknown' || kind === 'program_call')) return;
        const facts = world.factsFor(world.message(made));
        const named = (made.accounts ?? []).map(({ address }) => address as string as Address);
        expect(
          value(decodeInner(made.programAddress as string as Address, named, Uint8Array.from(made.data ?? []), world.context, facts)),
        ).toBe(value(outer));
      }),
      { numRuns: 500 },
    );
  });
});
