import {
  approve,
  type Kit,
  listKits,
  lookAfterKits,
  ok,
  type PreparedForOwner,
  prepareApproval,
  proposeKits,
  proposePolicy,
  rejectApproval,
  tokenAsset,
} from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsOf, arm, kitsOf, statesOf, TWO_ASSETS, toldOf, USDC } from './stopping-world.ts';
import { approveAs, drive, makeWallet, must, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.chain.addAsset(tokenAsset(USDC as never), 6);
});
afterAll(async () => {
  await world.close();
});

const propose = (of: TestWallet, purpose: 'lockdown' | 'recovery' = 'lockdown') =>
  proposeKits(world.deps, { walletId: of.wallet.id, purpose, actor: 'test' });
const warningsOf = async (of: TestWallet): Promise<readonly string[]> => must(await listKits(world.deps, of.wallet.id)).warnings;
const attemptsOf = async (id: PreparedForOwner['approval']['id']): Promise<readonly string[]> =>
  must(await world.deps.database.transact(async (tx) => ok((await tx.attempts.ofApproval(id)).map(({ state }) => state))));

describe('a lockdown is armed', () => {
  test('one kit over all limits and one for each, over nonces of their own, the signature kept sealed', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    expect(await warningsOf(of)).toEqual([expect.stringContaining('no lockdown is armed')]);
    await arm(world, of);
    const kits = await kitsOf(world, of.wallet.id);
    expect(kits.map(({ state, limits }) => [state, limits.length])).toEqual([
      ['armed', 2],
      ['armed', 1],
      ['armed', 1],
    ]);
    expect(new Set(kits.map(({ nonceAccount }) => nonceAccount)).size).toBe(3);
    for (const { message, sealedSignature, wire } of kits) {
      const signature = of.owner.sign(message);
      expect(wire).toBeNull();
      expect(Buffer.from(sealedSignature ?? []).includes(Buffer.from(signature))).toBe(false);
    }
    expect(await warningsOf(of)).toEqual([]);
    expect(await actionsOf(world, of.wallet.id)).toContain('lockdown.armed');
  });

  test('proposing again gives the approval that waits, and pays no rent twice', async () => {
    const of = await makeWallet(world);
    const [one, other] = [must(await propose(of)), must(await propose(of))];
    expect(other.id).toBe(one.id);
    expect(await attemptsOf(one.id)).toEqual(['finalized']);
    must(await approveAs(world.deps, one.id, of.owner));
    expect(await statesOf(world, of.wallet.id)).toEqual(['armed']);
  });

  test('at once from two replicas: rent is paid once', async () => {
    const of = await makeWallet(world);
    const [one, other] = (await Promise.all([propose(of), propose(of)])).map(must);
    expect(one?.id).toBe(other?.id);
    if (one) expect(await attemptsOf(one.id)).toEqual(['finalized']);
  });

  test('while the nonce accounts are on their way it says what to do, and makes no others', async () => {
    const of = await makeWallet(world);
    world.chain.setLanding('held');
    const approval = must(await propose(of));
    for (let asked = 0; asked < 2; asked += 1) {
      const early = await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' });
      expect(early).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    }
    expect(await attemptsOf(approval.id)).toEqual(['submitted']);
    world.chain.produceBlock(world.chain.pending());
    world.chain.setLanding('at_once');
    must(await approveAs(world.deps, approval.id, of.owner));
    expect(await statesOf(world, of.wallet.id)).toEqual(['armed']);
  });

  test('INVARIANT I2: nonce accounts whose making was lost are made again, once it provably cannot land', async () => {
    const of = await makeWallet(world);
    world.chain.setWeather('drop');
    const approval = must(await propose(of));
    world.chain.setWeather('fair');
    world.chain.mine(200n);
    await drive(world.deps);
    must(await approveAs(world.deps, approval.id, of.owner));
    expect(await attemptsOf(approval.id)).toContain('finalized');
  });

  test('preparing anew voids what was prepared before', async () => {
    const of = await makeWallet(world);
    const approval = must(await propose(of));
    must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    must(await approveAs(world.deps, approval.id, of.owner));
    expect((await statesOf(world, of.wallet.id)).toSorted()).toEqual(['armed', 'void']);
  });

  test('arming anew makes the former stale, over other nonces', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    await arm(world, of);
    const [former, now] = await kitsOf(world, of.wallet.id);
    expect([former?.state, now?.state]).toEqual(['stale', 'armed']);
    expect(now?.nonceAccount).not.toBe(former?.nonceAccount);
    // The former's nonce is free again.
    await arm(world, of);
    expect((await kitsOf(world, of.wallet.id)).at(-1)?.nonceAccount).toBe(former?.nonceAccount);
  });

  test('nothing is armed where the agent has no limit, or for a wallet that is not made', async () => {
    const none = await makeWallet(world, {
      assets: [
        { asset: 'SOL', perTransaction: { autonomous: '0', ceiling: '9' }, windows: [{ seconds: 86_400, autonomous: '0', ceiling: '9' }] },
      ],
    });
    expect(await propose(none)).toMatchObject({ ok: false, error: { code: 'kit_invalid' } });
    expect(await warningsOf(none)).toEqual([]);
  });
});

