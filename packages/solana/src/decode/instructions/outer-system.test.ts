import { type Address, address } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { kitAddress } from '../../build/kit-address.ts';
import { buildNonceAccounts } from '../../build/nonce-messages.ts';
import { type Attacked, attackedWallet, lifetime, mallory, withAccount, withData } from '../../test-support/attacked-wallet.ts';
import { must } from '../../test-support/must.ts';
import { contextOf } from '../../test-support/test-wallet.ts';
import { decodeMessage, NO_FACTS, parseMessage } from '../index.ts';

let attacked: Attacked;
let create: Instruction;
let initialize: Instruction;

beforeAll(async () => {
  attacked = await attackedWallet();
  const { feeAccount, owner } = attacked.wallet.addresses;
  const [message] = await buildNonceAccounts(feeAccount, owner, ['seed'], lifetime);
  const parsed = must(parseMessage(message?.bytes ?? new Uint8Array()));
  const [first, second] = parsed.instructions.map(
    ({ program, accounts, data }): Instruction => ({
      programAddress: kitAddress(program),
      accounts: accounts.map(({ address: named, signer, writable }) => ({
        address: kitAddress(named ?? address('11111111111111111111111111111111')),
        role: ((signer ? 2 : 0) + (writable ? 1 : 0)) as 0 | 1 | 2 | 3,
      })),
      data,
    }),
  );
  if (!first || !second) throw new Error('two instructions');
  [create, initialize] = [first, second];
});

describe('nonce accounts of the fee account', () => {
  test('are understood: what they cost, and who has them', async () => {
    const { feeAccount, owner } = attacked.wallet.addresses;
    const messages = await buildNonceAccounts(feeAccount, owner, ['a', 'b', 'c', 'd', 'e'], lifetime);
    expect(messages.map(({ signers }) => signers)).toEqual([[feeAccount], [feeAccount]]);
    const effects = messages.flatMap(({ bytes }) => must(decodeMessage(bytes, contextOf(attacked.wallet), NO_FACTS)));
    const made = effects.filter(({ kind }) => kind === 'account_creation');
    expect(made).toHaveLength(5);
    for (const each of made)
      expect(each).toMatchObject({ payer: feeAccount, what: 'durable nonce account', maximumRentLamports: 1_447_680n });
    expect(effects.filter((effect) => effect.kind === 'authority_change' && effect.to === owner)).toHaveLength(5);
    expect(effects.filter(({ kind }) => kind === 'unknown')).toEqual([]);
  });

  const cases: readonly [string, () => readonly Instruction[]][] = [
    ['made and given to nobody', () => [create]],
    ['given away though it was not made here', () => [initialize]],
    ['given away twice', () => [create, initialize, initialize]],
    ['made twice', () => [create, create, initialize]],
    ['given away before it is made', () => [initialize, create]],
    ['paid by somebody else', () => [withAccount(create, 0, mallory), initialize]],
    ['at another address than its seed gives', () => [withAccount(create, 1, mallory), withAccount(initialize, 0, mallory)]],
    ['of another size', () => [withData(create, (bytes) => bytes.map((byte, at) => (at === bytes.length - 40 ? 81 : byte))), initialize]],
    ['of another program', () => [withData(create, (bytes) => bytes.map((byte, at) => (at === bytes.length - 1 ? 1 : byte))), initialize]],
    ['with a byte more', () => [withData(create, (bytes) => [...bytes, 0]), initialize]],
    ['given away with a byte more', () => [create, withData(initialize, (bytes) => [...bytes, 0])]],
    ['with another sysvar', () => [create, withAccount(initialize, 1, mallory)]],
    ['with another rent', () => [create, withAccount(initialize, 2, mallory)]],
  ];
  test.each(cases)('INVARIANT I5: %s is unknown', (_, make) => {
    expect(attacked.unknownsOf(...make())).not.toEqual([]);
  });

  test('INVARIANT I5: nothing else of the System program is understood at the top of a message', () => {
    for (const number of [0, 1, 2, 5, 7, 8, 9, 10, 11, 12, 13, 200]) {
      const other = withData(create, (bytes) => bytes.map((byte, at) => (at === 0 ? number : byte)));
      expect(attacked.unknownsOf(other)).toEqual([expect.stringContaining(`System instruction ${number}`)]);
    }
    const authority: Address = attacked.wallet.addresses.agent;
    const advance: Instruction = {
      ...initialize,
      accounts: [...(initialize.accounts ?? []).slice(0, 2), { address: kitAddress(authority), role: 2 }],
      data: Uint8Array.of(4, 0, 0, 0),
    };
    expect(attacked.unknownsOf(advance), 'a nonce of the agent').toEqual([expect.stringContaining('the owner')]);
  });
});
