import { readAgreed } from './agree.ts';
import { contextOf } from './read-json.ts';
import { type RpcPool, unreadable } from './rpc-pool.ts';

/** 32 zero bytes in base58: a message that says nothing of when or for which network it was made. */
const NONE = '1'.repeat(32);

/**
 * Whether the chain takes transactions with this blockhash now, by every node that answers; also true of one that is all zero. A blockhash
 * is of one network and lives for 150 blocks.
 */
export async function isKnownBlockhash(pool: RpcPool, blockhash: string): Promise<boolean> {
  if (blockhash === NONE) return true;
  const answer = await readAgreed(
    pool,
    'whether a blockhash is valid',
    async (call, minContextSlot) => {
      const config = { commitment: 'processed', ...(minContextSlot === null ? {} : { minContextSlot: Number(minContextSlot) }) };
      const { slot, value } = contextOf(await call('isBlockhashValid', [blockhash, config]), 'isBlockhashValid');
      return typeof value === 'boolean' ? { slot, value } : unreadable('isBlockhashValid');
    },
    (one, other) => one.value === other.value,
  );
  return answer.value;
}
