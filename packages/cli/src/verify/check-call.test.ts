import { type Address, NATIVE_ASSET } from '@countersign/core';
import type { PreparedView } from '@countersign/sdk';
import { createTestKey } from '@countersign/testkit';
import { describe, expect, test } from 'vitest';
import {
  APPROVAL_ID,
  addressesFor,
  type BuiltInstruction,
  must,
  preparedCall,
  preparedPayment,
  RECIPIENT,
  STRANGER,
  transaction,
} from '../test-support/prepared.ts';
import { checkPrepared } from './check-prepared.ts';

const owner = createTestKey(Buffer.alloc(32, 77)).address;
const nowMs = Date.parse('2026-05-01T12:00:00Z');
const PROGRAM = createTestKey(Buffer.alloc(32, 20)).address;
const SYSTEM = '11111111111111111111111111111111' as Address;
const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
const ACCOUNT = createTestKey(Buffer.alloc(32, 21)).address;

const check = (prepared: PreparedView) => checkPrepared(prepared, { key: owner, approval: APPROVAL_ID, nowMs, inForce: [] });
function refusal(prepared: PreparedView): string {
  const checked = check(prepared);
  if (checked.ok) throw new Error('was accepted');
  expect(checked.error).toMatchObject({ exitCode: 7, code: 'refused_to_sign' });
  return (checked.error.details ?? []).join('\n');
}

/** As the builder counts them. */
const READONLY = 0;
const WRITABLE = 1;
const READONLY_SIGNER = 2;
const WRITABLE_SIGNER = 3;
type KitAddress = BuiltInstruction['programAddress'];
const instruction = (program: Address, data: Uint8Array, accounts: readonly (readonly [Address, number])[]): BuiltInstruction => ({
  programAddress: program as string as KitAddress,
  accounts: accounts.map(([address, role]) => ({ address: address as string as KitAddress, role })),
  data,
});
function transfer(from: Address, to: Address, lamports: bigint): BuiltInstruction {
  const data = Buffer.alloc(12);
  data.writeUInt32LE(2);
  data.writeBigUInt64LE(lamports, 4);
  return instruction(SYSTEM, data, [
    [from, WRITABLE_SIGNER],
    [to, WRITABLE],
  ]);
}
const call = (data: string, vault: Address, more: readonly Address[] = []): BuiltInstruction =>
  instruction(PROGRAM, Buffer.from(data, 'hex'), [[vault, WRITABLE_SIGNER], ...more.map((address) => [address, WRITABLE] as const)]);

