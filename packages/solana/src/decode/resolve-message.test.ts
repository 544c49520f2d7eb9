import type { Address } from '@countersign/core';
import { AddressLookupTableAccount, MessageV0, PublicKey, SystemProgram, TransactionMessage } from '@solana/web3.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { must } from '../test-support/must.ts';
import { testKey } from '../test-support/test-key.ts';
import type { AccountFact } from './account-facts.ts';
import { parseMessage } from './parse-message.ts';
import { resolveMessage } from './resolve-message.ts';
import { blockhash, type CallWorld, callWorld, mallory, recipient, SLOT } from './test-support/call-world.ts';
import { lookupTable } from './test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
const key = (text: Address): PublicKey => new PublicKey(text);
const tables = [testKey('first table').address, testKey('second table').address] as const;
const entries = (name: string, count: number): readonly Address[] =>
  Array.from({ length: count }, (_, index) => testKey(`${name} ${index}`).address);

beforeAll(async () => {
  world = await callWorld('lookup tables');
  vault = world.vault;
});

const web3Table = (table: Address, addresses: readonly Address[]): AddressLookupTableAccount =>
  new AddressLookupTableAccount({
    key: key(table),
    state: { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 1, lastExtendedSlotStartIndex: 0, addresses: addresses.map(key) },
  });

/** A transfer by way of lookup tables, as web3.js compiles it. */
function payBy(to: Address, contents: readonly (readonly [Address, readonly Address[]])[]): Uint8Array {
  const message = new TransactionMessage({
    payerKey: key(vault),
    recentBlockhash: blockhash,
    instructions: [SystemProgram.transfer({ fromPubkey: key(vault), toPubkey: key(to), lamports: 5n })],
  }).compileToV0Message(contents.map(([table, addresses]) => web3Table(table, addresses)));
  return message.serialize();
}

