import {
  type ApprovalId,
  type AskedAction,
  cancelTransaction,
  createWallet,
  dryRunTransaction,
  freezeWallet,
  proposePolicy,
  proposeTransaction,
  rejectApproval,
  requestUnfreeze,
} from '@countersign/core';
import { encodeFakeCall, type SeededRandom } from '@countersign/testkit';
import type { Work } from './jobs.ts';
import { OWNERS, RECIPIENTS, STRANGER } from './keys.ts';
import { armsAndLocksDown, armsLockdown, locksDown, rotates, saysFreeze, saysNo, tightens } from './owner-acts.ts';
import { ASSET, PROGRAM, PROGRAM_DATA, policyText, TERMS } from './policies.ts';
import { consent, type SimulatedWallet, type World } from './world.ts';

const ignore = (): void => undefined;

/** What agents, owners, operators and the world itself do in one schedule, at moments that the seed draws. */
export function scheduleActors(world: World, work: Work, lengthMs: number): void {
  const { scheduler, random } = world;
  const count = 6 + random.below(14);
  for (let index = 0; index < count; index += 1) {
    const act = random.pick(ACTS);
    // Half of all comes in bursts, so that requests meet.
    const atMs = random.chance(0.5) ? random.below(5) * 7_000 + random.below(40) : random.below(lengthMs);
    scheduler.after(atMs, `act ${act.name}`, () => act(world, work));
  }
  if (random.chance(0.5)) scheduler.after(random.below(lengthMs), 'act ask', () => ask(world, work));
  scheduler.after(random.below(lengthMs), 'act consents', () => consents(world, work));
}

type Act = (world: World, work: Work) => void;

function pickWallet({ random, wallets }: World): SimulatedWallet {
  return random.pick(wallets);
}

function drawAction(random: SeededRandom): AskedAction {
  if (random.chance(0.12)) return { kind: 'call', message: drawCall(random) };
  const recipient = random.chance(0.08) ? STRANGER : random.pick(RECIPIENTS.slice(0, 2));
  const amount = random.pick([40n, 60n, 100n, 100n, 100n, 150n, 200n, 300n, 900n, 1_001n]);
  const payment = { asset: ASSET, amount, recipient, memo: null };
  return { kind: 'payment', payment };
}
function drawCall(random: SeededRandom): Uint8Array {
  return encodeFakeCall({
    ...{ program: PROGRAM, data: PROGRAM_DATA, transfer: null, gets: [], slackPercent: random.pick([0, 50]), tables: [] },
    spends: [{ asset: ASSET, amount: random.pick(['150', '400']) }],
  });
}

function ask(world: World, work: Work, wallet = pickWallet(world)): void {
  const { random } = world;
  const action = drawAction(random);
  const key = random.chance(0.2) ? 'again' : `k${random.below(1_000_000)}`;
  const fingerprint = action.kind === 'payment' ? `${action.payment.amount}` : 'call';
  // An agent that hears nothing asks again, with the same key, perhaps somewhere else.
  const times = random.chance(0.2) ? 2 : 1;
  for (let time = 0; time < times; time += 1)
    work.start(
      'ask',
      async ({ deps }) => {
        const asked = { walletId: wallet.id, action, credential: wallet.agent, idempotencyKey: key, fingerprint };
        const answer = await proposeTransaction(deps, asked);
        if (answer.ok) world.model.answered(`${wallet.agent.id}/${key}`, answer.value.request.id);
      },
      ignore,
    );
}

/** The agent asks, and somebody stops the wallet while that is under way. */
function askAndFreeze(world: World, work: Work): void {
  const { random, scheduler } = world;
  const wallet = pickWallet(world);
  for (let times = 1 + random.below(3); times > 0; times -= 1) ask(world, work, wallet);
  scheduler.after(random.below(250), 'act freezes', () => freezes(world, work, wallet));
}

/** Several at once, so that they meet at the lock. */
function askMuch(world: World, work: Work): void {
  for (let times = 2 + world.random.below(3); times > 0; times -= 1) ask(world, work);
}

function askDry(world: World, work: Work): void {
  const wallet = pickWallet(world);
  const action = drawAction(world.random);
  work.start('dry run', ({ deps }) => dryRunTransaction(deps, { walletId: wallet.id, action, credential: wallet.agent }), ignore);
}

function waiting({ database }: World): readonly ApprovalId[] {
  return [...database.tables.approvals.values()].flatMap(({ id, state }) => (state === 'waiting' ? [id] : []));
}

function consents(world: World, work: Work): void {
  const { random, database, wallets, scheduler } = world;
  for (const id of waiting(world)) {
    if (!random.chance(0.8)) continue;
    const owner = wallets.find((wallet) => wallet.id === database.tables.approvals.get(id)?.walletId)?.owner;
    if (owner === undefined) continue;
    const times = random.chance(0.15) ? 2 : 1;
    for (let time = 0; time < times; time += 1)
      scheduler.after(random.below(300), 'owner consents', () => work.start('consent', ({ deps }) => consent(deps, id, owner), ignore));
  }
}

function refuses(world: World, work: Work): void {
  const { random } = world;
  for (const approvalId of waiting(world))
    if (random.chance(0.5))
      work.start('reject', ({ deps }) => rejectApproval(deps, { approvalId, reason: 'no', actor: 'operator' }), ignore);
}

