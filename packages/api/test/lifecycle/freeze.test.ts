import {
  advanceAttempts,
  createWallet,
  decideAgain,
  expireApprovals,
  forgetIdempotencyKeys,
  freezeWallet,
  lookAfterKeys,
  lookAfterKits,
  ok,
  proposeRotation,
  proposeTransaction,
  reconcile,
  reconcileSigner,
  rejectApproval,
  releaseOverdue,
  releasePayment,
  requestUnfreeze,
} from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsOf, signerState, stateOf, toldOf, unfreezeAs, watch } from './stopping-world.ts';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  drive,
  endDelay,
  makeWallet,
  must,
  pay,
  payment,
  readRequest,
  readWallet,
  SLOWLY,
  startWorld,
  type TestWallet,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const freeze = (of: Pick<TestWallet, 'wallet'>) =>
  freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'somebody is at it', actor: 'test' });
const keyState = async ({ wallet }: TestWallet): Promise<string | undefined> =>
  must(await world.deps.database.transact(async (tx) => ok((await tx.keys.live(wallet.id, 'agent'))?.state)));

describe('INVARIANT I7: a freeze', () => {
  test('stops wallet, signer and key on record, tells people, and is in the audit log', async () => {
    const of = await makeWallet(world);
    const frozen = must(await freeze(of));
    expect(frozen).toMatchObject({ wallet: { state: 'frozen', frozenReason: 'somebody is at it' }, mayStillLand: [], signerProblem: null });
    expect([await stateOf(world, of), await signerState(world, of), await keyState(of)]).toEqual(['frozen', 'suspended', 'suspended']);
    expect(toldOf(world, of)).toEqual(['wallet.frozen']);
    expect(await actionsOf(world, of.wallet.id)).toEqual(expect.arrayContaining(['wallet.frozen', 'key.suspended']));
    // Once more tells the signer again, and nobody else.
    must(await freeze(of));
    expect(toldOf(world, of)).toEqual(['wallet.frozen']);
  });

  test('ATTACKS 257: issued while 50 requests are in flight: none is signed after its commit', async () => {
    const of = await makeWallet(world, {
      assets: [
        {
          asset: 'SOL',
          perTransaction: { autonomous: '100', ceiling: '1000' },
          windows: [{ seconds: 86_400, autonomous: '50000', ceiling: '50000' }],
        },
      ],
    });
    const requests = Array.from({ length: 50 }, (_, index) => proposeTransaction(world.deps, payment(of, 1n, `flight ${index}`)));
    await Promise.race(requests);
    must(await freeze(of));
    await Promise.all(requests);
    // Sequences are given under one lock: what was signed has a lower one than the freeze.
    const entries = must(
      await world.deps.database.transact(async (tx) => ok(await tx.audit.list(of.wallet.id, { limit: 1_000, beforeSequence: null }))),
    );
    const at = entries.find(({ action }) => action === 'wallet.frozen')?.sequence ?? 0n;
    const signed = entries.filter(({ action }) => action === 'attempt.signed');
    expect(signed.length).toBeGreaterThan(0);
    expect(signed.length).toBeLessThan(50);
    expect(signed.filter(({ sequence }) => sequence > at)).toEqual([]);
    const paid = world.chain.balance(of.merchant);
    await drive(world.deps);
    expect(world.chain.balance(of.merchant)).toBe(paid);
  });

  test('works with the chain unreachable, the signer away, and the queue locked, in less than a second', async () => {
    const of = await makeWallet(world);
    world.chain.setReachable(false);
    world.keys.setReachable(false);
    await world.sql.query('BEGIN');
    await world.sql.query('LOCK TABLE pgboss.job IN ACCESS EXCLUSIVE MODE');
    const startedMs = performance.now();
    const frozen = must(await freeze(of));
    const tookMs = performance.now() - startedMs;
    await world.sql.query('ROLLBACK');
    world.chain.setReachable(true);
    world.keys.setReachable(true);
    expect(frozen.signerProblem).toContain('unplugged');
    expect(tookMs).toBeLessThan(1_000);
    expect(await stateOf(world, of)).toBe('frozen');
    // The signer is told as soon as it answers.
    expect(await signerState(world, of)).toBe('active');
    await reconcile(world.deps);
    expect(await signerState(world, of)).toBe('suspended');
  });

  test('lists what was sent before it and may still land, and never releases what was signed and not sent', async () => {
    const of = await makeWallet(world);
    world.chain.setLanding('held');
    const sent = await pay(world, of, AUTONOMOUS, 'sent');
    world.chain.setReachable(false);
    const unsent = (await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'unsent'))).ok;
    world.chain.setReachable(true);
    const frozen = must(await freeze(of));
    expect(frozen.mayStillLand.map(({ requestId }) => requestId)).toContain(sent.id);
    world.chain.produceBlock(world.chain.pending());
    world.chain.setLanding('at_once');
    await drive(world.deps);
    expect((await readRequest(world, sent.id)).state).toBe('finalized');
    expect(unsent).toBe(false);
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
  });
});

