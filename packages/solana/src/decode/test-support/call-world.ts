import { type Address, address, type DecodeContext, type Effect } from '@countersign/core';
import { AccountRole, type Instruction } from '@solana/kit';
import type { TransactionInstruction } from '@solana/web3.js';
import { compileMessage } from '../../build/compile-message.ts';
import { kitAddress } from '../../build/kit-address.ts';
import { testKey } from '../../test-support/test-key.ts';
import { contextOf, testWallet } from '../../test-support/test-wallet.ts';
import type { AccountFact, AccountFacts } from '../account-facts.ts';
import { accountsToRead } from '../accounts-to-read.ts';
import { type DecodedCallMessage, decodeCall } from '../decode-call.ts';
import { decodeInner } from '../decode-inner.ts';

export const SLOT = 1_000n;
export const mallory: Address = testKey('mallory').address;
export const recipient: Address = testKey('call recipient').address;
export const blockhash: string = testKey('call blockhash').address;

/** A wallet, and the accounts of a chain that is nothing but a map. */
export interface CallWorld {
  readonly context: DecodeContext;
  readonly vault: Address;
  readonly chain: Map<Address, AccountFact>;
  /** The message of an agent, paid by the vault. */
  message(...instructions: readonly Instruction[]): Uint8Array;
  /** Decodes with every account that decoding asks for. */
  call(bytes: Uint8Array): DecodedCallMessage;
  /** What instructions do, without the fee. */
  effects(...instructions: readonly Instruction[]): readonly Effect[];
  unknowns(...instructions: readonly Instruction[]): readonly string[];
  /** What an instruction does when a program calls it. */
  inner(instruction: Instruction): readonly Effect[];
  factsFor(bytes: Uint8Array): AccountFacts;
}

export async function callWorld(name: string): Promise<CallWorld> {
  const wallet = await testWallet(name);
  const context = contextOf(wallet, [recipient]);
  const { vault } = wallet.addresses;
  const chain = new Map<Address, AccountFact>();
  const message: CallWorld['message'] = (...instructions) =>
    compileMessage(vault, instructions, { blockhash, lastValidBlockHeight: 1n }).bytes;
  const factsFor: CallWorld['factsFor'] = (bytes) => {
    const accounts = new Map<Address, AccountFact | null>();
    for (let round = 0; round < 6; round += 1) {
      const wanted = accountsToRead(bytes, context, { slot: SLOT, accounts });
      if (wanted.length === 0) return { slot: SLOT, accounts };
      for (const each of wanted) accounts.set(each, chain.get(each) ?? null);
    }
    throw new Error('decoding asks for accounts without end');
  };
  const call: CallWorld['call'] = (bytes) => decodeCall(bytes, context, factsFor(bytes));
  const effects: CallWorld['effects'] = (...instructions) => call(message(...instructions)).effects.filter(({ kind }) => kind !== 'fee');
  return {
    context,
    vault,
    chain,
    message,
    call,
    effects,
    factsFor,
    unknowns: (...instructions) => effects(...instructions).flatMap((effect) => (effect.kind === 'unknown' ? [effect.reason] : [])),
    inner: ({ programAddress, accounts = [], data = new Uint8Array() }) =>
      decodeInner(
        address(programAddress),
        accounts.map((each) => address(each.address)),
        Uint8Array.from(data),
        context,
        {
          slot: SLOT,
          accounts: new Map([...accounts.map((each) => [address(each.address), chain.get(address(each.address)) ?? null] as const)]),
        },
      ),
  };
}

/** An instruction of web3.js, as Kit has it. */
export function kitInstruction({ programId, keys, data }: TransactionInstruction): Instruction {
  return {
    programAddress: kitAddress(address(programId.toBase58())),
    accounts: keys.map(({ pubkey, isSigner, isWritable }) => ({
      address: kitAddress(address(pubkey.toBase58())),
      role: isSigner
        ? isWritable
          ? AccountRole.WRITABLE_SIGNER
          : AccountRole.READONLY_SIGNER
        : isWritable
          ? AccountRole.WRITABLE
          : AccountRole.READONLY,
    })),
    data: Uint8Array.from(data),
  };
}

/** An instruction by hand: accounts are `ws`, `w`, `s` or `-` and an address. */
export function byHand(
  program: Address,
  accounts: readonly (readonly ['ws' | 'w' | 's' | '-', Address])[],
  data: readonly number[] | Uint8Array,
): Instruction {
  const roles = { ws: AccountRole.WRITABLE_SIGNER, w: AccountRole.WRITABLE, s: AccountRole.READONLY_SIGNER, '-': AccountRole.READONLY };
  return {
    programAddress: kitAddress(program),
    accounts: accounts.map(([role, account]) => ({ address: kitAddress(account), role: roles[role] })),
    data: Uint8Array.from(data),
  };
}

export const u16 = (value: number): readonly number[] => [value & 0xff, value >> 8];
export const u32 = (value: number): readonly number[] => [...Buffer.from(Uint32Array.of(value).buffer)];
export function u64(value: bigint): readonly number[] {
  return [...Buffer.from(BigUint64Array.of(value).buffer)];
}
