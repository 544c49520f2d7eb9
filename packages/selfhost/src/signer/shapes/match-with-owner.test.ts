import { Keypair, SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import { describe, expect, test } from 'vitest';
import {
  budget,
  type Cast,
  compile,
  createTokenAccount,
  memo,
  type ProposalOptions,
  proposalInstructions,
  spendInstruction,
  USDC,
  withOwnerMessage,
} from '../../../test/support/message-builder.ts';
import { signAs } from '../../../test/support/owner-side.ts';
import { CAST, CONTEXT, OWNER } from '../../../test/support/parties.ts';
import { attempt, type RefusalCode } from '../refusal.ts';
import { matchWithOwner } from './match-with-owner.ts';

const stranger = Keypair.generate();
const outcome = (message: Uint8Array, signature = signAs(OWNER, message)): RefusalCode | 'signed' => {
  const result = attempt(() => matchWithOwner(message, signature, CONTEXT));
  return result.ok ? 'signed' : result.error.code;
};
const proposed = (options: ProposalOptions): RefusalCode | 'signed' => outcome(withOwnerMessage(CAST, options));
const steps = (change: (instructions: TransactionInstruction[]) => TransactionInstruction[]): RefusalCode | 'signed' =>
  outcome(compile(CAST.fee, [...budget(), ...change(proposalInstructions(CAST))]));
const transfer = (to: Cast['agent']): TransactionInstruction =>
  SystemProgram.transfer({ fromPubkey: CAST.vault, toPubkey: to, lamports: 1 });

describe('a proposal that the owner signed', () => {
  test('made by the agent or by the owner, approvals in either order, with memo and token account', () => {
    expect(proposed({})).toBe('signed');
    expect(proposed({ creator: CAST.owner })).toBe('signed');
    expect(proposed({ inner: [transfer(CAST.owner)] })).toBe('signed');
    expect(proposed({ before: [createTokenAccount(CAST.fee, CAST.recipient, USDC), memo('rent')] })).toBe('signed');
    expect(steps(([a, b, c, d, e, f]) => [a, b, d, c, e, f].flatMap((step) => (step ? [step] : [])))).toBe('signed');
  });
});

describe('INVARIANT I6: attacks on a proposal', () => {
  test('wrong owner signature: of a stranger, over other bytes', () => {
    const message = withOwnerMessage(CAST);
    expect(outcome(message, signAs(stranger, message))).toBe('bad_owner_signature');
    expect(outcome(withOwnerMessage(CAST, { index: 5n }), signAs(OWNER, message))).toBe('bad_owner_signature');
    expect(outcome(message, new Uint8Array(64))).toBe('bad_owner_signature');
  });
  test('a spend of the agent alone, signed by the owner beside the message', () => {
    expect(outcome(compile(CAST.fee, [spendInstruction(CAST)]))).toBe('unknown_shape');
  });
  test('a step missing, doubled, or something added', () => {
    expect(steps((all) => all.slice(0, 5))).toBe('unknown_shape');
    expect(steps((all) => all.slice(0, 3))).toBe('unknown_shape');
    expect(steps((all) => [...all, ...all.slice(5)])).toBe('unknown_shape');
    expect(steps((all) => [...all, transfer(CAST.agent)])).toBe('unknown_shape');
    expect(steps((all) => [...all, spendInstruction(CAST)])).toBe('unknown_shape');
  });
  test("another wallet's accounts", () => {
    const foreign = { ...CAST, multisig: stranger.publicKey };
    expect(outcome(compile(CAST.fee, proposalInstructions(foreign)))).toBe('wrong_wallet');
  });
  test('the proposal of one index, the execution of another', () => {
    const other = proposalInstructions(CAST, { index: 9n })[4];
    expect(steps((all) => all.map((step, at) => (at === 4 && other ? other : step)))).toBe('wrong_wallet');
  });
  test('the agent as a signer or account of the vault message', () => {
    expect(proposed({ inner: [SystemProgram.transfer({ fromPubkey: CAST.agent, toPubkey: CAST.recipient, lamports: 1 })] })).toBe(
      'unknown_shape',
    );
    expect(proposed({ inner: [transfer(CAST.agent)] })).toBe('unknown_shape');
  });
  test('the fee account as a signer of the vault message: its float would pay', () => {
    expect(proposed({ inner: [SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: CAST.recipient, lamports: 1 })] })).toBe(
      'unknown_shape',
    );
  });
  test('other accounts at execution than the owner saw', () => {
    const outcomeOf = steps((all) => {
      const last = all[4]?.keys.find(({ pubkey }) => pubkey.equals(CAST.recipient));
      if (last) last.pubkey = stranger.publicKey;
      return all;
    });
    expect(outcomeOf).toBe('unknown_shape');
  });
  test('rent back to someone else', () => expect(proposed({ rentCollector: stranger.publicKey })).toBe('unknown_shape'));
  test('both approvals by the owner', () => {
    const twice = (all: TransactionInstruction[]): TransactionInstruction[] =>
      all.flatMap((step, at) => {
        const owner = all[2];
        return at === 3 && owner ? [owner] : [step];
      });
    expect(steps(twice)).toBe('unknown_shape');
  });
  test('a vault message with a trailing byte', () => {
    const longer = (all: TransactionInstruction[]): TransactionInstruction[] => {
      const create = all[0];
      if (!create) return all;
      const length = create.data.readUInt32LE(10);
      const data = Buffer.concat([create.data.subarray(0, 14 + length), Buffer.of(0), create.data.subarray(14 + length)]);
      data.writeUInt32LE(length + 1, 10);
      create.data = data;
      return all;
    };
    expect(steps(longer)).toBe('malformed');
  });
  test('the agent or the owner as fee payer', () => {
    expect(outcome(compile(CAST.agent, proposalInstructions(CAST)))).toBe('unknown_shape');
    expect(outcome(compile(CAST.owner, proposalInstructions(CAST)))).toBe('unknown_shape');
  });
});
