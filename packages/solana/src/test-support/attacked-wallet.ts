import { type Address, type AssetInfo, type Effect, NATIVE_ASSET, type Payment } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { compileMessage, type Lifetime } from '../build/compile-message.ts';
import { buildVaultMessage } from '../build/intent.ts';
import { kitAddress } from '../build/kit-address.ts';
import { proposalSteps } from '../build/proposal-steps.ts';
import type { VaultMessage } from '../build/vault-message.ts';
import { decodeMessage, NO_FACTS } from '../decode/index.ts';
import { must } from './must.ts';
import { testKey } from './test-key.ts';
import { contextOf, type TestWallet, testWallet } from './test-wallet.ts';

export const mallory: Address = testKey('mallory').address;
export const limit: Address = testKey('attack limit').address;
export const mint: Address = testKey('attack mint').address;
export const recipient: Address = testKey('attack recipient').address;
export const lifetime: Lifetime = { blockhash: testKey('attack blockhash').address as string, lastValidBlockHeight: 1n };
export const sol: AssetInfo = { asset: NATIVE_ASSET, decimals: 9 };
export const pay: Payment = { asset: NATIVE_ASSET, amount: 1_000n, recipient, memo: null };

/** A wallet under attack: what instructions of one message decode to, and an honest proposal to bend. */
export interface Attacked {
  readonly wallet: TestWallet;
  readonly message: VaultMessage;
  readonly steps: readonly Instruction[];
  effectsOf(...instructions: readonly Instruction[]): readonly Effect[];
  unknownsOf(...instructions: readonly Instruction[]): readonly string[];
}

export async function attackedWallet(): Promise<Attacked> {
  const wallet = await testWallet('attack');
  const message = await buildVaultMessage(wallet.addresses, pay, sol);
  const steps = await proposalSteps(wallet.addresses, message, 4n);
  const effectsOf: Attacked['effectsOf'] = (...instructions) => {
    const { bytes } = compileMessage(wallet.addresses.feeAccount, instructions, lifetime);
    return must(decodeMessage(bytes, contextOf(wallet, [recipient]), NO_FACTS));
  };
  const unknownsOf: Attacked['unknownsOf'] = (...instructions) =>
    effectsOf(...instructions).flatMap((effect) => (effect.kind === 'unknown' ? [effect.reason] : []));
  return { wallet, message, steps, effectsOf, unknownsOf };
}

/** The instruction with another account at a position. */
export function withAccount(instruction: Instruction, index: number, changed: Address): Instruction {
  const accounts = (instruction.accounts ?? []).map((each, at) => (at === index ? { ...each, address: kitAddress(changed) } : each));
  return { ...instruction, accounts };
}

/** The instruction with other data. */
export function withData(instruction: Instruction, change: (bytes: number[]) => readonly number[]): Instruction {
  return { ...instruction, data: Uint8Array.from(change([...(instruction.data ?? [])])) };
}
