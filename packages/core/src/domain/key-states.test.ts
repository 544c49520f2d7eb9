import { describe, expect, test } from 'vitest';
import type { KeyId, WalletId } from './ids.ts';
import { KEY_MOVES, KEY_REMINDER_MS, KEY_STATES, type KeyState, keyNotice, LIVE_KEY_STATES, type WalletKey } from './key-states.ts';
import { named } from './test-support/decision-facts.ts';

const DUE = 1_000_000_000_000;
const key = (change: Partial<WalletKey>): WalletKey => ({
  id: 'key_1' as KeyId,
  walletId: 'wal_1' as WalletId,
  role: 'agent',
  address: named('agent'),
  state: 'active',
  createdAtMs: 0,
  activatedAtMs: 0,
  dueAtMs: DUE,
  rotationReason: null,
  endedAtMs: null,
  ...change,
});

describe('what is to be said about a key', () => {
  test.each([
    ['long before', DUE - KEY_REMINDER_MS - 1, 'none'],
    ['a fortnight before', DUE - KEY_REMINDER_MS, 'due_soon'],
    ['the moment before', DUE - 1, 'due_soon'],
    ['at the moment', DUE, 'overdue'],
    ['long after', DUE * 2, 'overdue'],
  ] as const)('%s', (_when, nowMs, notice) => {
    expect(keyNotice(key({}), nowMs)).toBe(notice);
  });

  test('a reason to replace it goes before its date, and its date is no such reason', () => {
    expect(keyNotice(key({ rotationReason: 'anomaly' }), 0)).toBe('called_for');
    expect(keyNotice(key({ rotationReason: 'due' }), 0)).toBe('none');
    expect(keyNotice(key({ rotationReason: 'violation_attempts', dueAtMs: null }), DUE * 2)).toBe('called_for');
  });

  test('a key without a date, and one that is not in use, is not spoken of', () => {
    expect(keyNotice(key({ role: 'recovery', dueAtMs: null }), DUE * 2)).toBe('none');
    for (const state of KEY_STATES.filter((each) => !LIVE_KEY_STATES.includes(each)))
      expect(keyNotice(key({ state, rotationReason: 'anomaly' }), DUE * 2)).toBe('none');
  });
});

describe('the moves of a key (INVARIANT I8)', () => {
  test('every live key can be revoked, and a revoked one never comes back', () => {
    for (const state of LIVE_KEY_STATES) expect(KEY_MOVES[state]).toContain('revoked');
    const reached: KeyState[] = ['revoked'];
    for (const state of reached) reached.push(...KEY_MOVES[state].filter((next) => !reached.includes(next)));
    expect(reached).toEqual(['revoked', 'destroyed']);
  });

  test('nothing is destroyed that was not revoked before', () => {
    for (const state of KEY_STATES) expect(KEY_MOVES[state].includes('destroyed')).toBe(state === 'revoked');
  });
});
