import { ChainProblem } from './chain-problem.ts';
import { countOf, objectOf } from './read-json.ts';
import type { Call } from './rpc-pool.ts';

/** The oldest block of which a node keeps the transactions. Both 0 where it keeps all. */
export interface OldestBlock {
  readonly slot: bigint;
  readonly height: bigint;
}

const REMEMBERED_MS = 60_000;
/** Nodes drop history in batches; more than one drops between two looks, in blocks and in slots. */
const MARGIN = 1_000n;
const WHOLE: OldestBlock = { slot: 0n, height: 0n };
const remembered = new WeakMap<Call, { readonly atMs: number; readonly oldest: OldestBlock }>();

/**
 * From which block on a node's "not found" speaks of the chain and not of what the node has dropped. A node that does not have the method
 * (a development chain) keeps everything. Asked once a minute, with room for what it drops until then.
 */
export async function readOldestBlock(call: Call): Promise<OldestBlock> {
  const known = remembered.get(call);
  const nowMs = performance.now();
  if (known && nowMs - known.atMs < REMEMBERED_MS) return known.oldest;
  const oldest = await fetchOldestBlock(call);
  remembered.set(call, { atMs: nowMs, oldest });
  return oldest;
}

async function fetchOldestBlock(call: Call): Promise<OldestBlock> {
  let first: unknown;
  try {
    first = await call('getFirstAvailableBlock', []);
  } catch (error) {
    if (error instanceof ChainProblem) return WHOLE;
    throw error;
  }
  const slot = countOf(first, 'getFirstAvailableBlock');
  if (slot <= 1n) return WHOLE;
  const config = { transactionDetails: 'none', rewards: false, maxSupportedTransactionVersion: 0, commitment: 'finalized' };
  const { blockHeight } = objectOf(await call('getBlock', [Number(slot), config]), 'getBlock');
  return { slot: slot + MARGIN, height: countOf(blockHeight, 'the height of a block') + MARGIN };
}
