import { approve, type Dependencies, prepareApproval, proposeTransaction, releasePayment } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asset, type Policies, policiesOf } from './tightening-world.ts';
import {
  approvalOf,
  approveAs,
  budgetOf,
  CEILING,
  DELAYED,
  drive,
  endDelay,
  makeWallet,
  must,
  pay,
  payment,
  readRequest,
  SLOWLY,
  startWorld,
  type World,
} from './world.ts';

let world: World;
let policies: Policies;
beforeAll(async () => {
  world = await startWorld();
  policies = policiesOf(world);
});
afterAll(async () => {
  await world.close();
});

describe('what was in flight when it was tightened', () => {
  test('after the commit nothing is decided that only the document before allows, however slow the planning', async () => {
    for (let round = 0; round < 4; round += 1) {
      const of = await makeWallet(world);
      const text = await policies.changed(of, { assets: [asset({ autonomous: 0n })] });
      const slow: Dependencies = {
        ...world.deps,
        chain: {
          ...world.chain,
          async simulateTransaction(...input) {
            await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
            return world.chain.simulateTransaction(...input);
          },
        },
      };
      const asking = Promise.all(Array.from({ length: 25 }, (_, index) => proposeTransaction(slow, payment(of, 10n, `k${index}`))));
      await new Promise((resolve) => setTimeout(resolve, 15 * round));
      must(await policies.tightenTo(of, text));
      for (const asked of await asking) must(asked);
      const { rows } = await world.sql.query<{ action: string; details: { state?: string } }>(
        'SELECT action, details FROM audit_entries WHERE chain = $1 ORDER BY sequence',
        [of.wallet.id],
      );
      const at = rows.findIndex(({ action }) => action === 'policy.tightened');
      const later = rows.slice(at).filter(({ action }) => action === 'request.decided');
      expect(at).toBeGreaterThan(0);
      expect(later.filter(({ details }) => details.state === 'approved')).toEqual([]);
      await drive(world.deps);
      expect(await budgetOf(world, of.wallet.id)).toEqual({ reserved: 0n, settled: world.chain.balance(of.merchant) });
    }
  });

  test('INVARIANT I4: a budget over all wallets of the owner that comes in by tightening holds at once, over both', async () => {
    const of = await makeWallet(world);
    const other = await makeWallet(world, {}, of.owner);
    const group = {
      name: 'all',
      scope: 'owner',
      members: [{ asset: 'SOL', weight: '1' }],
      windows: [{ seconds: 86_400, autonomous: '150', ceiling: '5000' }],
    };
    const tightening = Promise.all([policies.tighten(of, { groups: [group] }), policies.tighten(other, { groups: [group] })]);
    const during = [of, other].flatMap((each) => Array.from({ length: 5 }, (_, index) => pay(world, each, 10n, `during ${index}`)));
    (await tightening).map(must);
    await Promise.all(during);
    const after = [of, other].flatMap((each) => Array.from({ length: 6 }, (_, index) => pay(world, each, 20n, `after ${index}`)));
    const alone = (await Promise.all(after)).filter(({ route }) => route === 'autonomous');
    await drive(world.deps);
    expect(alone).toHaveLength(2);
    expect(world.chain.balance(of.merchant) + world.chain.balance(other.merchant)).toBe(140n);
  });

  test('INVARIANT I6: what the owner was to countersign is void, and judged by the new document when it is prepared again', async () => {
    const of = await makeWallet(world);
    const { id } = await pay(world, of, CEILING, 'large');
    const approval = await approvalOf(world, id);
    const { attempts } = must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    const signed = {
      ...{ approvalId: approval.id, statementSignature: null, newOwnerSignature: null },
      messageSignatures: attempts.map(({ message }) => of.owner.sign(message)),
    };
    must(await policies.tighten(of, { assets: [asset({ ceiling: CEILING - 1n })] }));
    expect(await approve(world.deps, signed)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    expect(await approveAs(world.deps, approval.id, of.owner)).toMatchObject({ ok: false, error: { code: 'approval_denied' } });
    await drive(world.deps);
    expect(world.chain.balance(of.merchant)).toBe(0n);
  });

  test('a tightening that commits while a countersignature is being witnessed leaves nothing decided', async () => {
    const of = await makeWallet(world);
    const { id } = await pay(world, of, CEILING, 'large');
    const approval = await approvalOf(world, id);
    const { attempts } = must(await prepareApproval(world.deps, { approvalId: approval.id, actor: 'test' }));
    const late: Dependencies = {
      ...world.deps,
      chain: {
        ...world.chain,
        async simulateTransaction(...input) {
          must(await policies.tighten(of, { cooldownSeconds: 1 }));
          return world.chain.simulateTransaction(...input);
        },
      },
    };
    const messageSignatures = attempts.map(({ message }) => of.owner.sign(message));
    const given = { approvalId: approval.id, statementSignature: null, newOwnerSignature: null, messageSignatures };
    expect(await approve(late, given)).toMatchObject({ ok: false, error: { code: 'approval_not_prepared' } });
    expect((await readRequest(world, id)).state).toBe('awaiting_owner');
  });

  test.each([
    ['less after a delay', { assets: [asset({ delayed: { upTo: DELAYED - 1n, delaySeconds: 3_600 } })] }, 'awaiting_owner'],
    ['a longer delay', { assets: [asset({ delayed: { upTo: DELAYED, delaySeconds: 3_601 } })] }, 'awaiting_owner'],
    ['no delay any more', { assets: [asset({})] }, 'awaiting_owner'],
    ['no recipient any more', { recipients: [] }, 'denied'],
    ['a lower ceiling', { assets: [asset({ ceiling: DELAYED - 1n })] }, 'denied'],
    ['something that it fits', { cooldownSeconds: 1 }, 'finalized'],
  ] as const)('a payment that waits out its delay is judged by the new document when it goes: %s', async (_name, change, state) => {
    const of = await makeWallet(world, SLOWLY);
    const { id } = await pay(world, of, DELAYED, 'slow');
    const approval = await approvalOf(world, id);
    must(await policies.tighten(of, change));
    await endDelay(world, approval);
    await releasePayment(world.deps, approval.id);
    await drive(world.deps);
    expect((await readRequest(world, id)).state).toBe(state);
    expect(world.chain.balance(of.merchant)).toBe(state === 'finalized' ? DELAYED : 0n);
  });
});
