import { describe, expect, test } from 'vitest';
import { type Address, address } from './address.ts';
import { coversAll, KIT_MOVES, KIT_STATES, kitParts, LIVE_KIT_STATES } from './kit.ts';

const [A, B, C]: readonly Address[] = [
  'So11111111111111111111111111111111111111112',
  'SQDS4ep65T869zMMBKyuUq6aD6EgTu8psMjkvj52pCf',
  'Stake11111111111111111111111111111111111111',
].map(address);
if (!A || !B || !C) throw new Error('three addresses');

describe('the transactions of one arming', () => {
  test('one over all limits and one for each; one alone where there is one limit; none where there is none', () => {
    expect(kitParts('lockdown', [A, B, C])).toEqual([[A, B, C], [A], [B], [C]]);
    expect(kitParts('lockdown', [A])).toEqual([[A]]);
    expect(kitParts('lockdown', [])).toEqual([]);
    expect(kitParts('recovery', [A, B])).toEqual([[]]);
  });

  test('cover all limits together, or not', () => {
    expect(coversAll([{ limits: [A] }, { limits: [B] }], [A, B])).toBe(true);
    expect(coversAll([{ limits: [A, B] }], [A, B, C])).toBe(false);
    expect(coversAll([], [])).toBe(true);
  });
});

test('INVARIANT I7: what is at its end stays there, and nothing is sent that was not called for', () => {
  for (const state of ['used', 'stale', 'void'] as const) expect(KIT_MOVES[state]).toEqual([]);
  expect(KIT_STATES.filter((state) => KIT_MOVES[state].includes('sent'))).toEqual(['called']);
  expect(KIT_STATES.filter((state) => KIT_MOVES[state].length > 0 && state !== 'waiting').toSorted()).toEqual(
    [...LIVE_KIT_STATES].toSorted(),
  );
});
