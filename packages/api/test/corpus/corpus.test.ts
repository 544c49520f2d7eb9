import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { loadSections } from './cases/load.ts';
import type { AttackCase, Setup } from './cases/vector.ts';
import type { Scene } from './run/registry.ts';
import { isAlone, runCase, runOf, triesOf } from './run/run-case.ts';
import { type SecondApi, startSecondApi } from './run/second-api.ts';
import { finality, POOL, type Stage, startCorpusStage } from './run/stage.ts';
import { applySetup } from './run/world.ts';

vi.setConfig({ maxConcurrency: 10 });

/** For work on a few: their numbers, with commas between. */
const only = (process.env['COUNTERSIGN_CORPUS_ONLY'] ?? '')
  .split(',')
  .filter((text) => text !== '')
  .map(Number);
/** Those that wait for the watcher's rounds begin first, so that the others go by meanwhile. */
const WAITING: ReadonlySet<number> = new Set([157, 160, 164, 169]);
const cases: readonly AttackCase[] = loadSections()
  .flatMap((section) => section.cases)
  .filter((one) => only.length === 0 || only.includes(one.case))
  .toSorted((one, other) => Number(WAITING.has(other.case)) - Number(WAITING.has(one.case)));
const titleOf = ({ case: number, title, expect, layers }: AttackCase): string =>
  `case ${number}: ${title} → ${expect} (${[...layers].join(', ')})`;

/** Asserts what all others did, so it goes last. */
const LAST: ReadonlySet<number> = new Set([203, 205, 224]);

describe('attack corpus', () => {
  let stage: Stage;
  let secondApi: Promise<SecondApi> | null = null;
  const scene = (): Scene => ({
    stage,
    second: () => {
      secondApi ??= startSecondApi(stage);
      return secondApi;
    },
  });
  const early = new Map<number, Promise<unknown>>();

  beforeAll(async () => {
    stage = await startCorpusStage();
    const wallets = cases.flatMap((one) => triesOf(one).flatMap((each) => runOf(each)?.wallets ?? []));
    const pool = Array.from({ length: POOL }, (_each, index) => `P0/pool ${index}`);
    const shared = [...pool, 'P0/', 'P0/landed', 'P0-open/', 'P0-loose/', ...new Set(wallets)];
    await inTurns(shared, 12, (name) => stage.wallet(name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)));
    for (const name of [...pool, 'P0/', 'P0/landed', 'P0-open/', 'P0-loose/']) {
      const { names } = await stage.wallet(name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1));
      const set = async (account: string, content: Parameters<Stage['setAccount']>[1]): Promise<void> =>
        stage.setAccount(await names.of(account), content);
      for (const setup of setupsOf(cases)) await applySetup({ names, set }, setup);
    }
    await finality(stage.stack);
    // Waits for a minute to end: beside all others, and nothing in it needs a block.
    const burst = cases.find((one) => one.case === 133);
    if (burst)
      early.set(
        133,
        runCase(scene(), burst).catch((error: unknown) => error),
      );
  }, 180_000);
  afterAll(async () => {
    if (secondApi !== null) await (await secondApi).close();
    await stage?.close();
  }, 60_000);

  // Without cases a group is no group, where only a few were asked for.
  const group = (name: string, wanted: boolean, define: () => void): void => {
    if (wanted) describe(name, define);
  };
  group(
    'side by side',
    cases.some((each) => !isAlone(each) && !LAST.has(each.case) && each.case !== 133),
    () => {
      for (const one of cases.filter((each) => !isAlone(each) && !LAST.has(each.case) && each.case !== 133))
        test.concurrent(titleOf(one), { timeout: 240_000 }, () => runCase(scene(), one));
    },
  );
  group('alone', cases.some(isAlone), () => {
    for (const one of cases.filter((each) => isAlone(each))) test(titleOf(one), { timeout: 120_000 }, () => runCase(scene(), one));
  });
  group(
    'at the end',
    cases.some((each) => LAST.has(each.case) || each.case === 133),
    () => {
      for (const one of cases.filter((each) => each.case === 133))
        test(titleOf(one), { timeout: 120_000 }, async () => {
          const problem = await early.get(one.case);
          if (problem !== undefined) throw problem;
        });
      for (const one of cases.filter((each) => LAST.has(each.case))) test(titleOf(one), { timeout: 60_000 }, () => runCase(scene(), one));
    },
  );
});

function setupsOf(all: readonly AttackCase[]): readonly Setup[] {
  return all.flatMap((one) => [...(one.setup ?? []), ...one.tries.flatMap((each) => each.setup ?? [])]);
}

async function inTurns<T>(items: readonly T[], atOnce: number, one: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await one(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