function cancels(world: World, work: Work): void {
  const { random, database } = world;
  const open = [...database.tables.requests.values()].filter(({ state }) => state === 'awaiting_owner' || state === 'awaiting_delay');
  if (open.length === 0) return;
  const { id: requestId } = random.pick(open);
  work.start('cancel', ({ deps }) => cancelTransaction(deps, { requestId, actor: 'agent' }), ignore);
}

function freezes(world: World, work: Work, { id: walletId, owner } = pickWallet(world)): void {
  const { random, scheduler } = world;
  work.start('freeze', ({ deps }) => freezeWallet(deps, { walletId, reason: 'simulated', actor: 'operator' }), ignore);
  if (!random.chance(0.7)) return;
  scheduler.after(1_000 + random.below(60_000), 'owner unfreezes', () =>
    work.start(
      'unfreeze',
      async ({ deps }) => {
        const asked = await requestUnfreeze(deps, { walletId, actor: 'operator' });
        if (asked.ok) await consent(deps, asked.value.id, owner);
      },
      ignore,
    ),
  );
}

function changesPolicy(world: World, work: Work): void {
  const { random } = world;
  const { id: walletId, owner } = pickWallet(world);
  const terms = random.pick(TERMS);
  work.start(
    'policy',
    async ({ deps }) => {
      const proposed = await proposePolicy(deps, { walletId, policyText: policyText(terms), actor: 'operator' });
      if (proposed.ok) await consent(deps, proposed.value.approval.id, owner);
    },
    ignore,
  );
}

/** Another wallet is made in the middle of the storm. */
function createsWallet(_: World, work: Work): void {
  const [owner] = OWNERS.slice(1);
  if (owner === undefined) return;
  work.start(
    'create',
    async ({ deps }) => {
      const made = await createWallet(deps, {
        name: 'another',
        owner: owner.address,
        recovery: null,
        policyText: policyText(TERMS[0]),
        actor: 'operator',
      });
      if (made.ok) await consent(deps, made.value.approval.id, owner);
    },
    ignore,
  );
}

function forks(world: World): void {
  const { random, chain, model } = world;
  const depth = BigInt(1 + random.below(31));
  const { lostInFork } = world.weather();
  world.followTime();
  chain.fork(depth, () => random.chance(lostInFork));
  model.chainMoved();
  landPending(world);
  // A chain in trouble is often also out of reach, longer than a blockhash lives.
  if (random.chance(0.2)) chainAway(world);
}

/** Every transaction that waits gets a block, sooner or later. */
export function landPending(world: World): void {
  const { random, chain, scheduler } = world;
  for (const id of chain.pending()) {
    const late = world.weather().landsLate > 0 && random.chance(world.weather().landsLate);
    scheduler.after(late ? 5_000 + random.below(80_000) : 300 + random.below(1_500), 'block', () => {
      world.followTime();
      if (!chain.pending().includes(id)) return;
      chain.produceBlock(random.chance(0.5) ? [id] : [...chain.pending()].reverse());
      world.model.chainMoved();
      if (world.weather().forks > 0 && random.chance(world.weather().forks))
        scheduler.after(500 + random.below(12_000), 'fork', () => forks(world));
    });
  }
}

function nodesDiffer({ random, chain }: World): void {
  chain.setNodes(random.pick([[0n], [0n, 3n], [0n, 20n], [0n, 0n, 200n]]));
}

/** Nodes keep only so much: who looks late finds nothing, and that proves nothing. */
function nodesForget({ random, chain }: World): void {
  chain.setHistory(chain.heights().tip - BigInt(random.pick([40, 120, 300])));
}

function clocksJump(world: World): void {
  const { random } = world;
  if (random.chance(0.5)) world.stepDatabaseClock(random.pick([-30_000, -5_000, 5_000, 40_000]));
  else random.pick(world.replicas).setClockOffsetMs(random.pick([-40_000, -3_000, 3_000, 50_000]));
}

function replicaDies({ random, replicas }: World): void {
  random.pick(replicas).crash();
}

const outage = (world: World, lengthMs: number, set: (away: boolean) => void): void => {
  set(true);
  world.scheduler.after(lengthMs, 'outage ends', () => set(false));
};
function databaseAway(world: World): void {
  outage(world, 200 + world.random.below(20_000), (away) => world.database.setReachable(!away));
}
function chainAway(world: World): void {
  outage(world, world.random.pick([500, 10_000, 50_000, 100_000]), (away) => world.chain.setReachable(!away));
}

const ACTS: readonly Act[] = [
  ...[ask, ask, ask, ask, ask, ask, ask, askMuch, askMuch, askAndFreeze, askAndFreeze, askAndFreeze, askAndFreeze, askDry],
  ...[consents, consents, consents, consents, refuses, cancels, freezes, freezes, changesPolicy, createsWallet],
  ...[rotates, rotates, rotates, tightens, tightens, saysFreeze, saysNo, armsLockdown, armsAndLocksDown, locksDown],
  ...[forks, nodesDiffer, nodesForget, clocksJump, replicaDies, databaseAway, chainAway],
];
