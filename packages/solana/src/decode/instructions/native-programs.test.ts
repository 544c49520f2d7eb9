import type { Address } from '@countersign/core';
import { Ed25519Program } from '@solana/web3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  ED25519,
  LOADER_UPGRADEABLE,
  LOADER_V2,
  LOADER_V4,
  MEMO,
  MEMO_V1,
  SECP256K1,
  SECP256R1,
  STAKE,
  VOTE,
} from '../addresses/programs.ts';
import { byHand, type CallWorld, callWorld, kitInstruction, mallory, u32 } from '../test-support/call-world.ts';
import { account, stakeAndVoteCases } from '../test-support/stake-and-vote-cases.ts';
import { tableAndLoaderCases } from '../test-support/table-and-loader-cases.ts';

let world: CallWorld;
let vault: Address;
beforeAll(async () => {
  world = await callWorld('native programs');
  vault = world.vault;
});
const cases = [...stakeAndVoteCases(() => vault), ...tableAndLoaderCases(() => vault)];

describe('native programs', () => {
  test.each(cases)('%s', (_, instruction, expected) => {
    const effects = world.effects(instruction());
    expect(
      effects.map((effect) => [
        effect.kind,
        effect.kind === 'authority_change' ? effect.authority : effect.kind === 'unknown' ? effect.reason : '',
      ]),
    ).toEqual(expected.map(([kind, words]) => [kind, kind === 'unknown' ? expect.stringContaining(words) : words]));
  });
  test.each(cases)('INVARIANT I5: %s with a byte more or less is never permitted', (_, instruction) => {
    const { data = new Uint8Array(), ...rest } = instruction();
    for (let length = 0; length < data.length; length += 1)
      for (const effect of world.effects({ ...rest, data: Uint8Array.from(data.slice(0, length)) }))
        expect(effect.kind).toMatch(/unknown|account_closing|authority_change/);
    expect(world.effects({ ...rest, data: Uint8Array.from([...data, 9]) }).map(({ kind }) => kind)).toEqual(['unknown']);
  });
  test('numbers that do not exist', () => {
    for (const [program, first] of [
      [STAKE, 18],
      [VOTE, 20],
      [LOADER_UPGRADEABLE, 10],
      [LOADER_V4, 7],
      [LOADER_V2, 2],
    ] as const)
      for (const number of [first, 255, 65_536])
        expect(
          world.unknowns(
            byHand(
              program,
              [
                ['w', account],
                ['s', vault],
              ],
              u32(number),
            ),
          ),
        ).toEqual([expect.stringContaining('not understood')]);
  });
  test('every vote and every setting of a vote account is named', () => {
    for (let number = 0; number < 20; number += 1) {
      const effects = world.effects(
        byHand(
          VOTE,
          [
            ['w', account],
            ['s', vault],
          ],
          u32(number),
        ),
      );
      expect(effects.map(({ kind }) => kind)).toEqual(['unknown']);
    }
  });
  test('checks of signatures', () => {
    const signed = Ed25519Program.createInstructionWithPublicKey({
      publicKey: new Uint8Array(32),
      message: new Uint8Array(3),
      signature: new Uint8Array(64),
    });
    expect(world.unknowns(kitInstruction(signed))).toEqual([expect.stringContaining('Ed25519')]);
    expect(world.unknowns(byHand(SECP256K1, [], [0]))).toEqual([expect.stringContaining('Secp256k1')]);
    expect(world.unknowns(byHand(SECP256R1, [], [0]))).toEqual([expect.stringContaining('Secp256r1')]);
    expect(world.unknowns(byHand(ED25519, [], [0]))).toHaveLength(1);
  });
  test('among others they are foreign', () => {
    for (const program of [STAKE, VOTE, LOADER_UPGRADEABLE]) {
      const theirs = byHand(
        program,
        [
          ['w', account],
          ['-', mallory],
          ['s', mallory],
          ['s', mallory],
        ],
        [...u32(program === STAKE ? 10 : 7), ...(program === LOADER_UPGRADEABLE ? [] : u32(1))],
      );
      const [effect] = world.inner(program === LOADER_UPGRADEABLE ? { ...theirs, accounts: (theirs.accounts ?? []).slice(0, 3) } : theirs);
      expect(effect?.kind).toBe('foreign');
    }
  });
});

describe('memos', () => {
  test('of both programs, signed by the vault or by nobody', () => {
    const text = Buffer.from('thanks');
    expect(world.effects(byHand(MEMO, [], text))).toMatchObject([{ kind: 'memo', text: 'thanks' }]);
    expect(world.effects(byHand(MEMO, [['s', vault]], text))).toMatchObject([{ kind: 'memo', text: 'thanks' }]);
    expect(world.effects(byHand(MEMO_V1, [], text))).toMatchObject([{ kind: 'memo', text: 'thanks' }]);
    expect(world.unknowns(byHand(MEMO, [['-', mallory]], text))).toHaveLength(1);
    expect(world.unknowns(byHand(MEMO_V1, [['s', vault]], text))).toHaveLength(1);
    expect(world.unknowns(byHand(MEMO, [], [0xc3, 0x28]))).toEqual([expect.stringContaining('UTF-8')]);
    expect(world.unknowns(byHand(MEMO, [], new Array<number>(257).fill(65)))).toEqual([expect.stringContaining('256')]);
    expect(world.inner(byHand(MEMO, [['s', mallory]], text))).toMatchObject([{ kind: 'memo' }]);
  });
});
