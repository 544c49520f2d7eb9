import type { IClock } from '@countersign/core';
import type { Lifetime } from '../build/compile-message.ts';
import { contextOf, countOf, objectOf, textOf } from './read-json.ts';
import type { RpcPool } from './rpc-pool.ts';

const MAX_AGE_MS = 1_000;

/** The latest blockhash at confirmed commitment, asked at most once a second. */
export function createBlockhashSource(pool: RpcPool, clock: IClock): () => Promise<Lifetime> {
  let cached: { readonly askedAtMs: number; readonly lifetime: Promise<Lifetime> } | null = null;
  return () => {
    const nowMs = clock.nowMs();
    if (cached && nowMs - cached.askedAtMs <= MAX_AGE_MS && nowMs >= cached.askedAtMs) return cached.lifetime;
    const asked = { askedAtMs: nowMs, lifetime: fetchLifetime(pool) };
    cached = asked;
    asked.lifetime.catch(() => {
      if (cached === asked) cached = null;
    });
    return asked.lifetime;
  };
}

function fetchLifetime(pool: RpcPool): Promise<Lifetime> {
  return pool.read(async (call) => {
    const { value } = contextOf(await call('getLatestBlockhash', [{ commitment: 'confirmed' }]), 'getLatestBlockhash');
    const { blockhash, lastValidBlockHeight } = objectOf(value, 'getLatestBlockhash');
    return {
      blockhash: textOf(blockhash, 'the latest blockhash'),
      lastValidBlockHeight: countOf(lastValidBlockHeight, 'the last valid block height'),
    };
  });
}
