import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSpendCounter } from './spend-counter.ts';

const windows = [
  { seconds: 1, amount: 50n },
  { seconds: 10, amount: 200n },
];

describe('INVARIANT I4: windows', () => {
  test('agrees with adding up the last seconds each time, for any sequence and any past', () => {
    const step = fc.record({ waitMs: fc.nat(1_500), amount: fc.bigInt(1n, 60n) });
    const property = fc.property(fc.array(step, { maxLength: 60 }), fc.nat(20), (steps, pastLength) => {
      const log: { atMs: number; amount: bigint }[] = [];
      let now = 0;
      const past = steps.slice(0, pastLength).map(({ waitMs, amount }) => {
        now += waitMs;
        return { atMs: now, amount };
      });
      log.push(...past);
      const counter = createSpendCounter(windows, past);
      for (const { waitMs, amount } of steps.slice(pastLength)) {
        now += waitMs;
        const counts = ({ seconds }: { seconds: number }): bigint =>
          log.filter(({ atMs }) => now - atMs <= seconds * 1000).reduce((sum, each) => sum + each.amount, 0n);
        const over = windows.find((window) => counts(window) + amount > window.amount) ?? null;
        const answer = counter.exceeded(amount, now);
        expect(answer === null || answer === 'no_window' ? answer : answer.seconds).toBe(over?.seconds ?? null);
        expect(counter.used(now).map(({ used }) => used)).toEqual(windows.map(counts));
        if (over) continue;
        counter.add(amount, now);
        log.push({ atMs: now, amount });
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
  test('thousands of entries are forgotten when they are old', () => {
    const counter = createSpendCounter([{ seconds: 1, amount: 10n }], []);
    for (let at = 0; at < 5_000_000; at += 1_001) {
      expect(counter.exceeded(10n, at)).toBe(null);
      counter.add(10n, at);
    }
    expect(counter.exceeded(1n, 4_999_995)).not.toBe(null);
  });
  test('no window allows nothing', () => expect(createSpendCounter([], []).exceeded(1n, 0)).toBe('no_window'));
});
