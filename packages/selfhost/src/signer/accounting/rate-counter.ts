const MINUTE_MS = 60_000;

/** How many events in the last minute, the one of exactly a minute ago included. */
export interface RateCounter {
  /** Whether one more would be over `perMinute`. */
  full(perMinute: number, nowMs: number): boolean;
  add(atMs: number): void;
  lastMinute(nowMs: number): number;
}

export function createRateCounter(past: readonly number[]): RateCounter {
  const times = [...past];
  let head = 0;
  const lastMinute = (nowMs: number): number => {
    while (head < times.length && nowMs - (times[head] ?? 0) > MINUTE_MS) head += 1;
    if (head > 1024) {
      times.splice(0, head);
      head = 0;
    }
    return times.length - head;
  };
  return { full: (perMinute, nowMs) => lastMinute(nowMs) >= perMinute, add: (atMs) => void times.push(atMs), lastMinute };
}
