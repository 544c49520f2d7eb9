import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClockAnchor, createSlotClock } from './slot-clock.ts';

function clockAt(start: number, anchors: readonly ClockAnchor[] = [], atLeastSlot = 0, slotMs = 400) {
  const wall = { ms: start };
  return { wall, clock: createSlotClock({ wallMs: () => wall.ms, slotMs, anchors, atLeastSlot }) };
}

describe('slot clock', () => {
  test('slots follow the wall clock', () => {
    const { wall, clock } = clockAt(1_000_000);
    const first = clock.slot();
    wall.ms += 399;
    expect(clock.slot()).toBe(first);
    wall.ms += 1;
    expect(clock.slot()).toBe(first + 1);
    wall.ms += 4_000;
    expect(clock.slot()).toBe(first + 11);
    expect(clock.unixSeconds(first + 11)).toBe(1_004);
  });

  test('a restart goes on, also with other slots and with a wall clock that was set back', () => {
    const { wall, clock } = clockAt(1_000_000);
    wall.ms += 40_000;
    const slot = clock.slot();
    expect(clockAt(wall.ms, clock.anchors(), slot).clock.slot()).toBe(slot);
    const faster = clockAt(wall.ms, clock.anchors(), slot, 20);
    expect(faster.clock.slot()).toBe(slot);
    expect(faster.clock.unixSeconds(slot)).toBe(clock.unixSeconds(slot));
    faster.wall.ms += 100;
    expect(faster.clock.slot()).toBe(slot + 5);
    const back = clockAt(500_000, clock.anchors(), slot);
    expect(back.clock.slot()).toBe(slot);
    back.wall.ms += 800;
    expect(back.clock.slot()).toBe(slot + 2);
  });

  test('neither slots nor chain time ever go back', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(5_000) }),
      fc.record({ kind: fc.constant('advance' as const), slots: fc.nat(500), seconds: fc.nat(5_000) }),
      fc.record({ kind: fc.constant('freeze' as const), frozen: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { wall, clock } = clockAt(1_000_000);
        let slot = clock.slot();
        let seconds = clock.unixSeconds(slot);
        for (const one of steps) {
          if (one.kind === 'wait') wall.ms += one.ms;
          else if (one.kind === 'advance') clock.advance(one.slots, one.seconds);
          else clock.freeze(one.frozen);
          expect(clock.slot()).toBeGreaterThanOrEqual(slot);
          slot = clock.slot();
          expect(clock.unixSeconds(slot)).toBeGreaterThanOrEqual(seconds);
          seconds = clock.unixSeconds(slot);
        }
      }),
    );
  });
});