describe('INVARIANT I6: a call is read from its bytes', () => {
  test('what is understood is shown whole, and what only a program knows has to be typed', async () => {
    const prepared = await preparedCall(owner, ({ vault }) => [transfer(vault, RECIPIENT, 5n), call('0badcafe', vault, [ACCOUNT])]);
    const checked = must(check(prepared));
    const { vault } = await addressesFor(owner);
    const summary = checked.summary.join('\n');
    for (const part of [RECIPIENT, '5 lamports', PROGRAM, '0badcafe', ACCOUNT, vault]) expect(summary).toContain(part);
    expect(summary).toContain('UNKNOWN: ');
    expect(checked.notUnderstood).toEqual([{ sentence: expect.stringContaining(PROGRAM), word: PROGRAM.slice(0, 8), program: PROGRAM }]);
    expect(checked.claims.join('\n')).toContain('The service read it as: The vault calls a program.');
  });

  test('one that is understood completely needs nothing typed', async () => {
    const checked = must(check(await preparedCall(owner, ({ vault }) => [transfer(vault, RECIPIENT, 5n), transfer(vault, STRANGER, 7n)])));
    expect(checked.notUnderstood).toEqual([]);
    expect(checked.summary.join('\n')).toContain(STRANGER);
  });

  test('the meaning changes with every byte that the program gets', async () => {
    const [one, same, other, elsewhere] = await Promise.all([
      preparedCall(owner, ({ vault }) => [call('01', vault)]),
      preparedCall(owner, ({ vault }) => [call('01', vault)]),
      preparedCall(owner, ({ vault }) => [call('02', vault)]),
      preparedCall(owner, ({ vault }) => [call('01', vault, [ACCOUNT])]),
    ]);
    const meaning = (prepared: PreparedView): string => must(check(prepared)).meaning;
    expect(meaning(one)).toBe(meaning(same));
    expect(meaning(other)).not.toBe(meaning(one));
    expect(meaning(elsewhere)).not.toBe(meaning(one));
  });

  test('attack: what is not understood hides nothing: every byte of it is shown, and other bytes are another meaning', async () => {
    const move = ({ vault }: { readonly vault: Address }, amount: string): BuiltInstruction =>
      instruction(TOKEN, Buffer.from(`03${amount}`, 'hex'), [
        [ACCOUNT, WRITABLE],
        [STRANGER, WRITABLE],
        [vault, READONLY_SIGNER],
      ]);
    const [little, much] = await Promise.all(
      ['e803000000000000', 'ffffffffffffffff'].map((amount) => preparedCall(owner, (addresses) => [move(addresses, amount)])),
    );
    const [one, other] = [must(check(little as PreparedView)), must(check(much as PreparedView))];
    expect(one.notUnderstood).toEqual([expect.objectContaining({ word: 'Tokenkeg' })]);
    expect(one.meaning).not.toBe(other.meaning);
    const summary = other.summary.join('\n');
    for (const part of ['03ffffffffffffffff', ACCOUNT, STRANGER, TOKEN]) expect(summary).toContain(part);
  });

  test('attack: something beside the vault transaction, signed by the owner who signs the message', async () => {
    const harmless = ({ vault }: { readonly vault: Address }) => [transfer(vault, RECIPIENT, 5n)];
    const beside = [
      ({ owner: victim }: { readonly owner: Address }) => [transfer(victim, STRANGER, 9n)],
      ({ feeAccount }: { readonly feeAccount: Address }) => [transfer(feeAccount, STRANGER, 9n)],
      ({ owner: victim }: { readonly owner: Address }) => [call('01', victim)],
      () => [instruction(PROGRAM, Uint8Array.of(1), [])],
    ];
    for (const around of beside) expect(refusal(await preparedCall(owner, harmless, around))).toContain('beside what the vault does');
  });

  test('attack: control given away inside the call', async () => {
    const setAuthority = ({ vault }: { readonly vault: Address }): BuiltInstruction =>
      instruction(TOKEN, Buffer.concat([Buffer.of(6, 2, 1), Buffer.alloc(32, 9)]), [
        [ACCOUNT, WRITABLE],
        [vault, READONLY_SIGNER],
      ]);
    expect(refusal(await preparedCall(owner, (addresses) => [setAuthority(addresses)]))).toMatch(/belong/);
    const assign = ({ vault }: { readonly vault: Address }): BuiltInstruction =>
      instruction(SYSTEM, Buffer.concat([Buffer.of(1, 0, 0, 0), Buffer.alloc(32, 9)]), [[vault, WRITABLE_SIGNER]]);
    expect(refusal(await preparedCall(owner, (addresses) => [assign(addresses)]))).toMatch(/belong/);
  });

  test('a delegate, and an account whose wallet nobody knows, are pointed out', async () => {
    const approve = ({ vault }: { readonly vault: Address }): BuiltInstruction =>
      instruction(TOKEN, Buffer.concat([Buffer.of(4), Buffer.from('e803000000000000', 'hex')]), [
        [ACCOUNT, WRITABLE],
        [STRANGER, READONLY],
        [vault, READONLY_SIGNER],
      ]);
    const checked = check(await preparedCall(owner, (addresses) => [approve(addresses)]));
    // From the bytes alone nobody knows whose the account is; it is said one way or the other, never left out.
    if (checked.ok) expect([...checked.value.warnings, ...checked.value.notUnderstood.map(({ sentence }) => sentence)].join()).not.toBe('');
    else expect(checked.error.code).toBe('refused_to_sign');
  });

  test('attack: a payment that is said to be a call is read all the same, and a call said to be a payment is refused', async () => {
    const payment = await preparedPayment(owner);
    const said = transaction({ asset: null, amount: null, recipient: null, message: 'AQID' });
    expect(must(check({ ...payment, transaction: said })).summary.join('\n')).toContain(RECIPIENT);
    const prepared = await preparedCall(owner, ({ vault }) => [call('01', vault)]);
    expect(refusal({ ...prepared, transaction: transaction({ asset: NATIVE_ASSET, amount: '1' }) })).toMatch(/belong|understood/);
  });

  test('another owner, a stranger who has to sign, two transactions, and nothing to do', async () => {
    const prepared = await preparedCall(owner, ({ vault }) => [call('01', vault)]);
    expect(refusal({ ...prepared, messages: [...prepared.messages, ...prepared.messages] })).toContain('one transaction');
    expect(refusal(await preparedCall(STRANGER, ({ vault }) => [call('01', vault)]))).toContain(`this key is ${owner}`);
    expect(
      refusal(
        await preparedCall(
          owner,
          ({ vault }) => [call('01', vault)],
          () => [transfer(STRANGER, RECIPIENT, 1n)],
        ),
      ),
    ).toContain('stranger');
    expect(refusal(await preparedCall(owner, () => []))).toContain('nothing');
  });
});
