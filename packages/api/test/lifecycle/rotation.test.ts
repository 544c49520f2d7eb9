import {
  type Approval,
  type ApprovalId,
  approve,
  freezeWallet,
  ok,
  prepareApproval,
  proposePolicy,
  proposeRotation,
  proposeTransaction,
  reconcile,
  rejectApproval,
  tightenPolicy,
} from '@countersign/core';
import { verifyAuditChain } from '@countersign/postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { comeToRest } from './every-point.ts';
import { advance, again, approvalNow, expectInStep, fairWeather, inForce, keysOf, onChain, rotate } from './key-world.ts';
import {
  AUTONOMOUS,
  approvalOf,
  approveAs,
  CEILING,
  drive,
  makeWallet,
  must,
  pay,
  payment,
  readRequest,
  readWallet,
  SOL,
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
afterEach(() => fairWeather(world));

const propose = async (of: TestWallet): Promise<Approval> =>
  must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'manual', actor: 'test' }));
const settled = async (): Promise<void> => {
  fairWeather(world);
  await comeToRest(world);
};

describe('rotation of the agent key', () => {
  test('INVARIANT I8: a new key takes the old one’s place on chain, in the signer and on record, and pays', async () => {
    const of = await makeWallet(world);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'owner active']);
    const done = await rotate(world, of);
    expect(done.state).toBe('done');
    const wallet = await expectInStep(world, of.wallet.id);
    expect(wallet.agent).not.toBe(of.wallet.agent);
    expect(wallet.policyRevision).toBe(2);
    expect((await inForce(world, wallet.id)).policySha256).toBe((await inForce(world, of.wallet.id)).policySha256);
    expect(await keysOf(world, wallet.id)).toEqual(['agent active', 'agent destroyed', 'owner active']);
    const request = await pay(world, await again(world, of), AUTONOMOUS, 'after');
    await drive(world.deps);
    expect((await readRequest(world, request.id)).state).toBe('finalized');
    const verdict = await world.deps.database.transact(async (tx) => ok(await verifyAuditChain(tx.audit, wallet.id)));
    expect(must(verdict)).toMatchObject({ ok: true });
  });

  test('INVARIANT I3: nothing new is signed from the consent to the read-back, and what waits goes afterwards', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    world.chain.setLanding('held');
    must(await approveAs(world.deps, id, of.owner));
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ rekeyingBy: id, agent: of.wallet.agent });
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent generating', 'agent rotation_pending', 'owner active']);
    const pending = world.chain.pending().length;
    const asked = await proposeTransaction(world.deps, payment(of, AUTONOMOUS, 'meanwhile'));
    expect(asked).toMatchObject({ error: { code: 'rotation_under_way' } });
    expect(world.chain.pending().length).toBe(pending);
    await settled();
    await expectInStep(world, of.wallet.id);
    const request = await pay(world, await again(world, of), AUTONOMOUS, 'later');
    await drive(world.deps);
    expect((await readRequest(world, request.id)).state).toBe('finalized');
  });

  test.each(['before', 'after'] as const)(
    'ATTACK 217: a payment that the old key signed and that lands %s the rotation moves money or fails, never both keys’',
    async (order) => {
      const of = await makeWallet(world);
      world.chain.setLanding('held');
      const request = await pay(world, of, AUTONOMOUS, 'in flight');
      const [spend] = world.chain.pending();
      const { id } = await propose(of);
      must(await approveAs(world.deps, id, of.owner));
      const [rotation] = world.chain.pending().filter((each) => each !== spend);
      if (spend === undefined || rotation === undefined) throw new Error('not in flight');
      world.chain.produceBlock(order === 'before' ? [spend, rotation] : [rotation, spend]);
      await settled();
      const wallet = await expectInStep(world, of.wallet.id);
      expect(wallet.agent).not.toBe(of.wallet.agent);
      expect(world.chain.balance(of.merchant)).toBe(order === 'before' ? AUTONOMOUS : 0n);
      expect((await readRequest(world, request.id)).state).toBe(order === 'before' ? 'finalized' : 'failed');
    },
  );

  test('the old key is worthless on the chain, on its old limit and on the new one', async () => {
    const of = await makeWallet(world);
    const before = (await inForce(world, of.wallet.id)).limits[0]?.spendingLimit;
    await rotate(world, of);
    const after = (await inForce(world, of.wallet.id)).limits[0]?.spendingLimit;
    if (before === undefined || after === undefined) throw new Error('no limits');
    const one = { asset: SOL, amount: 1n, recipient: of.merchant, memo: null };
    const next = await readWallet(world.deps, of.wallet.id);
    const problemOf = async (addresses: typeof next, spendingLimit: typeof before): Promise<string | null> => {
      const built = must(await world.chain.buildTransaction({ route: 'autonomous', addresses, payment: one, spendingLimit }));
      const context = { addresses, candidateRecipients: [of.merchant], assets: [] };
      return must(await world.chain.simulateTransaction(built.bytes, context)).problem;
    };
    expect(await problemOf(of.wallet, before)).toContain('AccountNotInitialized');
    expect(await problemOf(of.wallet, after)).toContain('Unauthorized');
    expect(await problemOf(next, after)).toBeNull();
  });

  test('ATTACK 218: of two rotations at once one is made, however often it is proposed and approved', async () => {
    const of = await makeWallet(world);
    const proposed = await Promise.all(Array.from({ length: 8 }, () => propose(of)));
    expect(new Set(proposed.map(({ id }) => id)).size).toBe(1);
    const [{ id }] = proposed as [Approval];
    const prepared = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
    const consent = {
      approvalId: id,
      statementSignature: of.owner.sign(new TextEncoder().encode(prepared.statement ?? '')),
      newOwnerSignature: null,
      messageSignatures: prepared.attempts.map(({ message }) => of.owner.sign(message)),
    };
    const approved = await Promise.all(Array.from({ length: 6 }, () => approve(world.deps, consent)));
    expect(approved.filter((each) => each.ok).length).toBe(1);
    await Promise.all([drive(world.deps), drive(world.deps)]);
    const wallet = await expectInStep(world, of.wallet.id);
    expect(wallet.policyRevision).toBe(2);
    expect(await keysOf(world, wallet.id)).toEqual(['agent active', 'agent destroyed', 'owner active']);
  });

  test('approve and reject at once: one of them is heard', async () => {
    for (let round = 0; round < 5; round += 1) {
      const of = await makeWallet(world);
      const { id } = await propose(of);
      const [approved, rejected] = await Promise.all([
        approveAs(world.deps, id, of.owner),
        rejectApproval(world.deps, { approvalId: id, reason: 'no', actor: 'test' }),
      ]);
      expect([approved.ok, rejected.ok].filter(Boolean).length).toBe(1);
      await drive(world.deps);
      const wallet = await expectInStep(world, of.wallet.id);
      expect(wallet.agent === of.wallet.agent).toBe(rejected.ok);
    }
  });

  test('INVARIANT I6: a consent to a rotation of another wallet, or to an earlier one, is refused', async () => {
    const [one, other] = [await makeWallet(world), await makeWallet(world)];
    const [first, second] = [await propose(one), await propose(other)];
    const prepared = must(await prepareApproval(world.deps, { approvalId: first.id, actor: 'test' }));
    must(await prepareApproval(world.deps, { approvalId: second.id, actor: 'test' }));
    const consent = (approvalId: ApprovalId, owner: TestWallet['owner']) => ({
      approvalId,
      statementSignature: owner.sign(new TextEncoder().encode(prepared.statement ?? '')),
      newOwnerSignature: null,
      messageSignatures: prepared.attempts.map(({ message }) => owner.sign(message)),
    });
    for (const owner of [one.owner, other.owner])
      expect(await approve(world.deps, consent(second.id, owner))).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    must(await approve(world.deps, consent(first.id, one.owner)));
    await drive(world.deps);
    const next = await propose(await again(world, one));
    must(await prepareApproval(world.deps, { approvalId: next.id, actor: 'test' }));
    expect(await approve(world.deps, consent(next.id, one.owner))).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    expect(await approve(world.deps, consent(first.id, one.owner))).toMatchObject({ error: { code: 'approval_not_waiting' } });
  });

  test('INVARIANT I6: a signature of nobody, a new owner’s where there is none, and one too few are refused', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    const stranger = (await makeWallet(world)).owner;
    expect(await approveAs(world.deps, id, stranger)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    expect(await approveAs(world.deps, id, of.owner, stranger)).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    const prepared = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
    const statementSignature = of.owner.sign(new TextEncoder().encode(prepared.statement ?? ''));
    const none = await approve(world.deps, { approvalId: id, statementSignature, newOwnerSignature: null, messageSignatures: [] });
    expect(none).toMatchObject({ error: { code: 'owner_signature_invalid' } });
    expect((await approvalNow(world, id)).state).toBe('waiting');
  });

  test('INVARIANT I6: after it expired it cannot be approved, also before anybody has ended it', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    await world.sql.query("SET session_replication_role = 'replica'");
    await world.sql.query('UPDATE approvals SET expires_at_ms = created_at_ms + 1 WHERE id = $1', [id]);
    await world.sql.query("SET session_replication_role = 'origin'");
    expect(await approveAs(world.deps, id, of.owner)).toMatchObject({ error: { code: 'approval_not_waiting', state: 'expired' } });
    expect((await expectInStep(world, of.wallet.id)).agent).toBe(of.wallet.agent);
  });

  test('INVARIANT I6: a tightening between preparing and approving voids the bytes, and survives the rotation (INVARIANT I7)', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    const prepared = must(await prepareApproval(world.deps, { approvalId: id, actor: 'test' }));
    const { text } = await inForce(world, of.wallet.id);
    const policyText = JSON.stringify({ ...(JSON.parse(text) as object), signaturesPerMinute: 1 });
    const tightened = must(await tightenPolicy(world.deps, { walletId: of.wallet.id, policyText, actor: 'test' }));
    const consent = {
      approvalId: id,
      statementSignature: of.owner.sign(new TextEncoder().encode(prepared.statement ?? '')),
      newOwnerSignature: null,
      messageSignatures: prepared.attempts.map(({ message }) => of.owner.sign(message)),
    };
    expect(await approve(world.deps, consent)).toMatchObject({ error: { code: 'approval_not_prepared' } });
    must(await approveAs(world.deps, id, of.owner));
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
    const after = await inForce(world, of.wallet.id);
    expect(after.revision).toBe(2);
    expect(after.tightening?.policySha256).toBe(tightened.tightening?.policySha256);
  });

  test('a frozen wallet can be rotated, stays frozen, and its new key is suspended', async () => {
    const of = await makeWallet(world);
    must(await freezeWallet(world.deps, { walletId: of.wallet.id, reason: 'test', actor: 'test' }));
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent suspended', 'owner active']);
    expect((await rotate(world, of)).state).toBe('done');
    expect((await expectInStep(world, of.wallet.id)).state).toBe('frozen');
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent destroyed', 'agent suspended', 'owner active']);
    const health = await world.keys.healthCheck();
    expect(health.wallets.find(({ walletId }) => walletId === of.wallet.id)?.state).toBe('suspended');
  });

  test('INVARIANT I6: what was prepared for the owner with the old key is withdrawn', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    const request = await pay(world, of, CEILING, 'large');
    const payment = await approvalOf(world, request.id);
    const prepared = must(await prepareApproval(world.deps, { approvalId: payment.id, actor: 'test' }));
    must(await approveAs(world.deps, id, of.owner));
    await drive(world.deps);
    const consent = {
      approvalId: payment.id,
      statementSignature: null,
      newOwnerSignature: null,
      messageSignatures: prepared.attempts.map(({ message }) => of.owner.sign(message)),
    };
    expect(await approve(world.deps, consent)).toMatchObject({ error: { code: 'approval_not_prepared' } });
    must(await approveAs(world.deps, payment.id, of.owner));
    await drive(world.deps);
    expect(world.chain.balance(of.merchant)).toBe(CEILING);
  });
});

