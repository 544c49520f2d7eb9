import {
  type ApprovalId,
  formatOwnerStatement,
  freezeByStatement,
  lockDownWallet,
  proposeKits,
  proposeRotation,
  tightenPolicy,
  vetoByStatement,
} from '@countersign/core';
import type { Work } from './jobs.ts';
import { policyText, termsOf, tighter } from './policies.ts';
import { consent, type SimulatedWallet, type World } from './world.ts';

/** What owner and operator do with keys, policies and what stops a wallet. */

const ignore = (): void => undefined;
const STATEMENT_LIVES_MS = 120_000;
/** How long an owner takes who was asked to sign. */
const THINKING_MS = 20_000;

/** The agent's key changes; the owner signs, perhaps twice, perhaps on two replicas. */
export function rotates(world: World, work: Work): void {
  const { random, scheduler } = world;
  const { id: walletId, owner } = random.pick(world.wallets);
  work.start(
    'rotate',
    async ({ deps }) => {
      const proposed = await proposeRotation(deps, { walletId, reason: 'manual', actor: 'operator' });
      if (!proposed.ok) return;
      const { id } = proposed.value;
      for (let times = random.chance(0.3) ? 2 : 1; times > 0; times -= 1)
        scheduler.after(random.below(THINKING_MS), 'owner rotates', () =>
          work.start('consent', (replica) => consent(replica.deps, id, owner), ignore),
        );
    },
    ignore,
  );
}

/** An operator alone puts a document in force that allows half of what the one in force does. */
export function tightens(world: World, work: Work): void {
  const { random, database } = world;
  const { id: walletId } = random.pick(world.wallets);
  const active = [...database.tables.policies.values()].find((row) => row.walletId === walletId && row.state === 'active');
  if (active === undefined) return;
  const policy = policyText(tighter(termsOf(active.text)));
  work.start('tighten', ({ deps }) => tightenPolicy(deps, { walletId, policyText: policy, actor: 'operator' }), ignore);
}

/** The owner stops the wallet by a statement; who saw it hands it in again later, there or elsewhere. */
export function saysFreeze(world: World, work: Work): void {
  const { random, scheduler, wallets } = world;
  const { id, owner } = random.pick(wallets);
  const statement = statementOf(world, id, { action: 'freeze' });
  if (statement === null) return;
  const signature = owner.sign(new TextEncoder().encode(statement));
  const hand = (walletId: SimulatedWallet['id']): void =>
    work.start(
      'freeze by statement',
      ({ deps }) => freezeByStatement(deps, { walletId, statement, signature, reason: 'the owner says so' }),
      ignore,
    );
  hand(id);
  for (let times = random.below(3); times > 0; times -= 1)
    scheduler.after(random.below(100_000), 'a statement is seen again', () => hand(random.pick(wallets).id));
}

/** The owner says no to a transaction that waits. */
export function saysNo(world: World, work: Work): void {
  const { random, database, wallets } = world;
  const open = [...database.tables.approvals.values()].filter(({ state, requestId }) => state === 'waiting' && requestId !== null);
  if (open.length === 0) return;
  const { id: approvalId, requestId, walletId } = random.pick(open);
  const owner = wallets.find(({ id }) => id === walletId)?.owner;
  if (owner === undefined || requestId === null) return;
  const statement = statementOf(world, walletId, { action: 'veto-request', request: requestId });
  if (statement === null) return;
  const signature = owner.sign(new TextEncoder().encode(statement));
  work.start('veto', ({ deps }) => vetoByStatement(deps, { approvalId, statement, signature }), ignore);
}

/** The owner signs a lockdown ahead of need: asked, and signed once its nonce accounts are there. */
export function armsLockdown(world: World, work: Work): void {
  const { random, scheduler } = world;
  const { id: walletId, owner } = random.pick(world.wallets);
  const sign = (id: ApprovalId): void => work.start('arm', ({ deps }) => consent(deps, id, owner), ignore);
  work.start(
    'kits',
    async ({ deps }) => {
      const proposed = await proposeKits(deps, { walletId, purpose: 'lockdown', actor: 'operator' });
      if (!proposed.ok) return;
      for (const afterMs of [20_000, 35_000, 60_000])
        scheduler.after(afterMs + random.below(10_000), 'owner arms', () => sign(proposed.value.id));
    },
    ignore,
  );
}

/** Somebody calls for a lockdown. */
export function locksDown(world: World, work: Work): void {
  const { random } = world;
  const { id: walletId } = random.pick(world.wallets);
  work.start('lock down', ({ deps }) => lockDownWallet(deps, { walletId, reason: 'simulated', actor: 'operator' }), ignore);
}
/** A wallet that is armed, and locked down afterwards. */
export function armsAndLocksDown(world: World, work: Work): void {
  armsLockdown(world, work);
  world.scheduler.after(60_000 + world.random.below(90_000), 'act locksDown', () => locksDown(world, work));
}

/** What landed in part is gone through with: an owner who is asked often enough signs. */
export function finishesRotations(world: World, work: Work): void {
  const { database, wallets, scheduler } = world;
  for (const { id, owner } of wallets) {
    const approvalId = database.tables.wallets.get(id)?.wallet.rekeyingBy ?? null;
    if (approvalId !== null && database.tables.approvals.get(approvalId)?.state === 'waiting')
      work.start('consent again', ({ deps }) => consent(deps, approvalId, owner), ignore);
  }
  scheduler.after(60_000, 'owners look', () => finishesRotations(world, work));
}

function statementOf(
  { random, scheduler, database, network }: World,
  walletId: SimulatedWallet['id'],
  body:
    | { readonly action: 'freeze' }
    | {
        readonly action: 'veto-request';
        readonly request: NonNullable<ReturnType<World['database']['tables']['approvals']['get']>>['requestId'] & string;
      },
): string | null {
  const wallet = database.tables.wallets.get(walletId)?.wallet;
  if (wallet === undefined) return null;
  const nonce = Buffer.from(random.bytes(16)).toString('hex');
  const expiresAtMs = Math.ceil((scheduler.nowMs() + STATEMENT_LIVES_MS) / 1000) * 1000;
  return formatOwnerStatement({ ...body, network, wallet: wallet.multisig, expiresAtMs, nonce });
}
