import { type DomainError, domainError, encodeBase58, fail, type Result } from '@countersign/core';
import { asResult, ChainProblem } from '../chain/chain-problem.ts';
import type { RpcPool } from '../chain/rpc-pool.ts';
import { submit } from '../chain/submit.ts';
import { readStatuses } from '../chain/transaction-status.ts';
import { onOwnersChain } from './owner-chain.ts';

export interface SendInput {
  readonly rpcUrls: readonly string[];
  /** Completely signed. */
  readonly wire: Uint8Array;
  /** `null` for a message over a durable nonce. */
  readonly lastValidBlockHeight: bigint | null;
  /** How long to wait for finality, milliseconds. */
  readonly patienceMs: number;
}
export interface Finalized {
  readonly signature: string;
  readonly slot: bigint;
}

const PAUSE_MS = 500;
/** A message can land in so many blocks up to its last valid one. */
const BLOCKHASH_BLOCKS = 150n;

/**
 * Sends the same bytes again and again until the chain has finalized them (INVARIANT I3: nothing else is sent in their place). Errors:
 * `chain_rejected` with `mayHaveLanded: false` where they landed and failed, or provably can land no more; with `mayHaveLanded: true`
 * where patience ended first: look at the wallet before anything is built anew.
 */
export async function sendAndFinalize(input: SendInput): Promise<Result<Finalized, DomainError>> {
  const count = input.wire[0] ?? 0;
  if (count === 0 || count > 127 || input.wire.length < 1 + 64 * count)
    return fail(domainError('invalid_field', { field: 'wire', problem: 'is no signed transaction' }));
  return onOwnersChain(input.rpcUrls, (pool) => send(pool, input));
}

async function send(pool: RpcPool, { wire, lastValidBlockHeight, patienceMs }: SendInput): Promise<Finalized> {
  const signature = encodeBase58(wire.subarray(1, 65));
  let problem = 'it was not finalized in time';
  for (
    const until = performance.now() + patienceMs;
    performance.now() < until;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  ) {
    const sent = await submit(pool, wire);
    if (!sent.ok && 'problem' in sent.error) problem = sent.error.problem;
    const looked = await asResult(() => readStatuses(pool, [signature]));
    if (!looked.ok) continue;
    const { statuses, finalizedBlockHeight, searchedFromBlockHeight } = looked.value;
    const [status] = statuses;
    if (status?.kind === 'finalized') {
      if (status.error === null) return { signature, slot: status.slot };
      throw rejected(`it landed and failed: ${status.error}`, false);
    }
    if (status?.kind !== 'not_found' || lastValidBlockHeight === null) continue;
    if (finalizedBlockHeight > lastValidBlockHeight && searchedFromBlockHeight + BLOCKHASH_BLOCKS <= lastValidBlockHeight)
      throw rejected(`it did not land before it expired (${problem})`, false);
  }
  throw rejected(problem, true);
}

function rejected(problem: string, mayHaveLanded: boolean): ChainProblem {
  return new ChainProblem(domainError('chain_rejected', { problem, mayHaveLanded }));
}