describe('a rotation that goes wrong', () => {
  test('what cannot land comes back to the owner, and the old key pays on', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    world.chain.setWeather('drop');
    must(await approveAs(world.deps, id, of.owner));
    await comeToRest(world);
    world.chain.setWeather('fair');
    expect((await approvalNow(world, id)).state).toBe('waiting');
    expect((await expectInStep(world, of.wallet.id)).agent).toBe(of.wallet.agent);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent generating', 'owner active']);
    await pay(world, of, AUTONOMOUS, 'on');
    await drive(world.deps);
    expect(world.chain.balance(of.merchant)).toBe(AUTONOMOUS);
    must(await approveAs(world.deps, id, of.owner));
    await drive(world.deps);
    expect((await expectInStep(world, of.wallet.id)).agent).not.toBe(of.wallet.agent);
  });

  test('INVARIANT I8: landed in part, the wallet signs nothing, says so, cannot be rejected, and is gone through with', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    world.chain.setMessageRoom(1);
    world.chain.setLanding('held');
    must(await approveAs(world.deps, id, of.owner));
    // The first part lands; what follows runs out.
    world.chain.produceBlock(world.chain.pending().slice(0, 1));
    world.chain.setWeather('drop');
    await comeToRest(world);
    const stuck = await approvalNow(world, id);
    expect(stuck.state).toBe('waiting');
    expect(stuck.problem).toContain('signs nothing until');
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ rekeyingBy: id, agent: of.wallet.agent, state: 'active' });
    expect(world.alerts.some(({ kind, walletId }) => kind === 'rotation.stuck' && walletId === of.wallet.id)).toBe(true);
    expect(await rejectApproval(world.deps, { approvalId: id, reason: 'no', actor: 'test' })).toMatchObject({ ok: false });
    await settled();
    must(await approveAs(world.deps, id, of.owner));
    await drive(world.deps);
    expect((await approvalNow(world, id)).state).toBe('done');
    expect((await expectInStep(world, of.wallet.id)).agent).not.toBe(of.wallet.agent);
  });

  test('several transactions go in order, each when the one before it is finalized', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    world.chain.setMessageRoom(1);
    world.chain.setFinality({ confirmed: 1n, finalized: 10n });
    world.chain.mine(20n);
    must(await approveAs(world.deps, id, of.owner));
    await advance(world.deps, world.deps, id);
    const states = async (): Promise<readonly string[]> =>
      must(await world.deps.database.transact(async (tx) => ok((await tx.attempts.ofApproval(id)).map(({ state }) => state))));
    world.chain.mine(2n);
    await advance(world.deps, world.deps, id);
    expect((await states()).slice(1).every((state) => state === 'signed')).toBe(true);
    for (let round = 0; round < 6; round += 1) {
      world.chain.mine(12n);
      await advance(world.deps, world.deps, id);
      await reconcile(world.deps);
    }
    world.chain.setFinality({ confirmed: 0n, finalized: 0n });
    world.chain.setMessageRoom(Number.POSITIVE_INFINITY);
    expect((await approvalNow(world, id)).state).toBe('done');
    await expectInStep(world, of.wallet.id);
  });

  test('the signer is away when the chain has changed: it is told when it is back', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    world.chain.setLanding('held');
    must(await approveAs(world.deps, id, of.owner));
    world.keys.setReachable(false);
    world.chain.setLanding('at_once');
    world.chain.produceBlock(world.chain.pending());
    await drive(world.deps);
    expect((await approvalNow(world, id)).state).toBe('executing');
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent generating', 'agent revoked', 'owner active']);
    expect((await readWallet(world.deps, of.wallet.id)).agent).toBe(of.wallet.agent);
    world.keys.setReachable(true);
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
  });

  test('INVARIANT I8: while a node tells the state from before, nothing is said to be done', async () => {
    const of = await makeWallet(world);
    const { id } = await propose(of);
    must(await approveAs(world.deps, id, of.owner));
    world.chain.setLie((wallet) => (wallet.multisig === of.wallet.multisig ? { ...wallet, threshold: 1 } : wallet));
    await drive(world.deps);
    const meanwhile = await approvalNow(world, id);
    world.chain.setLie(null);
    expect(meanwhile.state).toBe('executing');
    expect(meanwhile.problem).toContain('threshold');
    expect(await readWallet(world.deps, of.wallet.id)).toMatchObject({ agent: of.wallet.agent, rekeyingBy: id });
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
  });
});

