import { TransactionInstruction as Instruction, Keypair, PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { describe, expect, test } from 'vitest';
import {
  advanceNonce,
  lockdownMessage,
  type NonceOptions,
  noncePair,
  noncePairs,
  removeLimit,
  setConfigAuthority,
} from '../../../test/support/kit-builder.ts';
import { addressOf, budget, compile, key, memo, spendInstruction, withOwnerMessage } from '../../../test/support/message-builder.ts';
import { CAST, CONTEXT } from '../../../test/support/parties.ts';
import { attempt, type RefusalCode } from '../refusal.ts';
import type { FeeParties } from './fee-parties.ts';
import { type FeeMatch, matchFee } from './match-fee.ts';

const PARTIES: FeeParties = { ...CONTEXT, createKey: addressOf(CAST.createKey) };
const stranger = Keypair.generate().publicKey;
const outcome = (message: Uint8Array, parties = PARTIES): RefusalCode | FeeMatch => {
  const result = attempt(() => matchFee(message, parties));
  return result.ok ? result.value : result.error.code;
};
const of = (...instructions: TransactionInstruction[]): RefusalCode | FeeMatch => outcome(compile(CAST.fee, instructions));
const made = (rents: number): FeeMatch => ({ needsCreateKey: false, rents });

describe('nonce accounts', () => {
  test('1 to 4 at a time, with or without compute budget, also for a wallet without a key; each counts as rent', async () => {
    for (const count of [1, 2, 3, 4]) expect(of(...budget(), ...(await noncePairs(CAST, count)))).toEqual(made(count));
    expect(of(...(await noncePair(CAST, { seed: 'x'.repeat(32) })))).toEqual(made(1));
    const legacy = compile(CAST.fee, await noncePairs(CAST, 2), 'legacy');
    expect(outcome(legacy, { ...PARTIES, agent: null })).toEqual(made(2));
  });
  test('none, five, half a pair, the same twice, the halves of different ones, in another order', async () => {
    const [one, two, three] = [await noncePair(CAST), await noncePair(CAST, { seed: 'b' }), await noncePair(CAST, { seed: 'c' })];
    expect(of(...budget())).toBe('unknown_shape');
    expect(of(...(await noncePairs(CAST, 5)))).toBe('unknown_shape');
    expect(of(...one, ...two.slice(0, 1))).toBe('unknown_shape');
    expect(of(...one.slice(0, 1))).toBe('unknown_shape');
    expect(of(...one.slice(1))).toBe('unknown_shape');
    expect(of(...one, ...one)).toBe('unknown_shape');
    expect(of(...one.slice(0, 1), ...two.slice(1), ...two.slice(0, 1), ...one.slice(1))).toBe('unknown_shape');
    expect(of(...three.toReversed())).toBe('unknown_shape');
  });
  test('the float to somebody else: another authority, payer, base, address, amount, size or owner program', async () => {
    const pair = async (options: NonceOptions): Promise<RefusalCode | FeeMatch> => of(...(await noncePair(CAST, options)));
    for (const authority of [stranger, CAST.fee, CAST.agent]) expect(await pair({ authority })).toBe('wrong_wallet');
    for (const [options, code] of [
      [{ from: CAST.owner }, 'unknown_shape'],
      [{ base: CAST.owner }, 'unknown_shape'],
      [{ account: stranger }, 'unknown_shape'],
      [{ account: await PublicKey.createWithSeed(CAST.fee, 'another', SystemProgram.programId) }, 'unknown_shape'],
      [{ lamports: 1_447_681 }, 'unknown_shape'],
      [{ lamports: 1_447_679 }, 'unknown_shape'],
      [{ lamports: 1_000_000_000 }, 'unknown_shape'],
      [{ space: 81 }, 'unknown_shape'],
      [{ space: 0 }, 'unknown_shape'],
      [{ program: squads.PROGRAM_ID }, 'unknown_shape'],
      [{ seed: '' }, 'unknown_shape'],
      [{ seed: 'tab\tseed' }, 'unknown_shape'],
      [{ seed: 'é' }, 'unknown_shape'],
    ] as const)
      expect(await pair(options), JSON.stringify(options)).toBe(code);
  });
  test('beside anything else, or over the cap on fees', async () => {
    const pair = await noncePair(CAST);
    const drain = SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 });
    const withdraw = SystemProgram.nonceWithdraw({
      ...{ noncePubkey: pair[1]?.keys[0]?.pubkey ?? stranger, authorizedPubkey: CAST.owner, toPubkey: stranger, lamports: 1 },
    });
    for (const other of [drain, withdraw, memo('x'), spendInstruction(CAST), removeLimit(CAST), advanceNonce(CAST)]) {
      expect(of(...pair, other)).toBe('unknown_shape');
      expect(of(other, ...pair)).toBe('unknown_shape');
    }
    expect(of(...budget(1_000_000, 100_000), ...pair)).toBe('fee_too_high');
    const signsToo = new Instruction({
      ...pair[0],
      keys: [...(pair[0]?.keys ?? []), { pubkey: CAST.owner, isSigner: true, isWritable: false }],
    } as never);
    expect(of(signsToo, ...pair.slice(1))).toBe('unknown_shape');
  });
  test('other instructions of the system program', () => {
    const shared = { fromPubkey: CAST.fee, newAccountPubkey: stranger, lamports: 1_447_680, space: 80, programId: SystemProgram.programId };
    expect(of(SystemProgram.createAccount(shared))).toBe('unknown_shape');
    expect(of(SystemProgram.assign({ accountPubkey: CAST.fee, programId: stranger }))).toBe('unknown_shape');
    expect(of(SystemProgram.nonceAuthorize({ noncePubkey: stranger, authorizedPubkey: CAST.fee, newAuthorizedPubkey: stranger }))).toBe(
      'unknown_shape',
    );
  });
});