describe('INVARIANT I7: nothing undoes a freeze but the owner', () => {
  const everything: readonly (readonly [string, (of: TestWallet) => Promise<unknown>])[] = [
    ['the reconciler', () => reconcile(world.deps)],
    ['a restart of the signer', () => reconcileSigner(world.deps)],
    ['the end of approvals nobody answered', () => expireApprovals(world.deps)],
    ['the release of what waited', () => releaseOverdue(world.deps)],
    ['the forgetting of keys', () => forgetIdempotencyKeys(world.deps)],
    ['the watcher', () => watch(world, 3)],
    ['looking after kits', () => lookAfterKits(world.deps)],
    ['looking after keys', () => lookAfterKeys(world.deps)],
    ['the job of an attempt', (of) => advanceOf(of)],
    ['a further freeze', (of) => freeze(of)],
    ['a payment', (of) => proposeTransaction(world.deps, payment(of, 1n, 'one more'))],
  ];
  const advanceOf = async ({ wallet }: TestWallet): Promise<void> => {
    const live = must(
      await world.deps.database.transact(async (tx) => ok(await tx.attempts.ofWallet(wallet.id, ['submitted', 'signed', 'finalized']))),
    );
    await advanceAttempts(
      world.deps,
      live.map(({ id }) => id),
    );
  };

  test('a restart, an expiry, a timer, any reconciling', async () => {
    const of = await makeWallet(world);
    await pay(world, of, AUTONOMOUS, 'before');
    must(await freeze(of));
    for (const [what, run] of everything) {
      await run(of);
      expect([what, await stateOf(world, of), await signerState(world, of), await keyState(of)]).toEqual([
        what,
        'frozen',
        'suspended',
        'suspended',
      ]);
    }
  });

  test('an unfreeze that waits and expires, or is rejected', async () => {
    const of = await makeWallet(world);
    must(await freeze(of));
    const asked = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    must(await rejectApproval(world.deps, { approvalId: asked.id, reason: 'no', actor: 'test' }));
    const other = must(await requestUnfreeze(world.deps, { walletId: of.wallet.id, actor: 'test' }));
    await world.sql.query("SET session_replication_role = 'replica'");
    await world.sql.query('UPDATE approvals SET expires_at_ms = 1 WHERE id = $1', [other.id]);
    await world.sql.query("SET session_replication_role = 'origin'");
    await expireApprovals(world.deps);
    expect(await approveAs(world.deps, other.id, of.owner)).toMatchObject({ ok: false, error: { code: 'approval_not_waiting' } });
    expect(await stateOf(world, of)).toBe('frozen');
  });

  test('a delay that is over, a request that is decided on again: nothing is paid', async () => {
    const of = await makeWallet(world, SLOWLY);
    const delayed = await pay(world, of, 200n, 'delayed');
    const approval = await approvalOf(world, delayed.id);
    must(await freeze(of));
    await endDelay(world, approval);
    await releasePayment(world.deps, approval.id);
    await decideAgain(world.deps, delayed.id);
    expect(world.chain.balance(of.merchant)).toBe(0n);
    expect((await readRequest(world, delayed.id)).attempts).toEqual([]);
  });
});

