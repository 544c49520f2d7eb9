import { fnv1a } from '@countersign/testkit';

/** The simulated world's one timeline. Nothing in it happens but what was put here, one thing after the other. */
export interface Scheduler {
  /** Virtual time, Unix milliseconds. */
  nowMs(): number;
  /** Puts something on the timeline, `afterMs` from now. What is due at the same moment runs in the order in which it was put. */
  after(afterMs: number, label: string, run: () => void): void;
  /** Runs what is due next, and everything that follows from it at once; `false` when nothing is left. */
  step(): Promise<boolean>;
  /** Hash over every label and moment so far: equal for equal runs. */
  traceHash(): string;
  readonly steps: () => number;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly label: string;
  readonly run: () => void;
}

const BEGINNING_MS = 1_800_000_000_000;

/** `tell` hears each label with its moment, for a trace that people read; the hash does without. */
export function createScheduler(tell: ((atMs: number, label: string) => void) | null): Scheduler {
  const heap: Entry[] = [];
  let nowMs = BEGINNING_MS;
  let order = 0;
  let steps = 0;
  let hash = fnv1a('');

  const before = (one: Entry, other: Entry): boolean => one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  const at = (index: number): Entry => {
    const entry = heap[index];
    if (entry === undefined) throw new RangeError(`nothing at ${index}`);
    return entry;
  };
  function push(entry: Entry): void {
    let index = heap.length;
    heap.push(entry);
    for (let parent = (index - 1) >> 1; index > 0 && before(entry, at(parent)); parent = (index - 1) >> 1) {
      heap[index] = at(parent);
      heap[parent] = entry;
      index = parent;
    }
  }
  function pop(): Entry | null {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (first === last) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      if (left >= heap.length) return first;
      const child = left + 1 < heap.length && before(at(left + 1), at(left)) ? left + 1 : left;
      if (!before(at(child), last)) return first;
      heap[index] = at(child);
      heap[child] = last;
      index = child;
    }
  }

  return {
    nowMs: () => nowMs,
    after(afterMs, label, run) {
      order += 1;
      push({ atMs: nowMs + Math.max(0, Math.floor(afterMs)), order, label, run });
    },
    async step() {
      const entry = pop();
      if (entry === null) return false;
      nowMs = entry.atMs;
      steps += 1;
      hash = fnv1a(entry.label, (hash ^ (nowMs % 0x7fff_ffff)) >>> 0);
      tell?.(nowMs, entry.label);
      entry.run();
      await settled();
      return true;
    },
    traceHash: () => `${steps}-${hash.toString(16).padStart(8, '0')}`,
    steps: () => steps,
  };
}

/** Resolves when no promise is left that could go on by itself: Node runs its next-tick queue after it has emptied the microtask queue. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}
