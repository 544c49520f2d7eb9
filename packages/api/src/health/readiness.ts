import type { ChainHealth, IClock, IDatabase, SignerHealth } from '@countersign/core';
import { ok } from '@countersign/core';
import type { ReadyView } from '@countersign/sdk';
import type { Metrics } from '../metrics/metrics.ts';

/** How far the database's clock and the chain's may be apart; the policy engine denies beyond it (rule clocks-agree). */
const MOST_SKEW_MS = 120_000;
/** An answer is given again for this long, however often it is asked. */
const FRESH_MS = 1_000;

export interface ReadinessParts {
  readonly database: IDatabase;
  readonly chainHealth: () => Promise<ChainHealth>;
  readonly signerHealth: () => Promise<SignerHealth>;
  readonly clock: IClock;
  readonly metrics: Metrics;
  readonly version: string;
  /** Why the database cannot be used yet although it answers; `null` when it can. */
  readonly databaseProblem: () => string | null;
  /** Why the chain that answers is not the right one; `null` when it is. */
  readonly networkProblem: () => string | null;
  readonly network: () => string | null;
}
type Check = ReadyView['checks'][number];

/** Asks every part. Problems are told in words of this service; what a driver said may hold addresses and stays in the log. */
export function createReadiness(parts: ReadinessParts): () => Promise<ReadyView> {
  let asked: { readonly atMs: number; readonly view: Promise<ReadyView> } | null = null;
  return () => {
    const nowMs = parts.clock.nowMs();
    if (asked === null || nowMs - asked.atMs >= FRESH_MS || nowMs < asked.atMs) asked = { atMs: nowMs, view: ask(parts) };
    return asked.view;
  };
}

async function ask(parts: ReadinessParts): Promise<ReadyView> {
  const [databaseNowMs, chain, signer] = await Promise.all([readDatabaseClock(parts), parts.chainHealth(), parts.signerHealth()]);
  const unverified = parts.networkProblem();
  const checks: readonly Check[] = [
    check('database', databaseNowMs === null ? (parts.databaseProblem() ?? 'the database does not answer') : null),
    check('chain', chain.reachable ? unverified : 'no node of the chain answers'),
    check('signer', signer.ready ? null : 'the signer does not answer'),
    check('clock', clockProblem(databaseNowMs, chain.chainTimeMs)),
  ];
  for (const { name, ok } of checks) parts.metrics.setHealth(name, ok);
  return { ready: checks.every((each) => each.ok), checks, network: parts.network() ?? 'unknown', version: parts.version };
}

async function readDatabaseClock({ database, databaseProblem }: ReadinessParts): Promise<number | null> {
  if (databaseProblem() !== null) return null;
  const read = await database.transact(async (tx) => ok(await tx.nowMs()));
  return read.ok ? read.value : null;
}

function clockProblem(databaseNowMs: number | null, chainTimeMs: number | null): string | null {
  if (databaseNowMs === null) return "the database's clock could not be read";
  if (chainTimeMs === null) return "the chain's clock could not be read";
  const skewMs = Math.abs(databaseNowMs - chainTimeMs);
  return skewMs <= MOST_SKEW_MS
    ? null
    : `the database's clock and the chain's are ${Math.round(skewMs / 1000)} s apart; ${MOST_SKEW_MS / 1000} s are tolerated`;
}

const check = (name: Check['name'], problem: string | null): Check => ({ name, ok: problem === null, problem });