describe('approved proposals', () => {
  test('are cancelled before the rotation, by both keys', async () => {
    const of = await makeWallet(world);
    world.chain.leaveProposal(of.wallet.multisig, 'approved');
    world.chain.leaveProposal(of.wallet.multisig, 'active');
    expect((await rotate(world, of)).state).toBe('done');
    const wallet = await expectInStep(world, of.wallet.id);
    expect((await onChain(world, wallet)).proposals).toEqual([]);
  });

  test('cannot be cancelled with a lost key: the rotation says what to do', async () => {
    const of = await makeWallet(world);
    world.chain.leaveProposal(of.wallet.multisig, 'approved');
    const { id } = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'lost', actor: 'test' }));
    expect(await prepareApproval(world.deps, { approvalId: id, actor: 'test' })).toMatchObject({ error: { code: 'not_drained' } });
    must(await rejectApproval(world.deps, { approvalId: id, reason: 'test', actor: 'test' }));
  });

  test('where the signer does not step back, nothing is changed', async () => {
    const of = await makeWallet(world);
    world.chain.leaveProposal(of.wallet.multisig, 'approved');
    const { id } = await propose(of);
    const refusing = {
      ...world.deps,
      keys: new Proxy(world.keys, {
        get: (keys, name) =>
          name === 'signWithAgentKey'
            ? async () => ({ ok: false, error: { code: 'signer_refused', signerCode: 'suspended', problem: 'no' } })
            : (Reflect.get(keys, name) as unknown),
      }),
    };
    expect(await approveAs(refusing, id, of.owner)).toMatchObject({ error: { code: 'not_drained' } });
    expect((await expectInStep(world, of.wallet.id)).agent).toBe(of.wallet.agent);
    expect((await approvalNow(world, id)).state).toBe('waiting');
    must(await approveAs(world.deps, id, of.owner));
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
  });
});

