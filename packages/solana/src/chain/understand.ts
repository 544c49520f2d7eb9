import type { DecodeContext, DecodedCall, DecodedMessage, Effect } from '@countersign/core';
import {
  type AccountFacts,
  accountsToRead,
  decodeCall,
  decodeMessage,
  NO_FACTS,
  parseMessage,
  type ResolvedInstruction,
} from '../decode/index.ts';
import { isKnownBlockhash } from './blockhash-check.ts';
import { ChainProblem } from './chain-problem.ts';
import { type NeedsAccounts, readFacts } from './read-facts.ts';
import type { RpcPool } from './rpc-pool.ts';

/** A call decoded, and its instructions with the accounts of lookup tables in their places: none where one could not be resolved. */
export interface UnderstoodCall {
  readonly decoded: DecodedCall;
  readonly instructions: readonly ResolvedInstruction[];
}

/**
 * Every effect of a message, decoded with the account data that it needs. A message that needs none costs no call. Throws `ChainProblem`:
 * `undecodable_message`, `nodes_disagree`, `chain_unavailable`.
 */
export async function understandMessage(pool: RpcPool, message: Uint8Array, context: DecodeContext): Promise<DecodedMessage> {
  const parsed = parseMessage(message);
  if (!parsed.ok) throw new ChainProblem(parsed.error);
  const facts = await factsFor(pool, (known) => accountsToRead(message, context, known));
  const decoded = decodeMessage(message, context, facts ?? NO_FACTS);
  if (!decoded.ok) throw new ChainProblem(decoded.error);
  return { effects: decoded.value, slot: facts?.slot ?? null };
}

/**
 * An agent's own message as the vault would execute it. Its blockhash is not what will be signed; but one that this chain does not know
 * shows that the message was made for something else, and what it does here is then unknown (INVARIANT I5). Throws `ChainProblem`:
 * `nodes_disagree`, `chain_unavailable`.
 */
export async function understandCall(pool: RpcPool, message: Uint8Array, context: DecodeContext): Promise<UnderstoodCall> {
  const parsed = parseMessage(message);
  if (!parsed.ok) {
    const { instructions, ...decoded } = decodeCall(message, context, NO_FACTS);
    return { decoded: { ...decoded, slot: null }, instructions };
  }
  const [facts, isKnown] = await Promise.all([
    factsFor(pool, (known) => accountsToRead(message, context, known)),
    isKnownBlockhash(pool, parsed.value.blockhash),
  ]);
  const { effects, pins, payment, instructions } = decodeCall(message, context, facts ?? NO_FACTS);
  const slot = facts?.slot ?? null;
  if (isKnown) return { decoded: { effects, pins, payment, slot }, instructions };
  return { decoded: { effects: [...effects, MADE_ELSEWHERE], pins, payment: null, slot }, instructions };
}

const MADE_ELSEWHERE: Effect = {
  kind: 'unknown',
  instruction: null,
  program: null,
  reason: 'the message was made for another network, or too long ago: this chain does not know its blockhash',
};

async function factsFor(pool: RpcPool, needs: NeedsAccounts): Promise<AccountFacts | null> {
  return needs(NO_FACTS).length === 0 ? null : readFacts(pool, needs, NO_FACTS);
}
