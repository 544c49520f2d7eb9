import type { Address, DomainError, NonceAccount, Result, WalletAddresses } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { compileDurable } from '../../build/nonce-messages.ts';
import type { Configuration } from '../../build/squads-instructions.ts';
import { testKey } from '../../test-support/test-key.ts';
import { type TestWallet, testWallet } from '../../test-support/test-wallet.ts';

export const mallory: Address = testKey('kit mallory').address;
export const recovery: Address = testKey('kit recovery').address;
export const limits: readonly Address[] = [1, 2, 3].map((number) => testKey(`kit limit ${number}`).address);

/** A wallet with a nonce of its owner, another one, and messages over that nonce. */
export interface KitWorld {
  readonly wallet: TestWallet;
  readonly other: TestWallet;
  readonly addresses: WalletAddresses;
  readonly nonce: NonceAccount;
  readonly by: Configuration;
  /** Paid by the fee account. */
  lockdown(...instructions: readonly Instruction[]): Uint8Array;
  /** Paid by the recovery key. */
  handOver(...instructions: readonly Instruction[]): Uint8Array;
}

export async function kitWorld(): Promise<KitWorld> {
  const [wallet, other] = [await testWallet('kit'), await testWallet('another kit')];
  const { addresses } = wallet;
  const nonce = { address: testKey('kit nonce').address, authority: addresses.owner, nonce: testKey('kit nonce value').address };
  return {
    ...{ wallet, other, addresses, nonce },
    by: { multisig: addresses.multisig, authority: addresses.owner, payer: addresses.feeAccount },
    lockdown: (...instructions) => compileDurable(addresses.feeAccount, nonce, instructions).bytes,
    handOver: (...instructions) => compileDurable(recovery, nonce, instructions).bytes,
  };
}

/** Why it is no kit; throws where it is one. */
export function refused(result: Result<unknown, DomainError>): string {
  if (result.ok || result.error.code !== 'kit_invalid') throw new Error(`not refused as a kit: ${JSON.stringify(result)}`);
  return result.error.problem;
}