describe('proposals beside each other', () => {
  test('a rotation and a policy are not proposed under one number', async () => {
    const of = await makeWallet(world);
    const { text } = await inForce(world, of.wallet.id);
    const policy = must(await proposePolicy(world.deps, { walletId: of.wallet.id, policyText: text, actor: 'test' }));
    expect(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'due', actor: 'test' })).toMatchObject({
      error: { code: 'state_conflict' },
    });
    must(await rejectApproval(world.deps, { approvalId: policy.approval.id, reason: 'test', actor: 'test' }));
    expect((await rotate(world, of)).state).toBe('done');
  });

  test('a rejected rotation’s key is taken up by the next; a lost one takes the place of one that waits', async () => {
    const of = await makeWallet(world);
    const first = await propose(of);
    must(await rejectApproval(world.deps, { approvalId: first.id, reason: 'test', actor: 'test' }));
    const second = await propose(of);
    expect(second.id).not.toBe(first.id);
    expect(second.change?.agent).toBe(first.change?.agent);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent generating', 'owner active']);
    const lost = must(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'lost', actor: 'test' }));
    expect((await approvalNow(world, second.id)).state).toBe('void');
    expect(lost.change?.reason).toBe('lost');
    must(await approveAs(world.deps, lost.id, of.owner));
    await drive(world.deps);
    await expectInStep(world, of.wallet.id);
    // Who lost a key cannot say that it is wiped.
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent revoked', 'owner active']);
  });
});

