import { Keypair, PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { describe, expect, test } from 'vitest';
import { setConfigAuthority, setRentCollector } from '../../../test/support/kit-builder.ts';
import {
  addressOf,
  budget,
  type Cast,
  compile,
  createTokenAccount,
  memo,
  proposalInstructions,
  spendInstruction,
  spendMessage,
  USDC,
  withOwnerMessage,
} from '../../../test/support/message-builder.ts';
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
const ALL = squads.types.Permissions.all();

interface Creation {
  readonly threshold?: number;
  readonly authority?: PublicKey;
  readonly second?: PublicKey;
  readonly rentCollector?: PublicKey | null;
  readonly creator?: PublicKey;
  readonly cast?: Cast;
}
function creation(options: Creation = {}): TransactionInstruction {
  const cast = options.cast ?? CAST;
  return squads.instructions.multisigCreateV2({
    ...{ treasury: stranger, creator: options.creator ?? CAST.fee, multisigPda: cast.multisig, createKey: cast.createKey },
    ...{ configAuthority: options.authority ?? CAST.owner, threshold: options.threshold ?? 2, timeLock: 0 },
    members: [CAST.owner, options.second ?? CAST.agent].map((member) => ({ key: member, permissions: ALL })),
    rentCollector: options.rentCollector === undefined ? CAST.fee : options.rentCollector,
  });
}
function addLimit(rentPayer: PublicKey = CAST.fee): TransactionInstruction {
  return squads.instructions.multisigAddSpendingLimit({
    ...{ multisigPda: CAST.multisig, configAuthority: CAST.owner, spendingLimit: CAST.nativeLimit, rentPayer, createKey: stranger },
    ...{ vaultIndex: 0, mint: PublicKey.default, amount: 5n, period: squads.types.Period.Day },
    ...{ members: [CAST.agent], destinations: [CAST.recipient] },
  });
}
const removeLimit = (rentCollector: PublicKey): TransactionInstruction =>
  squads.instructions.multisigRemoveSpendingLimit({
    ...{ multisigPda: CAST.multisig, configAuthority: CAST.owner, spendingLimit: CAST.nativeLimit, rentCollector },
  });
const of = (...instructions: TransactionInstruction[]): RefusalCode | FeeMatch => outcome(compile(CAST.fee, instructions));

describe('what the fee account pays for', () => {
  test('creation of the pinned wallet with a limit: the create key signs too', () => {
    expect(of(...budget(), creation(), addLimit())).toEqual({ needsCreateKey: true, rents: 1 });
  });
  test('a spend, and a co-signed proposal', () => {
    expect(outcome(spendMessage(CAST))).toEqual({ needsCreateKey: false, rents: 0 });
    expect(outcome(withOwnerMessage(CAST))).toEqual({ needsCreateKey: false, rents: 1 });
  });
  test('limits and members', () => {
    const shared = { multisigPda: CAST.multisig, configAuthority: CAST.owner };
    const add = squads.instructions.multisigAddMember({ ...shared, rentPayer: CAST.fee, newMember: { key: stranger, permissions: ALL } });
    const remove = squads.instructions.multisigRemoveMember({ ...shared, oldMember: CAST.agent });
    expect(of(removeLimit(CAST.fee), add, remove, addLimit())).toEqual({ needsCreateKey: false, rents: 1 });
  });
});

describe('what the owner changes', () => {
  const shared = { multisigPda: CAST.multisig, configAuthority: CAST.owner };
  const add = (member: PublicKey): TransactionInstruction =>
    squads.instructions.multisigAddMember({ ...shared, rentPayer: CAST.fee, newMember: { key: member, permissions: ALL } });
  const remove = (member: PublicKey): TransactionInstruction => squads.instructions.multisigRemoveMember({ ...shared, oldMember: member });
  test('a rotation of the agent key or of the owner in one message, by the owner or by the recovery key that took over', () => {
    expect(of(removeLimit(CAST.fee), add(stranger), remove(CAST.agent), addLimit())).toEqual({ needsCreateKey: false, rents: 1 });
    for (const by of [CAST.owner, stranger]) {
      const handOver = setConfigAuthority(CAST, stranger, by);
      expect(of(add(stranger), remove(CAST.owner), handOver)).toEqual({ needsCreateKey: false, rents: 1 });
      expect(of(setRentCollector(CAST, CAST.fee, by), handOver)).toEqual({ needsCreateKey: false, rents: 0 });
    }
  });
  test('the rent collector to anybody but the fee account', () => {
    for (const collector of [stranger, CAST.owner, CAST.agent, null]) expect(of(setRentCollector(CAST, collector))).toBe('unknown_shape');
  });
  test('the config authority to nobody, to a key of the signer or to the multisig', () => {
    for (const authority of [PublicKey.default, CAST.fee, CAST.agent, CAST.createKey, CAST.multisig])
      expect(of(setConfigAuthority(CAST, authority))).toBe('unknown_shape');
  });
  test('the fee account or the create key as member', () => {
    expect(of(add(CAST.fee))).toBe('unknown_shape');
    expect(of(add(CAST.createKey))).toBe('unknown_shape');
  });
  test('threshold and time lock', () => {
    const accounts = { multisig: CAST.multisig, configAuthority: CAST.owner, rentPayer: CAST.fee };
    const threshold = squads.generated.createMultisigChangeThresholdInstruction(accounts, { args: { newThreshold: 1, memo: null } });
    const lock = squads.generated.createMultisigSetTimeLockInstruction(
      { multisig: CAST.multisig, configAuthority: CAST.owner },
      { args: { timeLock: 0, memo: null } },
    );
    for (const instruction of [threshold, lock]) {
      expect(of(instruction)).toBe('unknown_shape');
      expect(of(add(stranger), instruction)).toBe('unknown_shape');
    }
  });
  test('with the fee account as authority, or somebody else as rent payer', () => {
    expect(of(setConfigAuthority(CAST, stranger, CAST.fee))).toBe('unknown_shape');
    expect(of(setRentCollector(CAST, CAST.fee, CAST.fee))).toBe('unknown_shape');
    expect(of(setConfigAuthority({ ...CAST, fee: stranger }, CAST.recipient))).toBe('unknown_shape');
    expect(of(setConfigAuthority({ ...CAST, multisig: stranger }, CAST.recipient))).toBe('wrong_wallet');
  });
});

describe('attacks on the float of the fee account', () => {
  test('a token account that no payment of the agent needs, whose owner closes it and keeps the rent', () => {
    expect(of(createTokenAccount(CAST.fee, CAST.vault, USDC), memo('first'))).toBe('unknown_shape');
    expect(of(createTokenAccount(CAST.fee, stranger, USDC))).toBe('unknown_shape');
  });
  test('a system transfer, alone or beside something known', () => {
    const drain = SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 });
    expect(of(drain)).toBe('unknown_shape');
    expect(of(spendInstruction(CAST), drain)).toBe('unknown_shape');
  });
  test('the fee account as account of what is executed', () => {
    const inner = [SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 })];
    expect(of(...proposalInstructions(CAST, { inner }))).toBe('unknown_shape');
    expect(of(...proposalInstructions(CAST, { inner }).slice(4, 5))).toBe('unknown_shape');
  });
  test('the rent of a removed limit or closed proposal to someone else', () => {
    expect(of(removeLimit(stranger))).toBe('unknown_shape');
    expect(of(...proposalInstructions(CAST, { rentCollector: stranger }))).toBe('unknown_shape');
  });
  test('a wallet whose rent would go to someone else', () => {
    expect(of(creation({ rentCollector: stranger }))).toBe('unknown_shape');
    expect(of(creation({ rentCollector: null }))).toBe('unknown_shape');
  });
  test("another wallet's instructions", () => {
    expect(of(spendInstruction(CAST, { multisig: stranger }))).toBe('wrong_wallet');
  });
  test('a fee over the cap of the service', () => {
    expect(of(...budget(1_000_000, 100_000), spendInstruction(CAST))).toBe('fee_too_high');
  });
  test('the fee account as member or voter', () => {
    expect(of(spendInstruction(CAST, { member: CAST.fee }))).toBe('unknown_shape');
  });
  test('someone else as fee payer, nothing but a memo, three token accounts', () => {
    expect(outcome(compile(stranger, [spendInstruction(CAST)]))).toBe('unknown_shape');
    expect(of(memo('hello'))).toBe('unknown_shape');
    const many = [CAST.vault, CAST.recipient, stranger].map((owner) => createTokenAccount(CAST.fee, owner, USDC));
    expect(of(...many)).toBe('unknown_shape');
  });
});

describe('attacks on the create key', () => {
  test('threshold 1, another config authority, another member, after the key was destroyed', () => {
    expect(of(creation({ threshold: 1 }))).toBe('unknown_shape');
    expect(of(creation({ authority: stranger }))).toBe('unknown_shape');
    expect(of(creation({ second: stranger }))).toBe('unknown_shape');
    expect(outcome(compile(CAST.fee, [creation()]), { ...PARTIES, agent: null })).toBe('unknown_shape');
  });
  test('the create key as signer of something else', () => {
    const instruction = spendInstruction(CAST, { member: CAST.createKey });
    expect(of(instruction)).toBe('unknown_shape');
  });
});
