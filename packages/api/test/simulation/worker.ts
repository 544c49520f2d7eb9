import { type Edit, plant } from './mutation.ts';
import type { Simulated } from './simulate.ts';

/** What a process of its own is asked to simulate, as JSON in its first argument. */
export interface WorkOrder {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Stop at the first seed that violates an invariant. */
  readonly stopAtFirst: boolean;
  /** A bug to plant into core before it is loaded. */
  readonly edits: readonly Edit[];
}
/** One line of JSON on standard output. */
export type WorkerLine =
  | { readonly kind: 'progress'; readonly seeds: number; readonly steps: number; readonly reached: Simulated['reached'] }
  | { readonly kind: 'violation'; readonly seed: number; readonly violation: string };

const EVERY_SEEDS = 250;

async function main(order: WorkOrder): Promise<void> {
  const { missing } = plant(order.edits);
  const { simulate } = await import('./simulate.ts');
  if (missing().length > 0) throw new Error(`${missing().join(', ')} was never loaded`);
  const say = (line: WorkerLine): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  let seeds = 0;
  let steps = 0;
  let reached: Record<string, number> = {};
  const tell = (): void => {
    say({ kind: 'progress', seeds, steps, reached });
    seeds = 0;
    steps = 0;
    reached = {};
  };
  for (let seed = order.from; seed < order.to; seed += 1) {
    const result = await simulate(seed, { trace: false });
    seeds += 1;
    steps += result.steps;
    for (const [what, count] of Object.entries(result.reached)) reached[what] = (reached[what] ?? 0) + count;
    if (result.violation !== null) {
      say({ kind: 'violation', seed, violation: result.violation });
      if (order.stopAtFirst) break;
    }
    if (seeds === EVERY_SEEDS) {
      tell();
      // Lets the operating system have what was written.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  tell();
}

await main(JSON.parse(process.argv[2] ?? '') as WorkOrder);
