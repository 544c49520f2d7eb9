import type { TransactionStatus } from '@countersign/core';
import { describeChainError } from './describe-chain-error.ts';
import { contextOf, countOf, listOf, objectOf } from './read-json.ts';
import { type Call, unreadable } from './rpc-pool.ts';

const BATCH = 256;

/**
 * The status of each signature and a finalized block height, all from one node. The height is asked after the statuses, and whatever was
 * not found is then looked for once more: a block up to that height is final by the second look, so that a transaction that could only
 * have landed up to it and is still not found never will (INVARIANT I3).
 */
export async function readStatuses(
  call: Call,
  signatures: readonly string[],
): Promise<{ readonly statuses: readonly TransactionStatus[]; readonly finalizedBlockHeight: bigint }> {
  const first = await fetchStatuses(call, signatures);
  const finalizedBlockHeight = countOf(await call('getBlockHeight', [{ commitment: 'finalized' }]), 'getBlockHeight');
  const missing = signatures.filter((_, index) => first[index]?.kind === 'not_found');
  const second = missing.length === 0 ? [] : await fetchStatuses(call, missing);
  const found = new Map(missing.map((signature, index) => [signature, second[index]]));
  const statuses = signatures.map((signature, index) => found.get(signature) ?? first[index] ?? unreadable('getSignatureStatuses'));
  return { statuses, finalizedBlockHeight };
}

async function fetchStatuses(call: Call, signatures: readonly string[]): Promise<readonly TransactionStatus[]> {
  const statuses: TransactionStatus[] = [];
  for (let start = 0; start < signatures.length; start += BATCH) {
    const batch = signatures.slice(start, start + BATCH);
    const answer = await call('getSignatureStatuses', [batch, { searchTransactionHistory: true }]);
    const values = listOf(contextOf(answer, 'getSignatureStatuses').value, 'getSignatureStatuses');
    if (values.length !== batch.length) unreadable('getSignatureStatuses');
    statuses.push(...values.map(readStatus));
  }
  return statuses;
}

function readStatus(value: unknown): TransactionStatus {
  if (value === null) return { kind: 'not_found' };
  const { slot, err, confirmationStatus, confirmations } = objectOf(value, 'a transaction status');
  // Before `confirmationStatus` was told, rooted transactions had no count of confirmations.
  const kind = confirmationStatus ?? (confirmations === null ? 'finalized' : 'processed');
  if (kind !== 'processed' && kind !== 'confirmed' && kind !== 'finalized') return unreadable('a confirmation status');
  return { kind, slot: countOf(slot, 'the slot of a transaction'), error: describeChainError(err) };
}
