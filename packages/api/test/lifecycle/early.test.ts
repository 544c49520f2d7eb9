import {
  type Approval,
  approve,
  cancelTransaction,
  type Dependencies,
  type DomainError,
  decideAgain,
  freezeWallet,
  ok,
  type PreparedForOwner,
  prepareApproval,
  type RequestId,
  type Result,
  rejectApproval,
  releasePayment,
  sha256Hex,
  tightenPolicy,
  vetoByStatement,
  wrapOffChainMessage,
} from '@countersign/core';
import { verifyAuditChain } from '@countersign/postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consentEarly, delayed, prepareEarly, type Waiting } from './early-consent.ts';
import { ownerSays } from './owner-says.ts';
import {
  approvalOf,
  budgetOf,
  DELAYED,
  drive,
  endDelay,
  must,
  pay,
  readRequest,
  readWallet,
  SLOWLY,
  startWorld,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const waiting = (): Promise<Waiting> => delayed(world);
const prepare = (it: Waiting, deps: Dependencies = world.deps): Promise<PreparedForOwner> => prepareEarly(deps, it);
const consent = (it: Waiting, prepared: PreparedForOwner, deps: Dependencies = world.deps): Promise<Result<Approval, DomainError>> =>
  consentEarly(deps, it, prepared);
const stateOf = async (id: RequestId): Promise<string> => (await readRequest(world, id)).state;
const inForce = async ({ of }: Waiting): Promise<string> =>
  must(await world.deps.database.read(async (reader) => ok((await reader.policies.active(of.wallet.id))?.policySha256 ?? '')));

describe('letting a delayed payment go early', () => {
  test('what is signed names request, policy, intent and effects, and no transaction', async () => {
    const it = await waiting();
    const { statement, attempts, kits, intent } = await prepare(it);
    expect([attempts, kits]).toEqual([[], []]);
    expect((statement ?? '').split('\n').slice(1, -3)).toEqual([
      'action: approve-request',
      `network: ${world.deps.network}`,
      `wallet: ${it.of.wallet.multisig}`,
      `request: ${it.request.id}`,
      `policy-sha256: ${await inForce(it)}`,
      `message-sha256: ${sha256Hex(intent ?? '')}`,
      `effect: Send ${DELAYED} base units of SOL from ${it.of.wallet.vault} to ${it.of.merchant}.`,
    ]);
  });

  test('INVARIANT I6: it goes at once, by the agent alone, once; the release finds nothing to do', async () => {
    const it = await waiting();
    must(await consent(it, await prepare(it)));
    expect(await stateOf(it.request.id)).toBe('submitted');
    expect(await approvalOf(world, it.request.id)).toMatchObject({ state: 'done', releasesAtMs: null });
    await endDelay(world, it.approval);
    await releasePayment(world.deps, it.approval.id);
    await drive(world.deps);
    expect(await readRequest(world, it.request.id)).toEqual({ state: 'finalized', attempts: ['finalized'] });
    expect(world.chain.balance(it.of.merchant)).toBe(DELAYED);
    const { rows } = await world.sql.query<{ alone: string }>(
      "SELECT coalesce(sum(settled_alone), 0)::text AS alone FROM budget_meters WHERE wallet_id = $1 AND meter = 'asset/SOL'",
      [it.of.wallet.id],
    );
    expect(rows[0]?.alone).toBe(DELAYED.toString());
    const audit = await world.sql.query<{ actor: string }>(
      "SELECT actor FROM audit_entries WHERE subject = $1 AND action = 'approval.approved'",
      [it.approval.id],
    );
    expect(audit.rows).toEqual([{ actor: `owner:${it.of.owner.address}` }]);
    expect(must(await world.deps.database.transact(async (tx) => ok(await verifyAuditChain(tx.audit, it.of.wallet.id))))).toMatchObject({
      ok: true,
    });
  });

  test('a wallet may wrap what it signs', async () => {
    const it = await waiting();
    const { statement } = await prepare(it);
    const signature = it.of.owner.sign(wrapOffChainMessage(statement ?? ''));
    must(
      await approve(world.deps, {
        approvalId: it.approval.id,
        statementSignature: signature,
        newOwnerSignature: null,
        messageSignatures: [],
      }),
    );
    expect(await stateOf(it.request.id)).toBe('submitted');
  });

  test('the same consent ten times at once, and afterwards, has one effect', async () => {
    const it = await waiting();
    const prepared = await prepare(it);
    const all = await Promise.all(Array.from({ length: 10 }, () => consent(it, prepared)));
    expect(all.filter((each) => each.ok)).toHaveLength(1);
    expect(await consent(it, prepared)).toMatchObject({ ok: false, error: { code: 'approval_not_waiting' } });
    await drive(world.deps);
    expect(await readRequest(world, it.request.id)).toEqual({ state: 'finalized', attempts: ['finalized'] });
    expect(world.chain.balance(it.of.merchant)).toBe(DELAYED);
  });

  test('INVARIANT I7: consent, veto, rejection, cancellation, release and freeze at once have one winner', async () => {
    const winners = new Map<string, number>();
    for (let round = 0; round < 24; round += 1) {
      const it = await waiting();
      const prepared = await prepare(it);
      const { id } = it.approval;
      await endDelay(world, it.approval);
      const racers: readonly (readonly [string, () => Promise<{ readonly ok: boolean } | undefined>])[] = [
        ['consent', () => consent(it, prepared)],
        [
          'veto',
          () =>
            vetoByStatement(world.deps, { approvalId: id, ...ownerSays(world, it.of, { action: 'veto-request', request: it.request.id }) }),
        ],
        ['rejection', () => rejectApproval(world.deps, { approvalId: id, reason: 'no', actor: 'operator' })],
        ['cancellation', () => cancelTransaction(world.deps, { requestId: it.request.id, actor: 'agent' })],
        ['release', () => releasePayment(world.deps, id).then(() => undefined)],
        ['freeze', () => freezeWallet(world.deps, { walletId: it.of.wallet.id, reason: 'stop', actor: 'test' })],
      ];
      // Each round another begins.
      const first = round % racers.length;
      const order = [...racers.slice(first), ...racers.slice(0, first)];
      const results = await Promise.all(order.map(([, run]) => run().catch(() => undefined)));
      const won = order.flatMap(([name], index) => (results[index]?.ok === true && name !== 'freeze' ? [name] : []));
      await drive(world.deps);
      world.chain.mine(400n);
      await drive(world.deps);
      const { state, attempts } = await readRequest(world, it.request.id);
      const landed = world.chain.balance(it.of.merchant);
      expect([0n, DELAYED]).toContain(landed);
      expect(won.length).toBeLessThanOrEqual(1);
      expect(attempts.length).toBeLessThanOrEqual(1);
      if (landed > 0n) expect([['consent'], []]).toContainEqual(won);
      if (won[0] === 'veto' || won[0] === 'rejection') expect(state).toBe('rejected');
      if (won[0] === 'cancellation') expect(state).toBe('cancelled');
      expect((await readWallet(world.deps, it.of.wallet.id)).state).toBe('frozen');
      expect(await budgetOf(world, it.of.wallet.id)).toEqual({ reserved: 0n, settled: landed });
      winners.set(won[0] ?? state, (winners.get(won[0] ?? state) ?? 0) + 1);
    }
    expect(winners.size).toBeGreaterThan(1);
  });
});

describe('what an early consent does not survive (INVARIANT I6)', () => {
  test('another preparation', async () => {
    const it = await waiting();
    const first = await prepare(it);
    await prepare(it);
    expect(await consent(it, first)).toMatchObject({ ok: false, error: { code: 'owner_signature_invalid' } });
  });

  test('its own end', async () => {
    const it = await waiting();
    const hurried = { ...world.deps, limits: { ...world.deps.limits, statementLifetimeMs: -2_000 } };
    expect(await consent(it, await prepare(it, hurried))).toMatchObject({ ok: false, error: { code: 'statement_invalid' } });
    expect(await stateOf(it.request.id)).toBe('awaiting_delay');
    must(await consent(it, await prepare(it)));
  });

  test('a tightening, even one that the payment fits', async () => {
    const it = await waiting();
    const prepared = await prepare(it);
    await tighten(it, { cooldownSeconds: 1 });
    expect(await consent(it, prepared)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    must(await consent(it, await prepare(it)));
  });

  test('a tightening that commits between the check and the decision', async () => {
    const it = await waiting();
    const prepared = await prepare(it);
    let tightened = false;
    const late: Dependencies = {
      ...world.deps,
      chain: {
        ...world.chain,
        async buildTransaction(input) {
          if (!tightened) await tighten(it, { cooldownSeconds: 1 });
          tightened = true;
          return world.chain.buildTransaction(input);
        },
      },
    };
    expect(await consent(it, prepared, late)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    expect(await stateOf(it.request.id)).toBe('awaiting_delay');
  });

  test('a freeze', async () => {
    const it = await waiting();
    const prepared = await prepare(it);
    must(await freezeWallet(world.deps, { walletId: it.of.wallet.id, reason: 'stop', actor: 'test' }));
    expect(await consent(it, prepared)).toMatchObject({ ok: false, error: { code: 'wallet_not_active' } });
    expect(world.chain.balance(it.of.merchant)).toBe(0n);
  });

  test('an intent that would be built otherwise by now', async () => {
    const it = await waiting();
    const prepared = await prepare(it);
    const other: Dependencies = { ...world.deps, chain: { ...world.chain, buildIntent: async () => ok(new Uint8Array(8)) } };
    expect(await consent(it, prepared, other)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    expect(await stateOf(it.request.id)).toBe('awaiting_delay');
  });

  test('budgets that are used up: it is refused, keeps waiting, and its moment leaves it to the owner to countersign', async () => {
    const it = await waiting();
    const prepared = await prepare(it);
    for (let index = 0; index < 3; index += 1) await pay(world, it.of, 100n, `fill ${index}`);
    expect(await consent(it, prepared)).toMatchObject({ ok: false, error: { code: 'approval_denied' } });
    expect(await prepareApproval(world.deps, { approvalId: it.approval.id, actor: 'test' })).toMatchObject({
      ok: false,
      error: { code: 'approval_denied' },
    });
    await endDelay(world, it.approval);
    await releasePayment(world.deps, it.approval.id);
    expect(await stateOf(it.request.id)).toBe('awaiting_owner');
    // The statement that lets it go alone is void; what is prepared now is a transaction.
    expect(await consent(it, prepared)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    const { statement, attempts } = await prepare(it);
    expect([statement, attempts.length]).toEqual([null, 1]);
    expect(await consent(it, prepared)).toMatchObject({ ok: false });
    const given = { approvalId: it.approval.id, statementSignature: null, newOwnerSignature: null };
    must(await approve(world.deps, { ...given, messageSignatures: attempts.map(({ message }) => it.of.owner.sign(message)) }));
    await drive(world.deps);
    expect(await stateOf(it.request.id)).toBe('finalized');
  });
});

describe('what went early and provably did not land', () => {
  test('INVARIANT I3: goes again without another delay, under the policy that the owner consented under; a longer delay is waited out', async () => {
    for (const longer of [false, true]) {
      const it = await waiting();
      world.chain.setWeather('drop');
      must(await consent(it, await prepare(it)));
      world.chain.setWeather('fair');
      if (longer) await tighten(it, { assets: slowerBy(7_200) });
      world.chain.mine(400n);
      await drive(world.deps);
      await decideAgain(world.deps, it.request.id);
      await drive(world.deps);
      expect(await stateOf(it.request.id)).toBe(longer ? 'awaiting_delay' : 'finalized');
      expect(world.chain.balance(it.of.merchant)).toBe(longer ? 0n : DELAYED);
    }
  });
});

/** The delay of the slow policy, made longer. */
function slowerBy(delaySeconds: number): readonly object[] {
  return SLOWLY.assets.map((asset) => {
    const { perTransaction, ...rest } = asset as { readonly perTransaction: { readonly delayed: object } };
    return { ...rest, perTransaction: { ...perTransaction, delayed: { ...perTransaction.delayed, delaySeconds } } };
  });
}

async function tighten({ of }: Waiting, change: { readonly [member: string]: unknown }): Promise<void> {
  const text = must(await world.deps.database.read(async (reader) => ok((await reader.policies.active(of.wallet.id))?.text ?? '{}')));
  const policyText = JSON.stringify({ ...(JSON.parse(text) as object), ...change });
  must(await tightenPolicy(world.deps, { walletId: of.wallet.id, policyText, actor: 'operator' }));
}