describe('INVARIANT I7: a lockdown', () => {
  test('removes limits of this wallet over the owner’s nonce', () => {
    expect(outcome(lockdownMessage(CAST))).toEqual(made(0));
    expect(outcome(lockdownMessage(CAST, 'legacy'))).toEqual(made(0));
    expect(of(advanceNonce(CAST), removeLimit(CAST))).toEqual(made(0));
    expect(outcome(lockdownMessage(CAST), { ...PARTIES, agent: null })).toEqual(made(0));
  });
  test('of another owner, nonce authority or wallet', () => {
    expect(outcome(lockdownMessage(CAST), { ...PARTIES, owner: addressOf(stranger) })).toBe('wrong_wallet');
    for (const authority of [stranger, CAST.fee, CAST.agent])
      expect(of(advanceNonce(CAST, authority), removeLimit(CAST))).toBe('wrong_wallet');
    expect(of(advanceNonce(CAST), removeLimit(CAST, CAST.nativeLimit, { multisig: stranger }))).toBe('wrong_wallet');
    expect(of(advanceNonce(CAST), removeLimit(CAST, CAST.nativeLimit, { authority: stranger }))).toBe('wrong_wallet');
  });
  test('with the rent to somebody else, a memo, a limit twice, no limit', () => {
    expect(of(advanceNonce(CAST), removeLimit(CAST, CAST.nativeLimit, { rentCollector: stranger }))).toBe('unknown_shape');
    expect(of(advanceNonce(CAST), removeLimit(CAST, CAST.nativeLimit, { memo: 'x' }))).toBe('unknown_shape');
    expect(of(advanceNonce(CAST), removeLimit(CAST), removeLimit(CAST))).toBe('unknown_shape');
    for (const account of [CAST.fee, CAST.owner, CAST.multisig, key(70).publicKey])
      expect(of(advanceNonce(CAST), removeLimit(CAST, account))).toBe('unknown_shape');
    expect(of(advanceNonce(CAST))).toBe('unknown_shape');
  });
  test('that does anything else: a durable nonce makes its signature good for ever', async () => {
    const shared = { multisigPda: CAST.multisig, configAuthority: CAST.owner };
    const permissions = squads.types.Permissions.all();
    for (const other of [
      ...budget(),
      memo('x'),
      setConfigAuthority(CAST, stranger),
      spendInstruction(CAST),
      squads.instructions.multisigAddMember({ ...shared, rentPayer: CAST.fee, newMember: { key: stranger, permissions } }),
      squads.instructions.multisigRemoveMember({ ...shared, oldMember: CAST.agent }),
      SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 }),
      advanceNonce(CAST),
      ...(await noncePair(CAST)),
    ]) {
      expect(of(advanceNonce(CAST), removeLimit(CAST), other)).not.toEqual(made(0));
      expect(of(advanceNonce(CAST), other)).not.toEqual(made(0));
      expect(of(advanceNonce(CAST), other, removeLimit(CAST))).not.toEqual(made(0));
    }
  });
  test('a durable nonce anywhere else', () => {
    expect(of(removeLimit(CAST), advanceNonce(CAST))).toBe('unknown_shape');
    expect(of(...budget(), advanceNonce(CAST), removeLimit(CAST))).toBe('unknown_shape');
    expect(of(advanceNonce(CAST, CAST.fee), spendInstruction(CAST))).not.toEqual(made(0));
    expect(outcome(withOwnerMessage(CAST, { before: [advanceNonce(CAST)] }))).toBe('unknown_shape');
  });
  test('without the owner as signer, or with one more', () => {
    const silent = removeLimit(CAST);
    const keys = silent.keys.map((each) => ({ ...each, isSigner: false }));
    const nonce = advanceNonce(CAST);
    const noOne = [
      new Instruction({ ...nonce, keys: nonce.keys.map((each) => ({ ...each, isSigner: false })) }),
      new Instruction({ ...silent, keys }),
    ];
    expect(of(...noOne)).toBe('unknown_shape');
    const more = new Instruction({ ...silent, keys: silent.keys.map((each) => ({ ...each, isSigner: true })) });
    expect(of(advanceNonce(CAST), more)).toBe('unknown_shape');
    expect(outcome(compile(CAST.owner, [advanceNonce(CAST), removeLimit(CAST)]))).toBe('unknown_shape');
  });
});
