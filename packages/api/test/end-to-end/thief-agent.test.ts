import { type Address, address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { chameleonProgram } from '@countersign/testkit/programs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, policyFor } from './stack.ts';
import { setAccount } from './thief-ask.ts';
import { callAttacks, callPolicy } from './thief-calls.ts';
import { delayedAttacks } from './thief-delayed.ts';
import { dryRunAttacks } from './thief-dry-runs.ts';
import { escalationAttacks, watchfulPolicy } from './thief-escalation.ts';
import { groupAttacks, groupPolicy } from './thief-groups.ts';
import { fullPolicy, messageAttacks } from './thief-messages.ts';
import { nodeAttacks } from './thief-nodes.ts';
import { replayAttacks } from './thief-replays.ts';
import { assetRule, makeVictim, type Stage, startStage, type Victim } from './thief-stage.ts';
import { LOADER } from './thief-steps.ts';
import { tableAttacks } from './thief-tables.ts';
import { makeMint, type TestMint } from './thief-tokens.ts';
import { ceilingPolicy, wrappedAttacks } from './thief-wrapped.ts';

/** Up to 10,000,000 lamports at once, up to 50,000,000 after a minute, and 2,000,000 base units of a token. */
const mainPolicy =
  (mint: Address) =>
  (merchant: string): string =>
    policyFor(merchant, {
      assets: [
        {
          asset: 'SOL',
          perTransaction: { autonomous: '10000000', delayed: { upTo: '50000000', delaySeconds: 60 }, ceiling: '1000000000' },
          windows: [{ seconds: 86_400, autonomous: '100000000', ceiling: '3000000000' }],
        },
        assetRule(mint, { autonomous: 1_000_000n, ceiling: 5_000_000n }, [
          { seconds: 86_400, autonomous: 2_000_000n, ceiling: 9_000_000n },
        ]),
      ],
    });

describe('a thief who has the agent', () => {
  let stage: Stage;
  let mint: TestMint;
  let main: Victim;
  let second: Victim;
  let full: Victim;
  let wrapped: Victim;
  let caller: Victim;
  let watched: Victim;
  let pair: readonly [Victim, Victim];
  const [program, copy] = [address(createTestKey().address), address(createTestKey().address)];
  const theStage = (): Stage => stage;
  const theMain = (): Victim => main;
  const theMint = (): TestMint => mint;
  const theProgram = (): Address => program;
  beforeAll(async () => {
    stage = await startStage({ replica: true });
    for (const each of [program, copy]) await setAccount(stage, each, { owner: LOADER, data: chameleonProgram(), executable: true });
    mint = await makeMint(stage.stack, 'token');
    const make = (policyOf: (merchant: string) => string): Promise<Victim> => makeVictim(stage, policyOf);
    const owner = createTestKey();
    [main, second, full, wrapped, caller, watched, pair] = await Promise.all([
      make(mainPolicy(mint.mint)),
      make(mainPolicy(mint.mint)),
      make(fullPolicy),
      make(ceilingPolicy),
      make(callPolicy(program)),
      make(watchfulPolicy),
      Promise.all([makeVictim(stage, groupPolicy, owner), makeVictim(stage, groupPolicy, owner)]),
    ]);
    await mint.give(main.addresses.vault, 10_000_000n);
  }, 180_000);
  afterAll(() => stage?.close());

  describe('with messages of its own', () => messageAttacks(theStage, () => full, theMain, theMint, theProgram));
  describe('with one key for everything', () => replayAttacks(theStage, theMain, () => second));
  describe('with a dry run before', () =>
    dryRunAttacks(
      theStage,
      theMain,
      () => caller,
      () => full,
      theProgram,
    ));
  describe('with lookup tables', () => tableAttacks(theStage, theMain));
  describe('with a node that lies', () => nodeAttacks(theStage, theMain, theMint));
  describe('with payments that wait', () => delayedAttacks(theStage, theMain, () => second));
  describe('with wrapped SOL', () => wrappedAttacks(theStage, () => wrapped));
  describe('with a program that does what it likes', () =>
    callAttacks(
      theStage,
      () => caller,
      theMint,
      theProgram,
      () => copy,
    ));
  describe('with two wallets', () => groupAttacks(theStage, () => pair));
  describe('at a wallet that watches itself', () =>
    escalationAttacks(
      theStage,
      () => watched,
      () => second,
    ));

  test('INVARIANT I10: the audit log of all this verifies', async () => {
    const verified = must(await stage.stack.operator.verifyAudit());
    expect(verified.ok, JSON.stringify(verified.chains.filter(({ ok }) => !ok))).toBe(true);
  });
});
