import { availableParallelism } from 'node:os';
import { runMany } from './run-workers.ts';
import { simulate } from './simulate.ts';

/*
 * The long run: `node packages/api/test/simulation/run.ts`. COUNTERSIGN_SCHEDULES: how many schedules (1,000,000); COUNTERSIGN_SEED: the first seed (0);
 * COUNTERSIGN_PROCESSES: how many processes (all cores). `run.ts trace SEED` prints what happens in one schedule, step by step.
 */
const whole = (name: string, otherwise: number): number => {
  const text = process.env[name];
  if (text === undefined) return otherwise;
  if (!/^[0-9]{1,9}$/.test(text)) throw new Error(`${name} is not a whole number`);
  return Number(text);
};

async function main(): Promise<number> {
  const [command, seedText] = process.argv.slice(2);
  if (command === 'trace') {
    const result = await simulate(Number(seedText), { trace: true });
    console.log(result.trace.join('\n'));
    console.log(result.violation ?? 'every invariant held', result.traceHash);
    return result.violation === null ? 0 : 1;
  }
  const schedules = whole('COUNTERSIGN_SCHEDULES', 1_000_000);
  const from = whole('COUNTERSIGN_SEED', 0);
  const processes = whole('COUNTERSIGN_PROCESSES', availableParallelism());
  const startedMs = performance.now();
  let done = 0;
  let toldMs = startedMs;
  const { seeds, steps, reached, violations } = await runMany(from, schedules, processes, (line) => {
    if (line.kind === 'violation') console.log(`seed ${line.seed}: ${line.violation}`);
    else done += line.seeds;
    if (performance.now() - toldMs < 30_000) return;
    toldMs = performance.now();
    console.log(`${done} of ${schedules} schedules after ${Math.round((toldMs - startedMs) / 1000)} s`);
  });
  const seconds = (performance.now() - startedMs) / 1000;
  for (const [what, times] of Object.entries(reached).sort()) console.log(`${String(times).padStart(12)}  ${what}`);
  console.log(
    `${seeds} schedules, ${steps} steps in ${seconds.toFixed(1)} s over ${processes} processes: ${(seeds / seconds / processes).toFixed(0)} schedules a second and process`,
  );
  console.log(violations.length === 0 ? 'every invariant held' : `${violations.length} schedules violate an invariant`);
  return violations.length === 0 ? 0 : 1;
}

process.exitCode = await main();
