import { Deadlock, Unavailable } from './failures.ts';

/** `shared` goes beside `shared`; everything else excludes. */
export type LockMode = 'shared' | 'exclusive';
/** Whoever holds locks: one transaction. */
export type LockHolder = object;

/** Locks by name, held to the end of the transaction. */
export interface Locks {
  /** Resolves when the lock is had; rejects with `Deadlock` when that could never be. Answers at once, without a promise, when nobody is in the way. */
  take(holder: LockHolder, name: string, mode: LockMode): Promise<void> | null;
  /** Lets all locks of a holder go and gives them to those who wait. Whoever waits for one himself waits no more, and is never answered. */
  releaseAll(holder: LockHolder): void;
  /** Rejects, with `Unavailable`, what a holder waits for. */
  endWaitOf(holder: LockHolder): void;
  /** Rejects, with `Unavailable`, everybody who has waited since before this moment. */
  endWaits(sinceMs: number): void;
  /** Whether the holder waits for a lock. */
  waits(holder: LockHolder): boolean;
}

interface Wait {
  readonly holder: LockHolder;
  readonly name: string;
  readonly mode: LockMode;
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Unavailable) => void;
}

export function createLocks(nowMs: () => number): Locks {
  const held = new Map<string, Map<LockHolder, LockMode>>();
  const byHolder = new Map<LockHolder, Set<string>>();
  let waiting: Wait[] = [];

  /** Who is in the way. */
  function blockers(holder: LockHolder, name: string, mode: LockMode): readonly LockHolder[] {
    const holders = held.get(name);
    if (holders === undefined) return [];
    return [...holders].flatMap(([other, has]) => (other !== holder && (mode === 'exclusive' || has === 'exclusive') ? [other] : []));
  }
  function give(holder: LockHolder, name: string, mode: LockMode): void {
    const holders = held.get(name) ?? new Map<LockHolder, LockMode>();
    if (holders.get(holder) !== 'exclusive') holders.set(holder, mode);
    held.set(name, holders);
    const names = byHolder.get(holder) ?? new Set<string>();
    byHolder.set(holder, names.add(name));
  }
  function closesRing(start: LockHolder, name: string, mode: LockMode): boolean {
    const open = [...blockers(start, name, mode)];
    const seen = new Set<LockHolder>();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === start) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      for (const wait of waiting) if (wait.holder === next) open.push(...blockers(next, wait.name, wait.mode));
    }
    return false;
  }

  function end(over: (wait: Wait) => boolean): void {
    const ended = waiting.filter(over);
    if (ended.length === 0) return;
    waiting = waiting.filter((wait) => !ended.includes(wait));
    for (const wait of ended) wait.reject(new Unavailable(`gave up waiting for ${wait.name}`));
  }

  return {
    take(holder, name, mode) {
      if (blockers(holder, name, mode).length === 0) {
        give(holder, name, mode);
        return null;
      }
      if (closesRing(holder, name, mode)) return Promise.reject(new Deadlock(`deadlock on ${name}`));
      return new Promise<void>((resolve, reject) => {
        waiting.push({ holder, name, mode, sinceMs: nowMs(), resolve, reject });
      });
    },
    releaseAll(holder) {
      waiting = waiting.filter((wait) => wait.holder !== holder);
      for (const name of byHolder.get(holder) ?? []) {
        const holders = held.get(name);
        holders?.delete(holder);
        if (holders?.size === 0) held.delete(name);
      }
      byHolder.delete(holder);
      for (const wait of [...waiting]) {
        if (blockers(wait.holder, wait.name, wait.mode).length > 0) continue;
        waiting = waiting.filter((each) => each !== wait);
        give(wait.holder, wait.name, wait.mode);
        wait.resolve();
      }
    },
    endWaitOf: (holder) => end((wait) => wait.holder === holder),
    endWaits: (sinceMs) => end((wait) => wait.sinceMs < sinceMs),
    waits: (holder) => waiting.some((wait) => wait.holder === holder),
  };
}
