import { type Address, tokenAsset } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import * as spl from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { testKey } from '../../test-support/test-key.ts';
import { TOKEN, TOKEN_2022 } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { type CallWorld, callWorld, kitInstruction, mallory, recipient } from '../test-support/call-world.ts';
import { bytesOf, mintAccount, tokenAccount } from '../test-support/chain-accounts.ts';

let world: CallWorld;
let vault: Address;
let source: Address;
const mint = testKey('token-2022 mint').address;
const destination = tokenAccountOf(recipient, mint, TOKEN_2022);
const key = (text: Address): PublicKey => new PublicKey(text);
const of = (instruction: Parameters<typeof kitInstruction>[0]): Instruction => kitInstruction(instruction);
const ID = spl.TOKEN_2022_PROGRAM_ID;
const zeros = (count: number): readonly number[] => new Array<number>(count).fill(0);

beforeAll(async () => {
  world = await callWorld('token-2022');
  vault = world.vault;
  source = tokenAccountOf(vault, mint, TOKEN_2022);
  world.chain
    .set(mint, mintAccount({ decimals: 6, program: TOKEN_2022 }))
    .set(source, tokenAccount({ mint, owner: vault, amount: 1_000n, extensions: [[7, []]] }))
    .set(destination, tokenAccount({ mint, owner: recipient, extensions: [[7, []]] }));
});

const send = (): Instruction =>
  of(spl.createTransferCheckedInstruction(key(source), key(mint), key(destination), key(vault), 5n, 6, [], ID));
const withMint = (extensions: readonly (readonly [number, readonly number[]])[]): ReturnType<CallWorld['effects']> => {
  const before = world.chain.get(mint);
  world.chain.set(mint, mintAccount({ decimals: 6, extensions }));
  const effects = world.effects(send());
  if (before) world.chain.set(mint, before);
  return effects;
};
const someone = bytesOf(mallory);

describe('extensions of a mint', () => {
  test.each<[string, number, readonly number[], RegExp | null]>([
    ['transfer fee', 1, zeros(108), /fee/],
    ['close authority', 3, someone, /made anew/],
    ['close authority given up', 3, zeros(32), null],
    ['confidential transfers', 4, zeros(65), /confidential/],
    ['default state usable', 6, [1], null],
    ['default state frozen', 6, [2], /frozen/],
    ['non-transferable', 9, [], /cannot be transferred/],
    ['interest', 10, zeros(52), /interest/],
    ['permanent delegate', 12, someone, /permanent delegate/],
    ['permanent delegate given up', 12, zeros(32), null],
    ['hook', 14, [...zeros(32), ...someone], /another program/],
    ['hook that can be set', 14, [...someone, ...zeros(32)], /another program/],
    ['hook given up', 14, zeros(64), null],
    ['confidential fees', 16, zeros(129), /confidential/],
    ['metadata pointer', 18, zeros(64), null],
    ['metadata', 19, zeros(99), null],
    ['group pointer', 20, zeros(64), null],
    ['group', 21, zeros(80), null],
    ['member pointer', 22, zeros(64), null],
    ['member', 23, zeros(72), null],
    ['confidential minting', 24, zeros(196), /confidential/],
    ['scaled amounts', 25, zeros(56), /multiplier/],
    ['pausable', 26, zeros(33), /paused/],
    ['permissioned burning', 28, zeros(32), /burning/],
  ])('%s', (_, type, value, hazard) => {
    const hazards = hazard === null ? [] : [expect.stringMatching(hazard)];
    expect(withMint([[type, value]])).toMatchObject([
      { kind: 'asset_outflow', asset: tokenAsset(mint), amount: 5n, destination: recipient, hazards },
    ]);
    if (type !== 19) expect(withMint([[type, [...value, 0]]])).toMatchObject([{ kind: 'unknown' }]);
    expect(
      withMint([
        [type, value],
        [type, value],
      ]),
    ).toMatchObject([{ kind: 'unknown' }]);
  });
  test('INVARIANT I5: an unknown one, one of an account, unreadable ones, another program', () => {
    for (const extensions of [[[99, []]], [[7, []]], [[8, [1]]], [[29, []]]] as const)
      expect(withMint([...extensions])).toMatchObject([{ kind: 'unknown' }]);
    const whole = mintAccount({ decimals: 6, extensions: [[18, zeros(64)]] });
    const before = world.chain.get(mint);
    for (const data of [
      whole.data.subarray(0, whole.data.length - 1),
      Uint8Array.from([...whole.data, 0, 0, 1]),
      Uint8Array.from([...whole.data, 1]),
      whole.data.subarray(0, 165),
      whole.data.subarray(0, 100),
      Uint8Array.from(whole.data, (byte, at) => (at === 165 ? 2 : byte)),
      Uint8Array.from(whole.data, (byte, at) => (at === 120 ? 1 : byte)),
      Uint8Array.from(whole.data, (byte, at) => (at === 45 ? 0 : byte)),
    ]) {
      world.chain.set(mint, { ...whole, data });
      expect(world.effects(send())).toMatchObject([{ kind: 'unknown' }]);
    }
    world.chain.set(mint, { ...whole, data: Uint8Array.from([...whole.data, 0, 0, 0, 0]) });
    expect(world.effects(send())).toMatchObject([{ kind: 'asset_outflow', hazards: [] }]);
    world.chain.set(mint, mintAccount({ decimals: 6, program: TOKEN }));
    expect(world.effects(send())).toMatchObject([{ kind: 'unknown', reason: expect.stringContaining(`belongs to program ${TOKEN}`) }]);
    if (before) world.chain.set(mint, before);
  });
  test('the same accounts under the classic program are unknown', () => {
    const classic = of(spl.createTransferCheckedInstruction(key(source), key(mint), key(destination), key(vault), 5n, 6));
    expect(world.effects(classic)).toMatchObject([
      { kind: 'unknown', reason: expect.stringContaining(`belongs to program ${TOKEN_2022}`) },
    ]);
  });
});

describe('extensions of token accounts', () => {
  test.each<[string, number, readonly number[], RegExp | null]>([
    ['memo required', 8, [1], /memo/],
    ['memo not required', 8, [0], null],
    ['programs refused', 11, [1], /program/],
    ['confidential', 5, zeros(295), /confidential/],
    ['confidential fee', 17, zeros(64), /fee/],
    ['non-transferable', 13, [], /cannot/],
    ['pausable', 27, [], /paused/],
    ['fees withheld', 2, zeros(8), null],
    ['hook', 15, [0], null],
  ])('%s', (_, type, value, hazard) => {
    const before = world.chain.get(destination);
    world.chain.set(
      destination,
      tokenAccount({
        mint,
        owner: recipient,
        extensions: [
          [7, []],
          [type, value],
        ],
      }),
    );
    const hazards = hazard === null ? [] : [expect.stringMatching(hazard)];
    expect(world.effects(send())).toMatchObject([{ kind: 'asset_outflow', destination: recipient, hazards }]);
    world.chain.set(destination, tokenAccount({ mint, owner: recipient, extensions: [[type, [...value, 9]]] }));
    expect(world.effects(send())).toMatchObject([{ kind: 'unknown' }]);
    world.chain.set(destination, tokenAccount({ mint, owner: recipient, extensions: [[1, zeros(108)]] }));
    expect(world.effects(send())).toMatchObject([{ kind: 'unknown' }]);
    if (before) world.chain.set(destination, before);
  });
});
