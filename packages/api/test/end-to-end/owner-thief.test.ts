import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSealedOwnerKey, KDF_FLOOR } from '@countersign/selfhost';
import { createTestKey, type TestKey } from '@countersign/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFeePayer } from './owner-chain.ts';
import { carryOut } from './owner-desk.ts';
import { databaseAttacks, replayEverything } from './owner-thief-database.ts';
import { type OpenedHere, operatorAttacks } from './owner-thief-operator.ts';
import { EACH, PER_DAY, processAttacks } from './owner-thief-process.ts';
import { must, policyFor, SOL, until } from './stack.ts';
import { assetRule, makeVictim, type Stage, startStage, type Victim } from './thief-stage.ts';

const PASSPHRASE = 'of the owner key that is opened here';
const bounded = (merchant: string): string =>
  policyFor(merchant, {
    assets: [assetRule('SOL', { autonomous: EACH, ceiling: SOL }, [{ seconds: 86_400, autonomous: PER_DAY, ceiling: 3n * SOL }])],
  });

describe('a thief at what the owner does', { timeout: 90_000 }, () => {
  let folder: string;
  let stage: Stage;
  let payer: TestKey;
  let here: OpenedHere;
  let spent: Victim;
  let armed: Victim;
  let kitted: Victim;
  let swapped: Victim;
  let written: Victim;
  let one: Victim;
  let two: Victim;
  const theStage = (): Stage => stage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-owner-'));
    const path = join(folder, 'owner.json');
    const place = { path, kdfFloor: KDF_FLOOR, kdf: KDF_FLOOR, passphrase: Buffer.from(PASSPHRASE) };
    const made = await createSealedOwnerKey(place);
    if (!made.ok) throw new Error(made.error.problem);
    stage = await startStage({ replica: true, env: { OPEN_OWNER_KEY_HERE: path } });
    const make = (policyOf: (merchant: string) => string = policyFor): Promise<Victim> => makeVictim(stage, policyOf);
    [payer, spent, armed, kitted, swapped, written, one, two] = await Promise.all([
      makeFeePayer(stage),
      make(bounded),
      make(),
      make(),
      make(),
      make(),
      make(),
      make(),
    ]);
    here = await makeHere(made.value.owner);
    const { operator } = stage.stack;
    for (const each of [armed, kitted])
      await carryOut(operator, must(await operator.makeKits(each.id, { purpose: 'lockdown' })).id, { owner: each.owner });
  }, 180_000);
  afterAll(async () => {
    await stage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A wallet whose owner key the service opens. */
  async function makeHere(owner: string): Promise<OpenedHere> {
    const { operator } = stage.stack;
    const policy = policyFor(createTestKey().address);
    const created = must(await operator.createWallet({ name: 'here', owner, recovery: createTestKey().address, policy }));
    must(await operator.approveHere(created.approval.id, { passphrase: PASSPHRASE }));
    await until('it is active', async () => must(await operator.getWallet(created.wallet.id)).state === 'active');
    return { wallet: created.wallet.id, owner, passphrase: PASSPHRASE };
  }

  describe('with the API process', () =>
    processAttacks(
      theStage,
      () => spent,
      () => armed,
      () => swapped,
      () => payer,
    ));
  describe('with the database', () =>
    databaseAttacks(
      theStage,
      () => written,
      () => kitted,
    ));
  describe('with a credential, a node, or a page in between', () =>
    operatorAttacks(
      theStage,
      () => one,
      () => two,
      () => here,
    ));

  test('INVARIANT I6: every statement that was used in all this does nothing a second time, at any door', async () => {
    expect(await replayEverything(stage)).toBeGreaterThan(15);
  });
});
