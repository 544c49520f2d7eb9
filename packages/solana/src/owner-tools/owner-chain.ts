import { type DomainError, domainError, fail, type Result } from '@countersign/core';
import { asResult } from '../chain/chain-problem.ts';
import { createRpcPool, type RpcPool } from '../chain/rpc-pool.ts';

const TIMEOUT_MS = 15_000;

/**
 * Runs work on nodes that the owner names, with nothing else: no service, no database. With several nodes what is read has to be the same on all
 * that answer; with one, its word is taken.
 */
export async function onOwnersChain<T>(rpcUrls: readonly string[], work: (pool: RpcPool) => Promise<T>): Promise<Result<T, DomainError>> {
  const wrong = rpcUrls.find((url) => !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol));
  if (rpcUrls.length === 0 || wrong !== undefined)
    return fail(
      domainError('invalid_field', { field: 'rpc', problem: `${wrong ?? 'nothing'} is not the address of a Solana node (http or https)` }),
    );
  const pool = createRpcPool(rpcUrls, TIMEOUT_MS, { nowMs: () => performance.now() });
  try {
    return await asResult(() => work(pool));
  } finally {
    pool.close();
  }
}
