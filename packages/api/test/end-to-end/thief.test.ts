import { afterAll, beforeAll, describe } from 'vitest';
import { policyFor } from './stack.ts';
import { budgetAttacks, hardPolicy } from './thief-budgets.ts';
import { freezeAttacks } from './thief-freeze.ts';
import { httpAttacks } from './thief-http.ts';
import { mendedAttacks } from './thief-mended.ts';
import { PER_DAY, PER_MINUTE, PER_TRANSACTION, signerAttacks } from './thief-signer.ts';
import { makeTokenScene, type TokenScene, tokenAttacks } from './thief-spl.ts';
import { assetRule, makeVictim, type Stage, startStage, type Victim } from './thief-stage.ts';

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
  let hard: readonly [Victim, Victim, Victim];
  let tokens: TokenScene;
  const theStage = (): Stage => stage;
  beforeAll(async () => {
    stage = await startStage();
    const make = (policyOf: (merchant: string) => string): Promise<Victim> => makeVictim(stage, policyOf);
    const plain = (merchant: string): string => policyFor(merchant);
    [bound, one, two, hard, tokens] = await Promise.all([
      make(bounded),
      make(plain),
      make(plain),
      Promise.all([make(hardPolicy), make(hardPolicy), make(hardPolicy)]),
      makeTokenScene(stage),
    ]);
  }, 120_000);
  afterAll(() => stage?.close());

  describe('with the whole API process', () =>
    signerAttacks(
      theStage,
      () => bound,
      () => two,
    ));
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
      () => one,
      () => two,
    ));
  describe('and what once worked', () =>
    mendedAttacks(
      theStage,
      () => two,
      () => tokens,
    ));
});
