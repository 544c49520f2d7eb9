import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WorkerLine, WorkOrder } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export interface Violating {
  readonly seed: number;
  readonly violation: string;
}
export interface Outcome {
  readonly seeds: number;
  readonly steps: number;
  readonly reached: { readonly [what: string]: number };
  readonly violations: readonly Violating[];
}

/** Runs an order in a process of its own. Rejects when that process fails: a bug that could not be planted, a source that does not load. */
export function runWorker(order: WorkOrder, onLine: (line: WorkerLine) => void): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', WORKER, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const reached: Record<string, number> = {};
    const violations: Violating[] = [];
    let seeds = 0;
    let steps = 0;
    let trouble = '';
    child.stderr.on('data', (chunk: Buffer) => {
      trouble += chunk.toString();
    });
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (text) => {
      const line = JSON.parse(text) as WorkerLine;
      if (line.kind === 'violation') violations.push({ seed: line.seed, violation: line.violation });
      else {
        seeds += line.seeds;
        steps += line.steps;
        for (const [what, count] of Object.entries(line.reached)) reached[what] = (reached[what] ?? 0) + count;
      }
      onLine(line);
    });
    const closed = new Promise<void>((done) => lines.once('close', done));
    child.once('error', reject);
    child.once('exit', async (code) => {
      await closed;
      if (code === 0) resolve({ seeds, steps, reached, violations });
      else reject(new Error(`the simulation's process ended with ${code}: ${trouble.slice(0, 2_000)}`));
    });
  });
}

/** Runs the seeds from `from` on over several processes. */
export async function runMany(from: number, count: number, processes: number, onLine: (line: WorkerLine) => void): Promise<Outcome> {
  const share = Math.ceil(count / processes);
  const orders = Array.from({ length: processes }, (_, index): WorkOrder => {
    const begin = from + index * share;
    return { from: begin, to: Math.min(begin + share, from + count), stopAtFirst: false, edits: [] };
  });
  const outcomes = await Promise.all(orders.map((order) => runWorker(order, onLine)));
  const reached: Record<string, number> = {};
  for (const outcome of outcomes) for (const [what, times] of Object.entries(outcome.reached)) reached[what] = (reached[what] ?? 0) + times;
  return {
    seeds: outcomes.reduce((sum, { seeds }) => sum + seeds, 0),
    steps: outcomes.reduce((sum, { steps }) => sum + steps, 0),
    reached,
    violations: outcomes.flatMap(({ violations }) => violations),
  };
}
