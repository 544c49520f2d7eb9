import { Keypair, type PublicKey, type TransactionInstruction } from '@solana/web3.js';
import * as squads from '@sqds/multisig';
import { describe, expect, test } from 'vitest';
import { advanceNonce, cancelProposal } from '../../../test/support/kit-builder.ts';
import { addressOf, budget, compile, memo, spendInstruction } from '../../../test/support/message-builder.ts';
import { CAST, CONTEXT } from '../../../test/support/parties.ts';
import { attempt, type RefusalCode } from '../refusal.ts';
import { matchFee } from './match-fee.ts';
import { matchStepBack } from './match-step-back.ts';

const stranger = Keypair.generate().publicKey;
const shared = { multisigPda: CAST.multisig, transactionIndex: 4n };
const reject = (member: PublicKey): TransactionInstruction => squads.instructions.proposalReject({ ...shared, member });
const cancel = (member: PublicKey, index = 4n): TransactionInstruction => cancelProposal(CAST, member, index);
const of = (...instructions: TransactionInstruction[]): RefusalCode | 'signed' => {
  const result = attempt(() => matchStepBack(compile(CAST.fee, instructions), CONTEXT));
  return result.ok ? 'signed' : result.error.code;
};

describe('stepping back', () => {
  test('the agent alone: rejections and cancellations', () => {
    expect(of(...budget(), reject(CAST.agent))).toBe('signed');
    expect(of(cancel(CAST.agent), cancel(CAST.agent, 5n), memo('drain'))).toBe('signed');
  });
  test('the owner cancels beside the agent, and signs then; the fee account pays for it', () => {
    const both = [cancel(CAST.owner), cancel(CAST.agent), cancel(CAST.agent, 5n), cancel(CAST.owner, 5n)];
    expect(of(...budget(), ...both)).toBe('signed');
    const parties = { ...CONTEXT, createKey: addressOf(CAST.createKey) };
    expect(matchFee(compile(CAST.fee, [...budget(), ...both]), parties)).toEqual({ needsCreateKey: false, rents: 0 });
  });
});

describe('attacks on the agent’s voice', () => {
  test('the owner without the agent, the owner rejecting, a stranger', () => {
    expect(of(cancel(CAST.owner))).toBe('unknown_shape');
    expect(of(cancel(CAST.agent), reject(CAST.owner))).toBe('wrong_wallet');
    expect(of(cancel(CAST.agent), cancel(stranger))).toBe('wrong_wallet');
    expect(of(cancel(CAST.agent), cancel(CAST.fee))).toBe('wrong_wallet');
  });
  test('an approval, a payment, another wallet, a durable nonce beside it', () => {
    const approve = squads.instructions.proposalApprove({ ...shared, member: CAST.agent });
    for (const other of [approve, spendInstruction(CAST), advanceNonce(CAST)]) {
      expect(of(cancel(CAST.agent), other)).toBe('unknown_shape');
      expect(of(other, cancel(CAST.owner), cancel(CAST.agent))).toBe('unknown_shape');
    }
    expect(of(cancel(CAST.agent), cancelProposal({ ...CAST, multisig: stranger }, CAST.owner))).toBe('wrong_wallet');
  });
  test('the owner as a proposal; another owner than the pinned one', () => {
    const silent = cancel(CAST.agent);
    const named = { ...silent, keys: silent.keys.map((each, at) => (at === 2 ? { ...each, pubkey: CAST.owner } : each)) };
    expect(of(named as TransactionInstruction)).toBe('unknown_shape');
    const compiled = compile(CAST.fee, [cancel(CAST.agent), cancel(CAST.owner)]);
    const result = attempt(() => matchStepBack(compiled, { ...CONTEXT, owner: addressOf(stranger) }));
    expect(result.ok).toBe(false);
  });
});
