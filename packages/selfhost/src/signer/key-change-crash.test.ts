import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Keypair, PublicKey } from '@solana/web3.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failingDisk } from '../../test/support/failing-disk.ts';
import { prepare, spendOf, statusOf } from '../../test/support/key-changes.ts';
import { addressOf, type Cast } from '../../test/support/message-builder.ts';
import { boundsFor, destroyOrder, replaceOrder, rotateOrder } from '../../test/support/owner-side.ts';
import {
  enrollWithBounds,
  type ManualClock,
  manualClock,
  OWNER_KEY,
  openTestSigner,
  type TestSigner,
  temporaryDirectory,
  WALLET,
} from '../../test/support/test-signer.ts';

vi.mock('node:fs/promises', async (real) => (await import('../../test/support/failing-disk.ts')).onFailingDisk(await real()));

const NEXT = Keypair.generate();
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let clock: ManualClock;
let cast: Cast;
beforeEach(async () => {
  directory = await temporaryDirectory();
  clock = manualClock();
});
afterEach(async () => {
  failingDisk.mend();
  await directory.remove();
});

/** A wallet that paid 1,500,000, in folder `template`, closed; what `work` gives. */
async function template<T>(work: (signer: TestSigner) => Promise<T>): Promise<T> {
  const signer = await openTestSigner(join(directory.path, 'template'), clock);
  cast = await enrollWithBounds(signer);
  for (const amount of [1_000_000, 500_000]) expect(await signer.code('sign', spendOf(cast, amount))).toBe('ok');
  const done = await work(signer);
  await signer.signer.close();
  return done;
}
const files = async (folder: string): Promise<readonly string[]> => (await readdir(join(folder, WALLET))).sort();

interface Change {
  readonly operation: string;
  readonly order: object;
  readonly before: { readonly agent: string; readonly revision: number; readonly files: readonly string[] };
  readonly after: { readonly agent: string; readonly revision: number; readonly files: readonly string[] };
}
const LIVE = ['agent.json', 'receipts.log', 'state.json'];

/**
 * Fails the n-th change of the disk and all after it, for each n until none fails any more; opens the keystore again each time. INVARIANT I2: it is as
 * before or as after, never in between; asking again brings it to the end; nothing counted is lost (INVARIANT I4); nothing is left lying about.
 */
async function atEveryStep(
  { operation, order, before, after }: Change,
  suspend: boolean,
): Promise<{ readonly steps: number; readonly kept: number }> {
  let kept = 0;
  for (let step = 0; ; step += 1) {
    const folder = join(directory.path, `step-${step}`);
    await cp(join(directory.path, 'template'), folder, { recursive: true, preserveTimestamps: true });
    let signer = await openTestSigner(folder, clock);
    if (suspend) await signer.code('suspend', { walletId: WALLET });
    failingDisk.failAfter(step);
    const code = await signer.code(operation, { walletId: WALLET, ...order }).catch(() => 'internal');
    const goesOn = await signer.code('sign', spendOf(cast, 1)).catch(() => 'internal');
    const asked = failingDisk.mend();
    if (code === 'internal')
      expect(['locked', 'suspended', 'ok', 'internal', ...(before.agent === '' ? ['unknown_wallet'] : [])]).toContain(goesOn);
    await signer.signer.close();

    signer = await openTestSigner(folder, clock);
    const isAfter = await seen(signer, after);
    if (!isAfter) {
      expect(await seen(signer, before), `step ${step}`).toBe(true);
      expect(await files(folder)).toEqual(before.files);
      kept += 1;
    }
    if (code === 'ok') expect(isAfter).toBe(true);
    expect(await signer.code(operation, { walletId: WALLET, ...order })).toBe('ok');
    expect(await seen(signer, after)).toBe(true);
    await signer.signer.close();
    signer = await openTestSigner(folder, clock);
    expect(await seen(signer, after)).toBe(true);
    expect(await files(folder)).toEqual(after.files);
    if (after.agent !== '') {
      const status = await statusOf(signer);
      expect(status.state).toBe(suspend ? 'suspended' : 'active');
      expect(status.windows[0]?.used).toBeGreaterThanOrEqual(1_500_000n);
    }
    await signer.signer.close();
    if (asked <= step) return { steps: step, kept };
  }
}
async function seen({ ask }: TestSigner, { agent, revision }: Change['before']): Promise<boolean> {
  const hello = await ask('hello', {});
  const [wallet] = 'ok' in hello ? (hello.ok['wallets'] as { agentPublicKey: string; policyRevision: number }[]) : [];
  return wallet?.agentPublicKey === agent && wallet.policyRevision === revision;
}

