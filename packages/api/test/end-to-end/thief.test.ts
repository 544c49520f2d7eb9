import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, policyFor, until } from './stack.ts';
import { budgetAttacks, hardPolicy } from './thief-budgets.ts';
import { freezeAttacks } from './thief-freeze.ts';
import { httpAttacks } from './thief-http.ts';
import { mendedAttacks } from './thief-mended.ts';
import { PER_DAY, PER_MINUTE, PER_TRANSACTION, signerAttacks } from './thief-signer.ts';
import { makeTokenScene, type TokenScene, tokenAttacks } from './thief-spl.ts';
import { assetRule, makeVictim, type Stage, startStage, type Victim } from './thief-stage.ts';

/** What the watcher says of money that left by no attempt of the service. */
const PAST_US = /is none of ours|do not explain it/;

const bounded = (merchant: string): string =>
  policyFor(merchant, {
    assets: [
      assetRule('SOL', { autonomous: PER_TRANSACTION, ceiling: 1_000_000_000n }, [
        { seconds: 60, autonomous: PER_MINUTE, ceiling: 3_000_000_000n },
        { seconds: 86_400, autonomous: PER_DAY, ceiling: 3_000_000_000n },
      ]),
    ],
  });

describe('a thief', () => {
  let stage: Stage;
  let bound: Victim;
  let one: Victim;
  let two: Victim;
  let three: Victim;
  let drained: Victim;
  let hard: readonly [Victim, Victim, Victim];
  let tokens: TokenScene;
  const theStage = (): Stage => stage;
  beforeAll(async () => {
    stage = await startStage();
    const make = (policyOf: (merchant: string) => string): Promise<Victim> => makeVictim(stage, policyOf);
    const plain = (merchant: string): string => policyFor(merchant);
    [bound, one, two, three, drained, hard, tokens] = await Promise.all([
      make(bounded),
      make(plain),
      make(plain),
      make(plain),
      make(plain),
      Promise.all([make(hardPolicy), make(hardPolicy), make(hardPolicy)]),
      makeTokenScene(stage),
    ]);
  }, 120_000);
  afterAll(() => stage?.close());

  describe('at a frozen wallet', () =>
    freezeAttacks(
      theStage,
      () => one,
      () => two,
    ));
  describe('at the edge of a budget', () => budgetAttacks(theStage, () => hard));
  describe('with tokens', () => tokenAttacks(theStage, () => tokens));
  describe('with credentials', () =>
    httpAttacks(
      theStage,
      () => three,
      () => two,
    ));
  describe('and what once worked', () =>
    mendedAttacks(
      theStage,
      () => two,
      () => tokens,
    ));
  // The true API would see what leaves past it and freeze: the hostile one has taken its place.
  describe('with the whole API process', () => {
    beforeAll(() => stage.stack.stopApi());
    signerAttacks(
      theStage,
      () => bound,
      () => drained,
    );
    test('INVARIANT I11: what left while the service was away is seen when it is back, and stops the wallets', async () => {
      const { operator } = stage.stack;
      await stage.stack.startApi();
      for (const { id } of [bound, drained]) {
        await until('the wallet is frozen', async () => must(await operator.getWallet(id)).state === 'frozen', 60_000);
        expect(must(await operator.getWallet(id)).frozenReason).toMatch(PAST_US);
      }
      for (const { id } of [two, ...hard]) expect(must(await operator.getWallet(id)).frozenReason ?? '').not.toMatch(PAST_US);
    }, 90_000);
  });
});