describe('INVARIANT I7: attacks on the arming', () => {
  async function prepared(of: TestWallet): Promise<PreparedForOwner> {
    const approval = must(await propose(of));
    return must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
  }
  const consent = ({ approval }: PreparedForOwner, messageSignatures: readonly Uint8Array[]) =>
    approve(world.deps, { approvalId: approval.id, statementSignature: null, newOwnerSignature: null, messageSignatures });
  const sign = (of: TestWallet, kits: readonly Kit[]) => kits.map(({ message }) => of.owner.sign(message));

  test("another's signature, a missing one, one for the wrong kit", async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    const asked = await prepared(of);
    const [one, ...others] = sign(of, asked.kits);
    if (!one) throw new Error('three kits');
    const stranger = createTestKey();
    for (const signatures of [asked.kits.map(({ message }) => stranger.sign(message)), others, [...others, one]])
      expect(await consent(asked, signatures)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
    expect(await statesOf(world, of.wallet.id)).toEqual(['waiting', 'waiting', 'waiting']);
  });

  test('a message that does something else than its record tells is not armed, though the owner signed it', async () => {
    const of = await makeWallet(world, TWO_ASSETS);
    const asked = await prepared(of);
    const [all, single] = asked.kits;
    await world.sql.query("SET session_replication_role = 'replica'");
    await world.sql.query('UPDATE kits SET message = $2 WHERE id = $1', [all?.id, single?.message]);
    await world.sql.query("SET session_replication_role = 'origin'");
    const kits = [{ ...all, message: single?.message }, ...asked.kits.slice(1)] as readonly Kit[];
    expect(await consent(asked, sign(of, kits))).toMatchObject({ ok: false, error: { code: 'kit_invalid' } });
  });

  test('a nonce that moved between showing and signing: nothing is armed that could never land', async () => {
    const of = await makeWallet(world);
    const asked = await prepared(of);
    const signatures = sign(of, asked.kits);
    const [kit] = asked.kits;
    if (!kit) throw new Error('one kit');
    const fee = must(await world.keys.signWithFeeKey({ walletId: of.wallet.id, message: kit.message }));
    const sent = must(
      await world.chain.assembleTransaction(kit.message, [
        ...fee,
        { signer: of.wallet.owner, signature: signatures[0] ?? new Uint8Array() },
      ]),
    );
    must(await world.chain.submitTransaction(sent.wire));
    expect(await consent(asked, signatures)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
  });

  test('signing twice, and two at once: armed once', async () => {
    const of = await makeWallet(world);
    const asked = await prepared(of);
    const signatures = sign(of, asked.kits);
    const answers = await Promise.all([consent(asked, signatures), consent(asked, signatures)]);
    expect(answers.filter(({ ok: done }) => done)).toHaveLength(1);
    expect((await consent(asked, signatures)).ok).toBe(false);
    expect(await statesOf(world, of.wallet.id)).toEqual(['armed']);
  });

  test('a chain that differs from the policy is not armed against', async () => {
    const of = await makeWallet(world);
    const approval = must(await propose(of));
    world.chain.alterWallet(of.wallet.multisig, (wallet) => ({ ...wallet, limits: [] }));
    expect(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' })).toMatchObject({
      ok: false,
      error: { code: 'chain_differs' },
    });
  });
});

