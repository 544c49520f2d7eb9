import { type DomainError, domainError, fail, ok, type Result } from '@countersign/core';
import type { RpcOutcome } from './json-rpc-node.ts';
import { isNodeTrouble, type RpcPool } from './rpc-pool.ts';

const ALREADY_THERE = /already (been )?processed/i;

/** The port's promise: whatever was not handed over within a second never is. */
const SEND_MS = 1_000;

/**
 * Hands the bytes to every node at once; one that takes them is enough. Errors:
 * - `chain_rejected` with `mayHaveLanded: true`: no node said yes, and at least one broke off or timed out after it may have read them;
 * - `chain_rejected` with `mayHaveLanded: false`: every node that was reached refused the bytes, and no request was lost on its way;
 * - `chain_unavailable`: no node was reached or all were unwell, and none took the bytes.
 * Each speaks of this submission only: the same bytes may have landed by an earlier one.
 */
export async function submit(pool: RpcPool, wire: Uint8Array): Promise<Result<void, DomainError>> {
  const params = [Buffer.from(wire).toString('base64'), { encoding: 'base64', skipPreflight: true, maxRetries: 0 }];
  const outcomes = await pool.broadcast('sendTransaction', params, SEND_MS);
  if (outcomes.some(accepted)) return ok(undefined);
  const problem = outcomes.map((outcome, index) => `node ${index + 1}: ${wordsOf(outcome)}`).join('; ');
  if (outcomes.some((outcome) => outcome.kind === 'unreachable' && outcome.sent))
    return fail(domainError('chain_rejected', { problem, mayHaveLanded: true }));
  if (outcomes.every(isNodeTrouble)) return fail(domainError('chain_unavailable', { problem }));
  return fail(domainError('chain_rejected', { problem, mayHaveLanded: false }));
}

function accepted(outcome: RpcOutcome): boolean {
  return outcome.kind === 'result' || (outcome.kind === 'error' && ALREADY_THERE.test(outcome.message));
}

function wordsOf(outcome: RpcOutcome): string {
  if (outcome.kind === 'result') return 'accepted';
  return outcome.kind === 'error' ? `${outcome.message} (${outcome.code})` : outcome.problem;
}
