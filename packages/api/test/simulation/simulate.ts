import { LIVE_ATTEMPT_STATES } from '@countersign/core';
import { createSeededRandom } from '@countersign/testkit';
import { landPending, scheduleActors } from './actors.ts';
import { CALM, drawWeather } from './faults.ts';
import { createWork, keepAlive, runJobs } from './jobs.ts';
import { finishesRotations } from './owner-acts.ts';
import { type PolicyTerms, SHARED, TERMS } from './policies.ts';
import { createWorld, type World } from './world.ts';

export interface Simulated {
  readonly seed: number;
  /** `null` when every invariant held. */
  readonly violation: string | null;
  /** Equal for equal runs. */
  readonly traceHash: string;
  readonly steps: number;
  /** How often what happened, for telling whether the schedules reach anything. */
  readonly reached: { readonly [what: string]: number };
  /** What happened, line by line, when a trace was asked for. */
  readonly trace: readonly string[];
}

/** How long the storm lasts. */
const LENGTH_MS = 240_000;
/** Everything has to have come to rest this long after it. */
const PATIENCE_MS = 2_400_000;
const LOOK_MS = 1_000;

/** Runs one schedule to its end and checks everything. The same seed does the same, always. */
export async function simulate(seed: number, options: { readonly trace: boolean }): Promise<Simulated> {
  const trace: string[] = [];
  const plan = createSeededRandom(`plan ${seed}`);
  const terms: readonly PolicyTerms[] = plan.chance(0.25) ? [SHARED, SHARED] : plan.chance(0.2) ? TERMS.slice(0, 2) : [plan.pick(TERMS)];
  const tell = options.trace ? (atMs: number, label: string) => trace.push(`${atMs % 10_000_000} ${label}`) : null;
  const world = await createWorld(seed, terms, 1 + plan.below(3), tell);
  const { scheduler, model, chain, database } = world;
  if (options.trace) traceCommits(world, trace);
  const reached = countCommits(world);
  const beginningMs = scheduler.nowMs();
  world.setWeather(drawWeather(world.random));
  const people = createWork(world);
  keepAlive(world);
  const jobs = runJobs(world, createWork(world));
  scheduleActors(world, people, LENGTH_MS);
  let calmSinceMs: number | null = null;
  let idleSinceMs: number | null = null;
  let known = new Set<string>();
  let lookedMs = beginningMs;
  let rested = false;
  while (!rested && model.violation() === null) {
    const more = await scheduler.step();
    if (!more) model.fail('nothing is left to happen');
    const nowMs = scheduler.nowMs();
    world.followTime();
    const pending = chain.pending();
    if (pending.some((id) => !known.has(id))) landPending(world);
    known = new Set(pending);
    if (nowMs - lookedMs < LOOK_MS) continue;
    lookedMs = nowMs;
    database.endOverdue();
    if (calmSinceMs === null && nowMs - beginningMs > LENGTH_MS) {
      calmSinceMs = nowMs;
      becomeCalm(world);
      finishesRotations(world, people);
    }
    // What people did last, perhaps slowly, is seen by a reconciliation that begins afterwards.
    idleSinceMs = calmSinceMs !== null && people.isIdle() ? (idleSinceMs ?? nowMs) : null;
    rested = idleSinceMs !== null && jobs.reconciledSinceMs() > idleSinceMs && isAtRest(world);
    if (nowMs - beginningMs > LENGTH_MS + PATIENCE_MS) model.fail(`does not come to rest: ${whatIsOpen(world).join(', ')}`);
  }
  if (model.violation() === null) {
    model.atRest();
    await checkSigner(world);
  }
  return {
    seed,
    violation: model.violation(),
    traceHash: scheduler.traceHash(),
    steps: scheduler.steps(),
    reached,
    trace,
  };
}

function becomeCalm(world: World): void {
  world.setWeather(CALM);
  world.chain.setReachable(true);
  world.chain.setWeather('fair');
  world.chain.setNodes([0n]);
  world.chain.setHistory(0n);
  world.database.setReachable(true);
}

function whatIsOpen({ database }: World): readonly string[] {
  const { attempts, requests, approvals, wallets, kits } = database.tables;
  const waits = (approvalId: string | null): boolean => approvals.get(approvalId ?? '')?.state === 'waiting';
  return [
    ...[...attempts.values()].flatMap(({ id, state, approvalId }) =>
      LIVE_ATTEMPT_STATES.includes(state) && !(state === 'prepared' && waits(approvalId)) ? [`${id} is ${state}`] : [],
    ),
    ...[...requests.values()].flatMap(({ id, state }) =>
      ['received', 'awaiting_delay', 'approved'].includes(state) ? [`${id} is ${state}`] : [],
    ),
    ...[...approvals.values()].flatMap(({ id, state }) => (state === 'executing' ? [`${id} is ${state}`] : [])),
    ...[...wallets.values()].flatMap(({ wallet }) => (wallet.rekeyingBy === null ? [] : [`the keys of ${wallet.id} change`])),
    ...[...kits.values()].flatMap(({ id, state }) => (state === 'sent' ? [`${id} is ${state}`] : [])),
  ];
}

function isAtRest(world: World): boolean {
  const { replicas, chain } = world;
  return replicas.every((replica) => replica.isAlive()) && chain.pending().length === 0 && whatIsOpen(world).length === 0;
}

/** INVARIANT I7: whoever was away when a wallet was frozen has heard of it by now. */
async function checkSigner({ signer, database, model }: World): Promise<void> {
  const { wallets } = await signer.healthCheck();
  for (const { walletId, state } of wallets)
    if (state === 'active' && database.tables.wallets.get(walletId)?.wallet.state === 'frozen')
      model.fail(`I7: ${walletId} is frozen and the signer still signs for it`);
}

/** Counts every change of a state, by table, and the routes on which payments landed. */
function countCommits(world: World): { readonly [what: string]: number } {
  const reached: Record<string, number> = {};
  const count = (what: string): void => {
    reached[what] = (reached[what] ?? 0) + 1;
  };
  world.onCommit(({ changes }) => {
    for (const change of changes) {
      const { table, after } = change;
      if (table === 'tightenings') count('policies tightened');
      if (table === 'statements' && after !== null && 'text' in after && after.text.includes('\naction: freeze\n'))
        count('wallets frozen by statement');
      if (after === null || after === undefined || !('state' in after)) continue;
      if (change.before !== null && 'state' in change.before && change.before.state === after.state) continue;
      const of = table === 'requests' && after.state === 'finalized' && 'route' in after ? ` ${after.route} ${after.action.kind}` : '';
      const kind = table === 'approvals' && 'kind' in after ? ` ${after.kind}` : '';
      count(`${table} ${after.state}${of}${kind}`);
    }
  });
  return reached;
}

function traceCommits(world: World, trace: string[]): void {
  world.onCommit(({ changes }) => {
    for (const { table, key, before, after } of changes) {
      const state = (row: object | null): string =>
        row !== null && 'state' in row ? String(row.state) : row === null ? 'nothing' : 'there';
      if (table === 'wallets') trace.push(`  wallet ${key} ${before?.wallet.state ?? 'nothing'} → ${after?.wallet.state ?? 'nothing'}`);
      else if (
        ['requests', 'attempts', 'approvals', 'reservations', 'policies', 'keys', 'kits', 'tightenings', 'statements'].includes(table)
      )
        trace.push(`  ${table} ${key} ${state(before)} → ${state(after)}`);
    }
  });
}
