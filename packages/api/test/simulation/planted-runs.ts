import type { PlantedBug } from './planted-bugs.ts';
import { runWorker, type Violating } from './run-workers.ts';

/** As many processes at once. */
const MOST_AT_ONCE = 2;
let running = 0;
const queue: (() => void)[] = [];

async function turn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    queue.shift()?.();
  }
}

/** The first seed that shows the bug, in a process in which it is planted; `null` when none of its seeds does. */
export function plantedIn({ edits, withinSeeds }: PlantedBug): Promise<Violating | null> {
  return turn(async () => {
    const { violations } = await runWorker({ from: 0, to: withinSeeds, stopAtFirst: true, edits }, () => undefined);
    return violations[0] ?? null;
  });
}
