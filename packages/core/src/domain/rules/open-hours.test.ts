import { describe, expect, test } from 'vitest';
import type { Schedule, Weekday } from '../agent-policy.ts';
import { aPolicy, facts, outcomes, outflow } from '../test-support/decision-facts.ts';

const rule = 'open-hours';
const hours = (
  days: readonly Weekday[],
  from: string,
  to: string,
  timeZone = 'Europe/Berlin',
  otherwise: Schedule['otherwise'] = 'denied',
): Schedule => ({
  timeZone,
  open: [{ days, from, to }],
  otherwise,
});
const judged = (schedule: Schedule, at: string, patch: object = {}) => {
  const nowMs = Date.parse(at);
  return outcomes(rule, facts([outflow(1n)], aPolicy({ schedule }), { nowMs, chainTimeMs: nowMs, ...patch }));
};

describe('open-hours', () => {
  // 2026-03-04 is a Wednesday; Berlin is one hour ahead of UTC.
  test.each([
    ['one minute before', '2026-03-04T07:59:59.999Z', ['denied']],
    ['the first moment', '2026-03-04T08:00:00Z', []],
    ['the last moment', '2026-03-04T15:59:59.999Z', []],
    ['the end', '2026-03-04T16:00:00Z', ['denied']],
    ['another day', '2026-03-05T12:00:00Z', ['denied']],
  ])('by day: %s', (_name, at, expected) => expect(judged(hours(['wed'], '09:00', '17:00'), at)).toEqual(expected));
  test.each([
    ['before it begins', '2026-03-04T20:59:00Z', ['denied']],
    ['the evening', '2026-03-04T21:00:00Z', []],
    ['midnight', '2026-03-04T23:00:00Z', []],
    ['the morning after, which is still the day on which it began', '2026-03-05T04:59:00Z', []],
    ['the end', '2026-03-05T05:00:00Z', ['denied']],
    ['the morning of the day itself', '2026-03-04T04:00:00Z', ['denied']],
  ])('over midnight: %s', (_name, at, expected) => expect(judged(hours(['wed'], '22:00', '06:00'), at)).toEqual(expected));
  test('over midnight from Sunday into Monday', () => {
    expect(judged(hours(['sun'], '22:00', '06:00'), '2026-03-09T04:00:00Z')).toEqual([]);
    expect(judged(hours(['mon'], '22:00', '06:00'), '2026-03-09T04:00:00Z')).toEqual(['denied']);
  });
  test('equal ends are 24 hours', () => {
    expect(judged(hours(['wed'], '09:00', '09:00'), '2026-03-04T08:00:00Z')).toEqual([]);
    expect(judged(hours(['wed'], '09:00', '09:00'), '2026-03-05T07:59:00Z')).toEqual([]);
    expect(judged(hours(['wed'], '09:00', '09:00'), '2026-03-05T08:00:00Z')).toEqual(['denied']);
  });
  // On 2026-03-29 Berlin's clocks go from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00.
  test.each([
    ['the skipped hour is never shown: 01:59 then 03:00', '2026-03-29T00:59:00Z', ['denied']],
    ['after the skip', '2026-03-29T01:00:00Z', ['denied']],
  ])('clocks set forward: %s', (_name, at, expected) => expect(judged(hours(['sun'], '02:00', '03:00'), at)).toEqual(expected));
  test.each(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'])('clocks set back: the repeated hour is open both times (%s)', (at) =>
    expect(judged(hours(['sun'], '02:00', '03:00'), at)).toEqual([]),
  );
  test('the same wall clock before and after the change', () => {
    expect(judged(hours(['sat'], '09:00', '10:00'), '2026-03-28T08:00:00Z')).toEqual([]);
    expect(judged(hours(['mon'], '09:00', '10:00'), '2026-03-30T07:00:00Z')).toEqual([]);
    expect(judged(hours(['mon'], '09:00', '10:00'), '2026-03-30T08:00:00Z')).toEqual(['denied']);
  });
  test('zones with a quarter of an hour, and across the date line', () => {
    expect(judged(hours(['wed'], '17:45', '17:46', 'Asia/Kathmandu'), '2026-03-04T12:00:00Z')).toEqual([]);
    expect(judged(hours(['thu'], '01:00', '02:00', 'Pacific/Auckland'), '2026-03-04T12:00:00Z')).toEqual([]);
  });
  test('no hours at all are never open', () =>
    expect(judged({ timeZone: 'UTC', open: [], otherwise: 'denied' }, '2026-03-04T12:00:00Z')).toEqual(['denied']));
  test('closed: the owner may sign where the policy says so, else nobody', () => {
    const closed = '2026-03-05T12:00:00Z';
    expect(judged(hours(['wed'], '09:00', '17:00', 'UTC', 'countersigned'), closed)).toEqual(['needs_owner']);
    expect(judged(hours(['wed'], '09:00', '17:00', 'UTC', 'denied'), closed, { ownerConsents: true })).toEqual(['denied']);
  });
  test('a zone or a clock that does not exist denies (INVARIANT I5)', () => {
    expect(judged(hours(['wed'], '00:00', '00:00', 'Moon/Crater'), '2026-03-04T12:00:00Z')).toEqual(['denied']);
    expect(judged(hours(['wed'], '00:00', '00:00'), '2026-03-04T12:00:00Z', { nowMs: Number.NaN })).toEqual(['denied']);
  });
});
