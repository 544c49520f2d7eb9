import { type Address, tokenAsset } from '@countersign/core';
import type { Instruction } from '@solana/kit';
import { PublicKey } from '@solana/web3.js';
import { testKey } from '../../test-support/test-key.ts';
import { NATIVE_MINT, TOKEN } from '../addresses/programs.ts';
import { tokenAccountOf } from '../addresses/token-account-of.ts';
import { type CallWorld, callWorld, kitInstruction, mallory, recipient } from './call-world.ts';
import { mintAccount, tokenAccount } from './chain-accounts.ts';

export const mint: Address = testKey('token mint').address;
export const destination: Address = tokenAccountOf(recipient, mint, TOKEN);
/** A token account of somebody else. */
export const stray: Address = testKey('stray account').address;
export const key = (text: Address): PublicKey => new PublicKey(text);
export const of = (instruction: Parameters<typeof kitInstruction>[0]): Instruction => kitInstruction(instruction);

/** A wallet with tokens of one mint and wrapped SOL, and a recipient with an account of that mint. */
export interface TokenWorld {
  readonly world: CallWorld;
  readonly vault: Address;
  readonly source: Address;
  readonly wrapped: Address;
}

export async function tokenWorld(name: string): Promise<TokenWorld> {
  const world = await callWorld(name);
  const { vault } = world;
  const source = tokenAccountOf(vault, mint, TOKEN);
  const wrapped = tokenAccountOf(vault, NATIVE_MINT, TOKEN);
  world.chain
    .set(mint, mintAccount({ decimals: 6 }))
    .set(NATIVE_MINT, mintAccount({ decimals: 9 }))
    .set(source, tokenAccount({ mint, owner: vault, amount: 1_000n }))
    .set(destination, tokenAccount({ mint, owner: recipient }))
    .set(wrapped, tokenAccount({ mint: NATIVE_MINT, owner: vault, native: true, amount: 77n }))
    .set(stray, tokenAccount({ mint, owner: mallory }));
  return { world, vault, source, wrapped };
}

/** Five base units from the vault to the recipient. */
export function outflowOf({ vault, source }: TokenWorld): object {
  return {
    kind: 'asset_outflow',
    asset: tokenAsset(mint),
    amount: 5n,
    decimals: 6,
    source: vault,
    sourceAccount: source,
    destination: recipient,
    destinationAccount: destination,
    hazards: [],
  };
}