describe('a lost agent key', () => {
  test('is a rotation, not a loss: with the keystore the fee account is lost too, and another one takes its place', async () => {
    const of = await makeWallet(world);
    world.keys.lose(of.wallet.id);
    world.keys.loseFeeKey();
    expect(await proposeRotation(world.deps, { walletId: of.wallet.id, reason: 'due', actor: 'test' })).toMatchObject({
      error: { code: 'not_drained' },
    });
    expect((await rotate(world, of, 'lost')).state).toBe('done');
    const wallet = await expectInStep(world, of.wallet.id);
    expect(wallet.feeAccount).not.toBe(of.wallet.feeAccount);
    expect(await keysOf(world, wallet.id)).toEqual(['agent active', 'agent revoked', 'owner active']);
    const request = await pay(world, await again(world, of), AUTONOMOUS, 'after the loss');
    await drive(world.deps);
    expect((await readRequest(world, request.id)).state).toBe('finalized');
    // Nothing that the owner signed before fits the key that came after.
    expect((await rotate(world, await again(world, of))).state).toBe('done');
    await expectInStep(world, of.wallet.id);
  });

  test('nothing is moved to a key that the signer has lost again: it has to be proposed anew', async () => {
    const of = await makeWallet(world);
    const { id, change } = await propose(of);
    world.keys.lose(of.wallet.id);
    expect(await prepareApproval(world.deps, { approvalId: id, actor: 'test' })).toMatchObject({
      error: { code: 'approval_not_prepared' },
    });
    expect((await approvalNow(world, id)).state).toBe('void');
    const done = await rotate(world, of, 'lost');
    expect(done.change?.agent).not.toBe(change?.agent);
    await expectInStep(world, of.wallet.id);
    expect(await keysOf(world, of.wallet.id)).toEqual(['agent active', 'agent failed', 'agent revoked', 'owner active']);
  });
});
