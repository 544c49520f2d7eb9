import { lookAfterKeys, type WalletId, watchWallets } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureWallets } from '../../src/metrics/measure-wallets.ts';
import { approveAs, type Harness, startHarness } from './harness.ts';

describe('figures of all wallets', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());
  /** The value of one metric; `null` where it is not told. */
  async function figure(name: string): Promise<number | null> {
    const { text } = await harness.ask({ path: '/metrics' });
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return line === undefined ? null : Number(line.slice(name.length + 1));
  }

  test('when keys are due, what is armed, what is frozen, how far the watcher is', async () => {
    const [armed, bare] = [await harness.makeWallet(), await harness.makeWallet()];
    const asked = await harness.ask({ method: 'POST', path: `/v1/wallets/${armed.id}/kits`, body: { purpose: 'lockdown' } });
    expect((await approveAs(harness, String((asked.json as unknown as { id: string }).id), armed.owner)).status).toBe(200);
    await watchWallets(harness.deps, null);
    await lookAfterKeys(harness.deps);
    await measureWallets(harness.deps, harness.metrics);
    const days = ((await figure(`countersign_key_due_seconds{wallet="${armed.id}",role="agent"}`)) ?? 0) / 86_400;
    expect(days).toBeGreaterThan(89);
    expect(days).toBeLessThanOrEqual(90);
    expect(await figure(`countersign_key_due_seconds{wallet="${armed.id}",role="owner"}`)).toBeGreaterThan(364 * 86_400);
    expect(await figure(`countersign_kits_armed{wallet="${armed.id}",purpose="lockdown"}`)).toBeGreaterThan(0);
    expect(await figure(`countersign_kits_armed{wallet="${bare.id}",purpose="lockdown"}`)).toBe(0);
    expect(await figure(`countersign_watched_slot{wallet="${bare.id}"}`)).toBeGreaterThan(0);
    expect(await figure(`countersign_watched_age_seconds{wallet="${bare.id}"}`)).toBeLessThan(60);
    expect(await figure('countersign_wallets_frozen')).toBe(0);

    await harness.ask({ method: 'POST', path: `/v1/wallets/${armed.id as WalletId}/freeze`, body: {} });
    await measureWallets(harness.deps, harness.metrics);
    expect(await figure('countersign_wallets_frozen')).toBe(1);
  });
});