describe('INVARIANT I2: a process that ends at any step of a change of keys', () => {
  for (const suspend of [false, true])
    test(`rotation${suspend ? ' of a suspended wallet' : ''}`, async () => {
      const next = await template((signer) => prepare(signer, cast));
      const change = await atEveryStep(
        {
          operation: 'rotate_key',
          order: rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 })),
          before: { agent: addressOf(cast.agent), revision: 1, files: ['agent-next.json', ...LIVE] },
          after: { agent: addressOf(next.agent), revision: 2, files: LIVE },
        },
        suspend,
      );
      expect(change.steps).toBeGreaterThan(12);
      expect(change.kept).toBeGreaterThan(5);
      expect(change.kept, 'the commit is not the last step').toBeLessThan(change.steps - 3);
    });
  test('another owner, with a key that waits', async () => {
    await template((signer) => prepare(signer, cast));
    const agent = addressOf(cast.agent);
    const change = await atEveryStep(
      {
        operation: 'replace_owner',
        order: replaceOrder(OWNER_KEY, NEXT, cast, boundsFor(cast, { revision: 2 })),
        before: { agent, revision: 1, files: ['agent-next.json', ...LIVE] },
        after: { agent, revision: 2, files: ['agent-next.json', ...LIVE] },
      },
      false,
    );
    expect(change.steps).toBeGreaterThan(12);
  });
  test('destroying the key, and giving the wallet another one', async () => {
    const order = await template(async (signer) => {
      await prepare(signer, cast);
      return destroyOrder(OWNER_KEY, cast);
    });
    const gone = { agent: '', revision: 0, files: ['receipts.log', 'vacant.json'] };
    await atEveryStep(
      {
        ...{ operation: 'destroy_key', order },
        before: { agent: addressOf(cast.agent), revision: 1, files: ['agent-next.json', ...LIVE] },
        after: gone,
      },
      false,
    );
  });
  test('a vacant wallet gets a key', async () => {
    const next = await template(async (signer) => {
      expect(await signer.code('destroy_key', { walletId: WALLET, ...destroyOrder(OWNER_KEY, cast) })).toBe('ok');
      return prepare(signer, cast);
    });
    await atEveryStep(
      {
        operation: 'rotate_key',
        order: rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 })),
        before: { agent: '', revision: 0, files: ['agent-next.json', 'receipts.log', 'vacant.json'] },
        after: { agent: addressOf(next.agent), revision: 2, files: LIVE },
      },
      false,
    );
  });
});

describe('while the process lives on after a failure', () => {
  test('before the commit the old key goes on; after it the wallet is locked until the next start, and so is a suspension', async () => {
    const next = await template((signer) => prepare(signer, cast));
    const order = rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 }));
    const outcomes = new Set<string>();
    for (let step = 0; step < 40; step += 1) {
      const folder = join(directory.path, `live-${step}`);
      await cp(join(directory.path, 'template'), folder, { recursive: true });
      let signer = await openTestSigner(folder, clock);
      failingDisk.failAfter(step);
      const code = await signer.code('rotate_key', { walletId: WALLET, ...order }).catch(() => 'internal');
      failingDisk.mend();
      if (code === 'ok') {
        await signer.signer.close();
        break;
      }
      const signs = await signer.code('sign', spendOf(cast, 1));
      outcomes.add(signs);
      if (signs === 'ok') {
        expect(await signer.code('rotate_key', { walletId: WALLET, ...order }), 'it can be asked for again').toBe('ok');
        expect(await signer.code('sign', spendOf(next, 1))).toBe('ok');
      } else {
        expect(signs).toBe('locked');
        for (const operation of ['rotate_key', 'suspend'])
          expect(await signer.code(operation, { walletId: WALLET, ...(operation === 'suspend' ? {} : order) })).toBe('locked');
        expect(await signer.code('sign', spendOf(cast, 1)), 'stopped all the same').toBe('locked');
      }
      await signer.signer.close();
      signer = await openTestSigner(folder, clock);
      await signer.code('rotate_key', { walletId: WALLET, ...order });
      expect(await statusOf(signer)).toMatchObject({ agentPublicKey: addressOf(next.agent) });
      await signer.signer.close();
    }
    expect(outcomes).toEqual(new Set(['ok', 'locked']));
  });
  test('a committed change whose files were damaged is not put over anything', async () => {
    const next = await template((signer) => prepare(signer, cast));
    const order = rotateOrder(OWNER_KEY, cast, boundsFor(next, { revision: 2 }));
    const { readFile, writeFile } = await import('node:fs/promises');
    for (let step = 1; ; step += 1) {
      const folder = join(directory.path, `damaged-${step}`);
      await cp(join(directory.path, 'template'), folder, { recursive: true });
      const signer = await openTestSigner(folder, clock);
      failingDisk.failAfter(step);
      await signer.code('rotate_key', { walletId: WALLET, ...order }).catch(() => 'internal');
      failingDisk.mend();
      await signer.signer.close();
      if (!(await files(folder)).includes('change-rotate')) continue;
      const staged = join(folder, WALLET, 'change-rotate');
      for (const name of ['agent.json', 'state.json']) {
        const good = await readFile(join(staged, name));
        await writeFile(join(staged, name), good.subarray(0, good.length - 9), { mode: 0o600 });
        const before = await readFile(join(folder, WALLET, 'agent.json'));
        await expect(openTestSigner(folder, clock)).rejects.toThrow(/malformed/);
        expect(await readFile(join(folder, WALLET, 'agent.json'))).toEqual(before);
        await writeFile(join(staged, name), good, { mode: 0o600 });
      }
      const again = await openTestSigner(folder, clock);
      expect(await again.code('sign', spendOf({ ...cast, agent: new PublicKey(next.agent) }, 1))).toBe('ok');
      await again.signer.close();
      return;
    }
  });
});