describe('INVARIANT I7: a freeze at any moment of a wallet', () => {
  const policyText = (merchant: string): string =>
    JSON.stringify({
      version: 1,
      assets: [
        {
          asset: 'SOL',
          perTransaction: { autonomous: '7', ceiling: '9' },
          windows: [{ seconds: 86_400, autonomous: '70', ceiling: '90' }],
        },
      ],
      recipients: [{ address: merchant, label: 'Merchant' }],
      otherRecipients: 'denied',
      fees: { perTransactionLamports: '100000', rentPerTransactionLamports: '0' },
      signaturesPerMinute: 60,
    });
  async function begin(): Promise<{ readonly owner: ReturnType<typeof createTestKey>; readonly made: Awaited<ReturnType<typeof create>> }> {
    const owner = createTestKey();
    return { owner, made: await create(owner) };
  }
  const create = async (owner: ReturnType<typeof createTestKey>) =>
    must(
      await createWallet(world.deps, {
        name: 'new',
        owner: owner.address,
        recovery: null,
        policyText: policyText(createTestKey().address),
        actor: 'test',
      }),
    );

  test('while it is made: it comes into being frozen, and only its owner lets it pay', async () => {
    const { owner, made } = await begin();
    must(await freeze(made));
    must(await approveAs(world.deps, made.approval.id, owner));
    await drive(world.deps);
    const of = { wallet: made.wallet, owner, merchant: owner.address, agent: null as never };
    expect(await readWallet(world.deps, made.wallet.id)).toMatchObject({ state: 'frozen', policyRevision: 1 });
    expect([await signerState(world, of), await keyState(of)]).toEqual(['suspended', 'suspended']);
    must(await unfreezeAs(world, of));
    expect([await stateOf(world, of), await signerState(world, of), await keyState(of)]).toEqual(['active', 'active', 'active']);
  });

  test('while it is made, and then nobody wants it: it is given up; a given-up wallet cannot be frozen', async () => {
    const { made } = await begin();
    must(await freeze(made));
    expect(await requestUnfreezeNow(made.wallet.id)).toMatchObject({ ok: true });
    must(await rejectApproval(world.deps, { approvalId: made.approval.id, reason: 'no', actor: 'test' }));
    expect((await readWallet(world.deps, made.wallet.id)).state).toBe('failed');
    expect(await freeze(made)).toMatchObject({ ok: false, error: { code: 'wallet_not_active' } });
  });
  const requestUnfreezeNow = (walletId: TestWallet['wallet']['id']) => requestUnfreeze(world.deps, { walletId, actor: 'test' });

  test('a wallet that is not made to the end is not unfrozen', async () => {
    const { owner, made } = await begin();
    must(await freeze(made));
    const of = { wallet: made.wallet, owner, merchant: owner.address, agent: null as never };
    expect(await unfreezeAs(world, of)).toMatchObject({ ok: false, error: { code: 'chain_differs' } });
  });

  test('while its agent key is rotated: the rotation goes through, and the wallet stays frozen', async () => {
    const of = await makeWallet(world);
    const rotation = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
    world.chain.setLanding('held');
    must(await approveAs(world.deps, rotation.id, of.owner));
    expect((await readWallet(world.deps, of.wallet.id)).rekeyingBy).toBe(rotation.id);
    must(await freeze(of));
    for (let step = 0; step < 4; step += 1) {
      world.chain.produceBlock(world.chain.pending());
      await drive(world.deps);
    }
    world.chain.setLanding('at_once');
    const after = await readWallet(world.deps, of.wallet.id);
    expect([after.state, after.rekeyingBy, after.agent === of.wallet.agent]).toEqual(['frozen', null, false]);
    expect([await signerState(world, of), await keyState(of)]).toEqual(['suspended', 'suspended']);
  });

  test('an unknown wallet is not there', async () => {
    const of = await makeWallet(world);
    const walletId = `${of.wallet.id.slice(0, -4)}0000` as TestWallet['wallet']['id'];
    expect(await freezeWallet(world.deps, { walletId, reason: 'x', actor: 'test' })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
  });
});