describe('accounts from lookup tables', () => {
  test('a payment through a table is a payment, and says what it took', () => {
    world.chain.set(tables[0], lookupTable([mallory, recipient]));
    const bytes = payBy(recipient, [[tables[0], [mallory, recipient]]]);
    expect(world.call(bytes)).toMatchObject({
      effects: [{ kind: 'fee' }, { kind: 'asset_outflow', destination: recipient, amount: 5n }],
      pins: [{ table: tables[0], writable: [recipient], readonly: [] }],
      payment: { recipient, amount: 5n },
      instructions: [
        {
          accounts: [
            { address: vault, signer: true },
            { address: recipient, signer: false, writable: true },
          ],
        },
      ],
    });
  });
  test('all writable ones of all tables come before all read-only ones', () => {
    const [a, b] = [entries('a', 4), entries('b', 4)];
    fc.assert(
      fc.property(
        fc.tuple(
          fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2 }),
          fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2 }),
          fc.nat(2),
          fc.nat(2),
        ),
        ([one, other, cutOne, cutOther]) => {
          const lookups = [
            { accountKey: key(tables[0]), writableIndexes: one.slice(0, cutOne), readonlyIndexes: one.slice(cutOne) },
            { accountKey: key(tables[1]), writableIndexes: other.slice(0, cutOther), readonlyIndexes: other.slice(cutOther) },
          ].filter(({ writableIndexes, readonlyIndexes }) => writableIndexes.length + readonlyIndexes.length > 0);
          const loaded = lookups.reduce(
            (sum, { writableIndexes, readonlyIndexes }) => sum + writableIndexes.length + readonlyIndexes.length,
            0,
          );
          const message = new MessageV0({
            header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
            staticAccountKeys: [key(vault), SystemProgram.programId],
            recentBlockhash: blockhash,
            compiledInstructions: [
              {
                programIdIndex: 1,
                accountKeyIndexes: Array.from({ length: loaded + 1 }, (_, index) => (index === 0 ? 0 : index + 1)),
                data: new Uint8Array(),
              },
            ],
            addressTableLookups: lookups,
          });
          const expected = message.getAccountKeys({ addressLookupTableAccounts: [web3Table(tables[0], a), web3Table(tables[1], b)] });
          const facts = {
            slot: SLOT,
            accounts: new Map([
              [tables[0], lookupTable(a)],
              [tables[1], lookupTable(b)],
            ]),
          };
          const resolved = resolveMessage(must(parseMessage(message.serialize())), facts);
          expect(resolved.problems).toEqual([]);
          const keys = Array.from({ length: expected.length }, (_, index) => expected.get(index)?.toBase58());
          expect(resolved.accounts.map(({ address }) => address)).toEqual(keys);
          expect(resolved.accounts.map(({ writable }) => writable)).toEqual(keys.map((_, index) => message.isAccountWritable(index)));
          expect(resolved.instructions[0]?.accounts.map(({ address }) => address)).toEqual([keys[0], ...keys.slice(2)]);
        },
      ),
    );
  });
  test.each<[string, () => AccountFact | null, RegExp]>([
    ['does not exist', () => null, /does not exist/],
    ['belongs to another program', () => lookupTable([mallory, recipient], { owner: mallory }), /belongs to/],
    ['is deactivated', () => lookupTable([mallory, recipient], { deactivationSlot: 5n }), /being closed/],
    ['is shorter', () => lookupTable([mallory]), /which has 1/],
    ['was extended in this very slot', () => lookupTable([mallory, recipient], { lastExtendedSlot: SLOT, startIndex: 1 }), /which has 1/],
    ['is extended in a later slot', () => lookupTable([mallory, recipient], { lastExtendedSlot: SLOT + 1n, startIndex: 1 }), /which has 1/],
    [
      'has half an address',
      () => ({ ...lookupTable([mallory, recipient]), data: lookupTable([mallory, recipient]).data.subarray(0, -1) }),
      /is no lookup table/,
    ],
    ['is too short', () => ({ ...lookupTable([]), data: new Uint8Array(40) }), /is no lookup table/],
    ['was never set up', () => ({ ...lookupTable([]), data: new Uint8Array(56 + 64) }), /is no lookup table/],
    ['now holds the payer', () => lookupTable([mallory, vault]), /already has/],
  ])('INVARIANT I5: a table that %s makes the message unknown', (_, table, problem) => {
    const fact = table();
    world.chain.delete(tables[0]);
    if (fact !== null) world.chain.set(tables[0], fact);
    const { effects, payment, instructions } = world.call(payBy(recipient, [[tables[0], [mallory, recipient]]]));
    expect({ payment, instructions }).toEqual({ payment: null, instructions: [] });
    expect(effects.map(({ kind }) => kind)).toEqual(['fee', 'unknown']);
    expect(effects[1]).toMatchObject({ reason: expect.stringMatching(problem) });
  });
  test('a table that holds another account by now pays another account', () => {
    world.chain.set(tables[0], lookupTable([recipient, mallory]));
    expect(world.call(payBy(recipient, [[tables[0], [mallory, recipient]]])).payment).toMatchObject({ recipient: mallory });
  });
  test('an account that is loaded and that no instruction uses changes nothing', () => {
    const [first, second] = tables;
    world.chain.set(first, lookupTable([mallory, recipient])).set(second, lookupTable([testKey('decoy').address, mallory]));
    const message = new MessageV0({
      header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
      staticAccountKeys: [key(vault), SystemProgram.programId],
      recentBlockhash: blockhash,
      compiledInstructions: [{ programIdIndex: 1, accountKeyIndexes: [0, 2], data: Uint8Array.of(2, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0) }],
      addressTableLookups: [
        { accountKey: key(second), writableIndexes: [], readonlyIndexes: [1] },
        { accountKey: key(first), writableIndexes: [1], readonlyIndexes: [] },
      ],
    });
    expect(world.call(message.serialize())).toMatchObject({
      payment: { recipient, amount: 5n },
      pins: [
        { table: second, writable: [], readonly: [mallory] },
        { table: first, writable: [recipient], readonly: [] },
      ],
    });
  });
  test('what was extended in an earlier slot counts', () => {
    world.chain.set(tables[0], lookupTable([mallory, recipient], { lastExtendedSlot: SLOT - 1n, startIndex: 1 }));
    expect(world.call(payBy(recipient, [[tables[0], [mallory, recipient]]])).payment).toMatchObject({ recipient });
  });
  test('a table named twice is refused', () => {
    const message = new MessageV0({
      header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
      staticAccountKeys: [key(vault), SystemProgram.programId],
      recentBlockhash: blockhash,
      compiledInstructions: [],
      addressTableLookups: [0, 1].map((index) => ({ accountKey: key(tables[0]), writableIndexes: [index], readonlyIndexes: [] })),
    });
    expect(JSON.stringify(parseMessage(message.serialize()))).toMatch(/table twice/);
  });
});
