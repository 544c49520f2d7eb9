/** A window of the bounds: at most `amount` may be signed in any `seconds`. */
export interface SpendWindow {
  readonly seconds: number;
  readonly amount: bigint;
}

/** What was signed of one asset, by time. Times are milliseconds of the signer's own clock and never go back. */
export interface SpendCounter {
  /** The window that `amount` more would exceed now, or `null`. No window at all allows nothing. */
  exceeded(amount: bigint, nowMs: number): SpendWindow | 'no_window' | null;
  add(amount: bigint, atMs: number): void;
  /** What counts in each window now. */
  used(nowMs: number): readonly { readonly seconds: number; readonly amount: bigint; readonly used: bigint }[];
}

interface RunningWindow extends SpendWindow {
  head: number;
  sum: bigint;
}

/**
 * INVARIANT I4 as the signer keeps it: an amount signed exactly one period ago still counts (the chain resets only when more has passed).
 * `past` is sorted by time. Adding and asking cost O(1) on average.
 */
export function createSpendCounter(
  windows: readonly SpendWindow[],
  past: readonly { readonly amount: bigint; readonly atMs: number }[],
): SpendCounter {
  const entries = past.map(({ amount, atMs }) => ({ amount, atMs }));
  const running = windows.map(
    (window): RunningWindow => ({ ...window, head: 0, sum: entries.reduce((sum, each) => sum + each.amount, 0n) }),
  );
  const advance = (nowMs: number): void => {
    for (const window of running) {
      for (let entry = entries[window.head]; entry && nowMs - entry.atMs > window.seconds * 1000; entry = entries[window.head]) {
        window.sum -= entry.amount;
        window.head += 1;
      }
    }
    const stale = Math.min(entries.length, ...running.map(({ head }) => head));
    if (stale < 1024) return;
    entries.splice(0, stale);
    for (const window of running) window.head -= stale;
  };
  return {
    exceeded: (amount, nowMs) => {
      advance(nowMs);
      if (running.length === 0) return 'no_window';
      return running.find((window) => window.sum + amount > window.amount) ?? null;
    },
    add: (amount, atMs) => {
      entries.push({ amount, atMs });
      for (const window of running) window.sum += amount;
    },
    used: (nowMs) => {
      advance(nowMs);
      return running.map(({ seconds, amount, sum }) => ({ seconds, amount, used: sum }));
    },
  };
}
