import { dryRunTransaction, ok, proposeTransaction } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTONOMOUS, CEILING, makeWallet, must, readWallet, SOL, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const asking = (of: TestWallet, amount: bigint, key: string, recipient = of.merchant) => ({
  walletId: of.wallet.id,
  action: { kind: 'payment' as const, payment: { asset: SOL, amount, recipient, memo: null } },
  credential: of.agent,
  idempotencyKey: key,
  fingerprint: key,
});
const signerState = async (of: TestWallet): Promise<string | undefined> =>
  (await world.keys.healthCheck()).wallets.find(({ walletId }) => walletId === of.wallet.id)?.state;

describe('INVARIANT I7: stopping is automatic', () => {
  test('probing for limits freezes the wallet and suspends the key at the count that the policy names', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 5 } });
    const stranger = createTestKey().address;
    for (let probe = 1; probe <= 5; probe += 1) {
      expect((await readWallet(world.deps, of.wallet.id)).state).toBe('active');
      // A dry run is no probe that counts, and no way around the count either: it is audited and limited in its rate.
      must(await dryRunTransaction(world.deps, asking(of, BigInt(probe), `dry ${probe}`, stranger)));
      const { request } = must(await proposeTransaction(world.deps, asking(of, BigInt(probe), `probe ${probe}`, stranger)));
      expect(request.state).toBe('denied');
    }
    const frozen = await readWallet(world.deps, of.wallet.id);
    expect(frozen.state).toBe('frozen');
    expect(frozen.frozenReason).toContain('FREEZE_AND_ALERT');
    expect(await signerState(of)).toBe('suspended');
    expect(must(await proposeTransaction(world.deps, asking(of, 1n, 'honest'))).request.state).toBe('denied');
  });

  test('failures in a row send the next payments to the owner', async () => {
    const of = await makeWallet(world, { failures: { inARow: 2, consequence: 'countersigned' } });
    for (const key of ['a', 'b']) must(await proposeTransaction(world.deps, asking(of, CEILING + 1n, key)));
    expect(must(await proposeTransaction(world.deps, asking(of, AUTONOMOUS, 'c'))).request.state).toBe('awaiting_owner');
  });

  test('a freeze by the service is in the audit log, with the decision, in one transaction', async () => {
    const of = await makeWallet(world, { denials: { seconds: 300, freezeAt: 1 } });
    must(await proposeTransaction(world.deps, asking(of, 1n, 'probe', createTestKey().address)));
    const entries = must(
      await world.deps.database.transact(async (tx) => ok(await tx.audit.list(of.wallet.id, { limit: 4, beforeSequence: null }))),
    );
    expect(entries.map(({ action, actor }) => [action, actor]).toReversed()).toEqual([
      ['request.decided', of.agent.id],
      ['key.suspended', 'service'],
      ['wallet.frozen', 'service'],
      ['key.called_for_rotation', 'service'],
    ]);
    expect(entries[3]?.details).toMatchObject({ verdict: 'denied', escalation: 'FREEZE_AND_ALERT' });
  });
});
