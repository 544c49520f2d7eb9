import type { IClock } from '@countersign/core';
import type { Lifetime } from '../build/compile-message.ts';
import { contextOf, countOf, objectOf, textOf } from './read-json.ts';
import type { Call, RpcPool } from './rpc-pool.ts';

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

/**
 * INVARIANT I3: the height after which a message can land no more is the highest that any node tells, so that no single one can have bytes
 * taken for expired that still land. A node that lags by less than the 32 blocks to finality makes it no earlier than that.
 */
async function fetchLifetime(pool: RpcPool): Promise<Lifetime> {
  if (pool.size === 1) return pool.read(lifetimeOf);
  const answers = await pool.ask(lifetimeOf);
  const told = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  const [first] = told;
  if (!first) return pool.read(lifetimeOf);
  const lastValidBlockHeight = told.reduce((most, each) => (each.lastValidBlockHeight > most ? each.lastValidBlockHeight : most), 0n);
  return { blockhash: first.blockhash, lastValidBlockHeight };
}

async function lifetimeOf(call: Call): Promise<Lifetime> {
  const { value } = contextOf(await call('getLatestBlockhash', [{ commitment: 'confirmed' }]), 'getLatestBlockhash');
  const { blockhash, lastValidBlockHeight } = objectOf(value, 'getLatestBlockhash');
  return {
    blockhash: textOf(blockhash, 'the latest blockhash'),
    lastValidBlockHeight: countOf(lastValidBlockHeight, 'the last valid block height'),
  };
}
