import type { Address } from '@countersign/core';
import { type Keypair, PublicKey } from '@solana/web3.js';
import { addressOf, type Cast, compile, memo, spendInstruction } from './message-builder.ts';
import { boundsFor, NETWORK, rotateOrder } from './owner-side.ts';
import { OWNER_KEY, type TestSigner, WALLET } from './test-signer.ts';

export const pinsOf = (cast: Cast, owner: Keypair = OWNER_KEY): Record<string, unknown> => ({
  ...{ walletId: WALLET, ownerPublicKey: addressOf(owner.publicKey), multisig: addressOf(cast.multisig), network: NETWORK },
});

/** The cast with the prepared key as agent. */
export async function prepare({ ask }: TestSigner, cast: Cast, owner: Keypair = OWNER_KEY): Promise<Cast> {
  const answer = await ask('prepare_key', pinsOf(cast, owner));
  if ('refused' in answer) throw new Error(JSON.stringify(answer.refused));
  return { ...cast, agent: new PublicKey(answer.ok['agentPublicKey'] as Address) };
}

/** Prepares and rotates; gives the cast with the new agent. */
export async function rotate(signer: TestSigner, cast: Cast, revision: number, owner: Keypair = OWNER_KEY): Promise<Cast> {
  const next = await prepare(signer, cast, owner);
  const order = rotateOrder(owner, cast, boundsFor(next, { revision }));
  const answer = await signer.ask('rotate_key', { walletId: WALLET, ...order });
  if ('refused' in answer) throw new Error(JSON.stringify(answer.refused));
  return next;
}

let unique = 0;
/** A spend of its own bytes: the memo differs. */
export function spendOf(cast: Cast, amount: number): Record<string, unknown> {
  unique += 1;
  return { walletId: WALLET, kind: 'spend', message: compile(cast.fee, [spendInstruction(cast, { amount }), memo(`s${unique}`)]) };
}

export interface WalletStatus {
  readonly agentPublicKey: Address;
  readonly policyRevision: number;
  readonly state: string;
  readonly owner: Address;
  readonly seq: number;
  readonly signaturesLastMinute: number;
  readonly windows: readonly { readonly asset: string; readonly seconds: number; readonly used: bigint }[];
}
export async function statusOf({ ask }: TestSigner): Promise<WalletStatus> {
  const answer = await ask('status', { walletId: WALLET });
  if ('refused' in answer) throw new Error(JSON.stringify(answer.refused));
  return answer.ok['wallet'] as WalletStatus;
}