describe('a recovery kit', () => {
  test('needs a recovery key', async () => {
    expect(await propose(await makeWallet(world), 'recovery')).toMatchObject({ ok: false, error: { code: 'recovery_key_missing' } });
  });

  test('is handed out; nothing of it is kept but the record, and without one there is a warning', async () => {
    const recovery = createTestKey();
    const of = await makeWallet(world, {}, createTestKey(), recovery.address);
    expect(await warningsOf(of)).toEqual([expect.any(String), expect.stringContaining('recovery kit')]);
    await arm(world, of, 'recovery');
    const [kit] = await kitsOf(world, of.wallet.id);
    expect(kit).toMatchObject({ purpose: 'recovery', state: 'handed_out', sealedSignature: null, wire: null, signature: null });
    expect(await warningsOf(of)).toEqual([expect.stringContaining('no lockdown')]);
  });
});

describe('looking after kits', () => {
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
  const waiting = async (of: TestWallet) =>
    must(
      await world.deps.database.transact(async (tx) =>
        ok(await tx.approvals.list({ walletId: of.wallet.id, state: 'waiting', kind: 'arm_lockdown' }, { limit: 5, cursor: null })),
      ),
    );

  test('a policy with other limits makes a lockdown stale, and the owner is asked to arm another, once', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    const { approval } = must(
      await proposePolicy(world.deps, { walletId: of.wallet.id, policyText: policyText(of.merchant), actor: 'test' }),
    );
    must(await approveAs(world.deps, approval.id, of.owner));
    await drive(world.deps);
    await lookAfterKits(world.deps);
    await lookAfterKits(world.deps);
    expect(await statesOf(world, of.wallet.id)).toEqual(['stale']);
    const asked = await waiting(of);
    expect(asked).toHaveLength(1);
    for (const { id } of asked) must(await approveAs(world.deps, id, of.owner));
    await lookAfterKits(world.deps);
    expect(await statesOf(world, of.wallet.id)).toEqual(['stale', 'armed']);
    expect(await waiting(of)).toEqual([]);
  });

  test('an owner who says no is asked again after a day, not before', async () => {
    const of = await makeWallet(world);
    await arm(world, of);
    await world.sql.query("SET session_replication_role = 'replica'");
    await world.sql.query("UPDATE kits SET state = 'stale' WHERE wallet_id = $1", [of.wallet.id]);
    await world.sql.query("SET session_replication_role = 'origin'");
    await lookAfterKits(world.deps);
    const [asked] = await waiting(of);
    if (!asked) throw new Error('asked once');
    must(await rejectApproval(world.deps, { approvalId: asked.id, reason: 'no', actor: 'test' }));
    await lookAfterKits(world.deps);
    expect(await waiting(of)).toEqual([]);
    const tomorrow = { ...world.deps, clock: { nowMs: () => Date.now() + 86_500_000 } };
    await lookAfterKits(tomorrow);
    expect(await waiting(of)).toHaveLength(1);
  });

  test('an owner who never armed one is warned once a day, and asked for nothing', async () => {
    const of = await makeWallet(world);
    await lookAfterKits(world.deps);
    await lookAfterKits(world.deps);
    expect(toldOf(world, of).filter((kind) => kind === 'lockdown.missing')).toHaveLength(1);
    expect(await waiting(of)).toEqual([]);
  });
});
