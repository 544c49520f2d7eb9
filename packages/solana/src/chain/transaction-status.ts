import { domainError, type TransactionStatus } from '@countersign/core';
import { ChainProblem } from './chain-problem.ts';
import { describeChainError } from './describe-chain-error.ts';
import { type OldestBlock, readOldestBlock } from './oldest-block.ts';
import { contextOf, countOf, listOf, objectOf } from './read-json.ts';
import { type Call, type RpcPool, unreadable } from './rpc-pool.ts';

/** What was found of each signature, in order, and what it proves where nothing was. */
export interface Statuses {
  readonly statuses: readonly TransactionStatus[];
  readonly finalizedBlockHeight: bigint;
  readonly searchedFromBlockHeight: bigint;
}
interface Look extends Statuses {
  readonly oldest: OldestBlock;
}
type Found = Exclude<TransactionStatus, { readonly kind: 'not_found' }>;

const BATCH = 256;
const RANK: Readonly<Record<Found['kind'], number>> = { processed: 0, confirmed: 1, finalized: 2 };

/**
 * INVARIANT I3: statuses, and a finalized height past which what was not found never lands. With several nodes configured all are asked:
 * - `not_found` means that no node that answers has it, and the height is the lowest that any of them told before it looked again, so
 *   that a node behind the others is never taken for one that would know. The history searched is the shortest of theirs.
 * - A transaction is as final as the node says that has seen least of it; one that does not have it holds it at `confirmed`, unless its
 *   history no longer reaches back so far. Errors that differ hold it at `processed`, and are `nodes_disagree` where both call it final.
 * - When fewer than two answer, nothing is proven: no height is told (0) and nothing is final.
 * Throws `ChainProblem` `chain_unavailable` when no node answers.
 */
export async function readStatuses(pool: RpcPool, signatures: readonly string[]): Promise<Statuses> {
  if (pool.size === 1) {
    const { oldest: _, ...only } = await pool.read((call) => look(call, signatures));
    return only;
  }
  const answers = await pool.ask((call) => look(call, signatures));
  const looks = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  if (looks.length === 0) {
    const problem = answers.flatMap((answer) => (answer.ok ? [] : [`node ${answer.node}: ${answer.problem}`])).join('; ');
    throw new ChainProblem(domainError('chain_unavailable', { problem }));
  }
  const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);
  return {
    statuses: signatures.map((signature, index) => combine(signature, index, looks)),
    finalizedBlockHeight: looks.length < 2 ? 0n : looks.map((each) => each.finalizedBlockHeight).reduce(least),
    searchedFromBlockHeight: looks.map((each) => each.searchedFromBlockHeight).reduce((one, other) => (one > other ? one : other)),
  };
}

function combine(signature: string, index: number, looks: readonly Look[]): TransactionStatus {
  const found = looks.flatMap(({ statuses }): readonly Found[] => {
    const status = statuses[index];
    return status === undefined || status.kind === 'not_found' ? [] : [status];
  });
  const [first] = found;
  if (first === undefined) return { kind: 'not_found' };
  const least = found.reduce((one, other) => (RANK[other.kind] < RANK[one.kind] ? other : one), first);
  if (found.some(({ error }) => (error === null) !== (first.error === null))) {
    if (least.kind !== 'finalized') return { ...least, kind: 'processed', error: null };
    throw new ChainProblem(domainError('nodes_disagree', { problem: `nodes tell different outcomes of ${signature}` }));
  }
  const witnesses = looks.filter(({ statuses, oldest }) => statuses[index]?.kind !== 'not_found' || oldest.slot <= least.slot);
  const held = least.kind === 'finalized' && (looks.length < 2 || witnesses.length > found.length);
  return held ? { ...least, kind: 'confirmed' } : least;
}

/**
 * One node's statuses and finalized block height. The height is asked after the statuses, and whatever was not found is then looked for
 * once more: a block up to that height is final by the second look, so that a transaction that could only have landed up to it and is
 * still not found never will. How far back the node can look is asked last, since it drops the oldest first.
 */
async function look(call: Call, signatures: readonly string[]): Promise<Look> {
  const first = await fetchStatuses(call, signatures);
  const finalizedBlockHeight = countOf(await call('getBlockHeight', [{ commitment: 'finalized' }]), 'getBlockHeight');
  const missing = signatures.filter((_, index) => first[index]?.kind === 'not_found');
  const second = missing.length === 0 ? [] : await fetchStatuses(call, missing);
  const oldest = second.some(({ kind }) => kind === 'not_found') ? await readOldestBlock(call) : { slot: 0n, height: 0n };
  const found = new Map(missing.map((signature, index) => [signature, second[index]]));
  const statuses = signatures.map((signature, index) => found.get(signature) ?? first[index] ?? unreadable('getSignatureStatuses'));
  return { statuses, finalizedBlockHeight, searchedFromBlockHeight: oldest.height, oldest };
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
