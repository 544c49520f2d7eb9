import { Keypair, PublicKey, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { describe, expect, test } from 'vitest';
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
import { type FeeMatch, type FeeParties, matchFee } from './match-fee.ts';

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
    expect(of(...budget(), creation(), addLimit())).toEqual({ needsCreateKey: true, paysRent: true });
  });
  test('a spend, and a co-signed proposal', () => {
    expect(outcome(spendMessage(CAST))).toEqual({ needsCreateKey: false, paysRent: false });
    expect(outcome(withOwnerMessage(CAST))).toEqual({ needsCreateKey: false, paysRent: true });
  });
  test('limits and members', () => {
    const shared = { multisigPda: CAST.multisig, configAuthority: CAST.owner };
    const add = squads.instructions.multisigAddMember({ ...shared, rentPayer: CAST.fee, newMember: { key: stranger, permissions: ALL } });
    const remove = squads.instructions.multisigRemoveMember({ ...shared, oldMember: CAST.agent });
    expect(of(removeLimit(CAST.fee), add, remove, addLimit())).toEqual({ needsCreateKey: false, paysRent: true });
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
