import { type DomainError, domainError } from '../domain/errors.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ChainHealth, IBlockchainAdapter } from '../ports/blockchain-adapter.ts';
import type { IClock } from '../ports/clock.ts';

/** The chain's health and clock, asked at most every two seconds, however many payments need them. */
export interface ChainWatch {
  health(): Promise<ChainHealth>;
  /** The chain's time now, Unix milliseconds. `chain_unavailable` when no node answers. */
  chainTimeMs(): Promise<Result<number, DomainError>>;
}

const FRESH_MS = 2_000;

export function createChainWatch(chain: IBlockchainAdapter, clock: IClock): ChainWatch {
  let asked: { readonly atMs: number; readonly health: Promise<ChainHealth> } | null = null;
  const current = (): { readonly atMs: number; readonly health: Promise<ChainHealth> } => {
    const nowMs = clock.nowMs();
    if (asked === null || nowMs - asked.atMs >= FRESH_MS || nowMs < asked.atMs) asked = { atMs: nowMs, health: chain.health() };
    return asked;
  };
  return {
    health: () => current().health,
    async chainTimeMs() {
      const { atMs, health } = current();
      const { reachable, problem, chainTimeMs } = await health;
      if (!reachable || chainTimeMs === null) {
        asked = null;
        return fail(domainError('chain_unavailable', { problem: problem ?? 'its clock could not be read' }));
      }
      return ok(chainTimeMs + Math.max(0, clock.nowMs() - atMs));
    },
  };
}
