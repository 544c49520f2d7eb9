import { freezeByStatement, type PreparedForOwner } from '@countersign/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askDelayed, consentEarly, prepareEarly, type Waiting } from './early-consent.ts';
import { checkBooks, comeToRest, everyPoint } from './every-point.ts';
import { ownerSays, type Said } from './owner-says.ts';
import { DELAYED, drive, readWallet, SLOWLY, startWorld, type TestWallet, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.close();
});

const NOTHING_SAID: Said = { statement: '', signature: new Uint8Array() };

describe('a process that dies', () => {
  test('INVARIANT I2, I6: while it lets a payment go early: it goes once, and a consent that had no effect can be given again', async () => {
    const asked = new Map<string, { readonly it: Waiting; readonly prepared: PreparedForOwner }>();
    const known = (of: TestWallet): { readonly it: Waiting; readonly prepared: PreparedForOwner } => {
      const found = asked.get(of.wallet.id);
      if (!found) throw new Error('not asked');
      return found;
    };
    const calls = await everyPoint(
      world,
      (deps, of) => consentEarly(deps, known(of).it, known(of).prepared),
      async (of) => {
        const it = await askDelayed(world, of);
        asked.set(of.wallet.id, { it, prepared: await prepareEarly(world.deps, it) });
      },
      async (of) => {
        const { it, prepared } = known(of);
        await Promise.all([consentEarly(world.deps, it, prepared), drive(world.deps)]);
        await comeToRest(world);
        expect(await checkBooks(world, of, DELAYED)).toBe(DELAYED);
      },
      SLOWLY,
    );
    expect(calls).toBeGreaterThan(8);
  }, 120_000);

  test('INVARIANT I7: while the owner freezes by statement: the wallet is frozen, now or when it is said again', async () => {
    const said = new Map<string, Said>();
    await everyPoint(
      world,
      (deps, of) => freezeByStatement(deps, { walletId: of.wallet.id, reason: 'stop', ...(said.get(of.wallet.id) ?? NOTHING_SAID) }),
      async (of) => {
        said.set(of.wallet.id, ownerSays(world, of, { action: 'freeze' }));
      },
      async (of) => {
        const again = await freezeByStatement(world.deps, {
          walletId: of.wallet.id,
          reason: 'stop',
          ...(said.get(of.wallet.id) ?? NOTHING_SAID),
        });
        if (!again.ok) expect(again.error).toMatchObject({ code: 'statement_invalid' });
        expect((await readWallet(world.deps, of.wallet.id)).state).toBe('frozen');
      },
    );
  }, 60_000);
});
