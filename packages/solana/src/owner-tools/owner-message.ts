import { type Address, type BuiltMessage, type DecodeContext, domainError, type Effect } from '@countersign/core';
import { ChainProblem } from '../chain/chain-problem.ts';
import type { RpcPool } from '../chain/rpc-pool.ts';
import { understandMessage } from '../chain/understand.ts';
import { describeEffect } from '../decode/index.ts';

/** Exact bytes to be signed, and what they do by the decoder that shares nothing with what built them (INVARIANT I6). */
export interface OwnerMessage {
  readonly bytes: Uint8Array;
  /** Who must sign, the fee payer first. */
  readonly signers: readonly Address[];
  /** Signatures that are there already. */
  readonly given: readonly { readonly signer: Address; readonly signature: Uint8Array }[];
  /** After a finalized block of this height it can land no more; `null`: it never expires. */
  readonly lastValidBlockHeight: bigint | null;
  readonly effects: readonly Effect[];
  /** One plain sentence an effect. */
  readonly sentences: readonly string[];
}

/** Whose wallet it is, as the bytes are read. */
export async function decodeForOwner(
  pool: RpcPool,
  { bytes, signers, lastValidBlockHeight }: Pick<BuiltMessage, 'bytes' | 'signers'> & { readonly lastValidBlockHeight: bigint | null },
  context: DecodeContext,
  given: OwnerMessage['given'] = [],
): Promise<OwnerMessage> {
  const { effects } = await understandMessage(pool, bytes, context);
  const unknown = effects.find((effect) => effect.kind === 'unknown');
  if (unknown) throw new ChainProblem(domainError('decoded_differently', { problem: describeEffect(unknown) }));
  return { bytes, signers, given, lastValidBlockHeight, effects, sentences: effects.map(describeEffect) };
}

/** What the messages can cost whoever pays: fees, and rent that stays. */
export function mostLamports(messages: readonly OwnerMessage[], payer: Address): bigint {
  return messages
    .flatMap(({ effects }) => effects)
    .reduce((sum, effect) => {
      if (effect.kind === 'fee' && effect.payer === payer) return sum + effect.amountLamports;
      return effect.kind === 'account_creation' && effect.payer === payer ? sum + effect.maximumRentLamports : sum;
    }, 0n);
}
