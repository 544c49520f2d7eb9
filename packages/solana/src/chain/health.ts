import { address, type ChainHealth } from '@countersign/core';
import { fetchAccount } from './accounts.ts';
import { countOf } from './read-json.ts';
import { type Call, unreadable } from './rpc-pool.ts';

const CLOCK_SYSVAR = address('SysvarC1ock11111111111111111111111111111111');
const UNIX_TIMESTAMP_AT = 32;

/** Finalized height and the chain's own clock (Clock sysvar: i64 Unix seconds at byte 32, confirmed commitment). */
export async function readHealth(call: Call, network: string): Promise<ChainHealth> {
  const [height, clock] = await Promise.all([
    call('getBlockHeight', [{ commitment: 'finalized' }]),
    fetchAccount(call, CLOCK_SYSVAR, 'confirmed'),
  ]);
  const data = clock.account?.data;
  if (!data || data.length < UNIX_TIMESTAMP_AT + 8) return unreadable('the clock of the chain');
  const seconds = Buffer.from(data).readBigInt64LE(UNIX_TIMESTAMP_AT);
  return {
    reachable: true,
    problem: null,
    network,
    finalizedBlockHeight: countOf(height, 'getBlockHeight'),
    chainTimeMs: Number(seconds) * 1_000,
  };
}
