import {
  AddressLookupTableAccount,
  Keypair,
  PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
} from '@solana/web3.js';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  BLOCKHASH,
  budget,
  compile,
  createTokenAccount,
  memo,
  spendInstruction,
  spendMessage,
  USDC,
} from '../../../test/support/message-builder.ts';
import { CAST, CONTEXT } from '../../../test/support/parties.ts';
import { attempt, type RefusalCode } from '../refusal.ts';
import { matchSpend } from './match-spend.ts';

const outcome = (message: Uint8Array, context = CONTEXT): RefusalCode | 'signed' => {
  const result = attempt(() => matchSpend(message, context));
  return result.ok ? 'signed' : result.error.code;
};
const stranger = Keypair.generate().publicKey;
const TOKEN_2022 = new PublicKey('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
const spend = (...rest: Parameters<typeof spendInstruction>[1][]): TransactionInstruction => spendInstruction(CAST, rest[0]);

describe('a spend inside the bounds', () => {
  test('native, version 0 and legacy', () => {
    expect(matchSpend(spendMessage(CAST), CONTEXT)).toEqual({ asset: 'SOL', amount: 1000n, recipient: addressOf(CAST.recipient) });
    expect(outcome(spendMessage(CAST, {}, 'legacy'))).toBe('signed');
  });
  test('token, with and without the creation of the recipient account', () => {
    expect(matchSpend(spendMessage(CAST, { mint: USDC }), CONTEXT).asset).toBe(addressOf(USDC));
    const create = createTokenAccount(CAST.fee, CAST.recipient, USDC);
    expect(outcome(compile(CAST.fee, [...budget(), create, spend({ mint: USDC })]))).toBe('signed');
  });
  test('bare, without compute budget and memo', () => {
    expect(outcome(compile(CAST.fee, [spend()]))).toBe('signed');
  });
  test('the cap of one transaction itself', () => {
    expect(outcome(spendMessage(CAST, { amount: 1_000_000 }))).toBe('signed');
  });
});

describe('INVARIANT I1, I5: attacks on a spend', () => {
  test('over the cap by one', () => expect(outcome(spendMessage(CAST, { amount: 1_000_001 }))).toBe('over_transaction_cap'));
  test('an amount of zero', () => expect(outcome(spendMessage(CAST, { amount: 0 }))).toBe('unknown_shape'));
  test("another wallet's multisig", () => {
    const foreign = { multisig: stranger };
    expect(outcome(spendMessage(CAST, foreign))).toBe('wrong_wallet');
  });
  test('another vault of this wallet', () => expect(outcome(spendMessage(CAST, { vaultIndex: 1 }))).toBe('wrong_wallet'));
  test('another spending limit', () => expect(outcome(spendMessage(CAST, { limit: stranger }))).toBe('wrong_wallet'));
  test('the token limit for a native spend', () => expect(outcome(spendMessage(CAST, { limit: CAST.tokenLimit }))).toBe('wrong_wallet'));
  test('a recipient who is not listed, although the limit on chain has an empty destination list', () => {
    expect(outcome(spendMessage(CAST, { destination: stranger }))).toBe('recipient_not_listed');
    expect(outcome(spendMessage(CAST, { destination: stranger, mint: USDC }))).toBe('recipient_not_listed');
  });
  test('empty recipients allow nothing', () => {
    const [first] = CONTEXT.bounds.assets;
    const bounds = { ...CONTEXT.bounds, assets: first ? [{ ...first, recipients: [] }] : [] };
    expect(outcome(spendMessage(CAST), { ...CONTEXT, bounds })).toBe('recipient_not_listed');
  });
  test('an asset without bounds', () => expect(outcome(spendMessage(CAST, { mint: stranger }))).toBe('unknown_shape'));
  test('other decimals', () => expect(outcome(spendMessage(CAST, { decimals: 6 }))).toBe('unknown_shape'));
  test('the token-2022 program', () => expect(outcome(spendMessage(CAST, { mint: USDC, tokenProgram: TOKEN_2022 }))).toBe('unknown_shape'));
  test("a listed recipient whose token account is someone else's", () => {
    const instruction = spend({ mint: USDC });
    const token = instruction.keys[8];
    if (token) token.pubkey = createTokenAccount(CAST.fee, stranger, USDC).keys[1]?.pubkey ?? stranger;
    expect(outcome(compile(CAST.fee, [instruction]))).toBe('recipient_not_listed');
  });
  test('two spends in one message', () => {
    expect(outcome(compile(CAST.fee, [spend({ amount: 1 }), spend({ amount: 2 })]))).toBe('unknown_shape');
  });
  test('a system transfer beside the spend', () => {
    const drain = SystemProgram.transfer({ fromPubkey: CAST.fee, toPubkey: stranger, lamports: 1 });
    expect(outcome(compile(CAST.fee, [spend(), drain]))).toBe('unknown_shape');
  });
  test('durable nonce AdvanceNonce', () => {
    const advance = SystemProgram.nonceAdvance({ noncePubkey: stranger, authorizedPubkey: CAST.fee });
    expect(outcome(compile(CAST.fee, [advance, spend()]))).toBe('unknown_shape');
  });
  test('the agent as fee payer', () => expect(outcome(compile(CAST.agent, [spend()]))).toBe('unknown_shape'));
  test('a stranger as fee payer', () => expect(outcome(compile(stranger, [spend()]))).toBe('unknown_shape'));
  test('a further required signer', () => {
    const instruction = spend();
    instruction.keys.push({ pubkey: stranger, isSigner: true, isWritable: false });
    expect(outcome(compile(CAST.fee, [instruction]))).toBe('unknown_shape');
  });
  test('the agent as memo signer', () => {
    const signed = memo('x');
    signed.keys.push({ pubkey: CAST.agent, isSigner: true, isWritable: false });
    expect(outcome(compile(CAST.fee, [spend(), signed]))).toBe('unknown_shape');
  });
  test('a memo of 257 bytes, and two memos', () => {
    expect(outcome(compile(CAST.fee, [spend(), memo('x'.repeat(256))]))).toBe('signed');
    expect(outcome(compile(CAST.fee, [spend(), memo('x'.repeat(257))]))).toBe('unknown_shape');
    expect(outcome(compile(CAST.fee, [spend(), memo('x'), memo('y')]))).toBe('unknown_shape');
  });
  test('a fee over the cap: 2 signatures and 10,001 lamports of priority', () => {
    expect(outcome(compile(CAST.fee, [...budget(1_000_000, 10_000), spend()]))).toBe('signed');
    expect(outcome(compile(CAST.fee, [...budget(1_000_000, 10_001), spend()]))).toBe('fee_too_high');
  });
  test('a price without a unit limit counts with the most units there can be', () => {
    const price = budget(1, 7_200)[1];
    expect(outcome(compile(CAST.fee, [...(price ? [price] : []), spend()]))).toBe('fee_too_high');
  });
  test('compute budget twice, and other requests', () => {
    expect(outcome(compile(CAST.fee, [...budget(), ...budget(), spend()]))).toBe('unknown_shape');
    const [limit] = budget();
    if (limit) limit.data = Buffer.from([1, 0, 0, 4, 0]);
    expect(outcome(compile(CAST.fee, [...(limit ? [limit] : []), spend()]))).toBe('unknown_shape');
  });
  test('a token account for someone else, or paid by the agent, or over the rent cap', () => {
    const other = createTokenAccount(CAST.fee, stranger, USDC);
    expect(outcome(compile(CAST.fee, [other, spend({ mint: USDC })]))).toBe('unknown_shape');
    const byAgent = createTokenAccount(CAST.agent, CAST.recipient, USDC);
    expect(outcome(compile(CAST.fee, [byAgent, spend({ mint: USDC })]))).toBe('unknown_shape');
    const bounds = { ...CONTEXT.bounds, rentCapLamports: 2_039_279n };
    const create = createTokenAccount(CAST.fee, CAST.recipient, USDC);
    expect(outcome(compile(CAST.fee, [create, spend({ mint: USDC })]), { ...CONTEXT, bounds })).toBe('fee_too_high');
  });
  test('an address lookup table', () => {
    const table = new AddressLookupTableAccount({
      key: stranger,
      state: { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0, addresses: [CAST.recipient] },
    });
    const message = new TransactionMessage({ payerKey: CAST.fee, recentBlockhash: BLOCKHASH, instructions: [spend()] });
    expect(outcome(Uint8Array.from(message.compileToV0Message([table]).serialize()))).toBe('unknown_shape');
  });
  test('a trailing byte', () => expect(outcome(Uint8Array.from([...spendMessage(CAST), 0]))).toBe('malformed'));
  test('a trailing byte in the instruction data', () => {
    const instruction = spend();
    instruction.data = Buffer.concat([instruction.data, Buffer.of(0)]);
    expect(outcome(compile(CAST.fee, [instruction]))).toBe('malformed');
  });
  test('version 1 of messages', () => {
    const message = spendMessage(CAST);
    message[0] = 0x81;
    expect(outcome(message)).toBe('malformed');
  });
  test('a writable flag that the spend does not need', () => {
    const instruction = spend();
    const multisig = instruction.keys[0];
    if (multisig) multisig.isWritable = true;
    expect(outcome(compile(CAST.fee, [instruction]))).toBe('unknown_shape');
  });
});
