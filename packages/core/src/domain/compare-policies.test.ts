import { describe, expect, test } from 'vitest';
import { address } from './address.ts';
import type { AgentPolicy } from './agent-policy.ts';
import { NATIVE_ASSET } from './asset.ts';
import { comparePolicies } from './compare-policies.ts';
import { describePolicyChange, loosening, tightensOnly } from './policy-change.ts';
import { aPolicy, assetRule, MERCHANT, named, PROGRAM, SHOP, USDC } from './test-support/decision-facts.ts';
import { full, LOOSENINGS, type Path, valueAt, withValue } from './test-support/loosenings.ts';
import { TIGHTENINGS } from './test-support/tightenings.ts';

/** Where a policy ends in a value, and where it holds something that may be `null` or is a list. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((each, index) => placesIn(each, [...path, index]))];
  if (typeof value !== 'object' || value === null) return [path];
  return [...(path.length === 0 ? [] : [path]), ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...path, name]))];
}
/** Members that may be `null` in a policy. */
const NULLABLE = /(^|\.)(delayed|worstReturn|schedule|nearLimit|failures|denials|cooldownSeconds|expiresAtMs|dataBytes|lockdownAt)$/;
/** Other values in one place: more, less, another word, another minute, one fewer, nothing. */
function othersOf(value: unknown, path: Path): readonly unknown[] {
  const nothing = value !== null && NULLABLE.test(path.join('.')) ? [null] : [];
  if (typeof value === 'bigint') return [value + 1n, value - 1n];
  if (typeof value === 'number') return [value + 1, value - 1, Number.NaN, ...nothing];
  if (typeof value === 'string') return [/^[0-9]{2}:/.test(value) ? value.replace(':00', ':01') : `${value}x`];
  return Array.isArray(value) && value.length > 0 ? [value.slice(1)] : nothing;
}

describe('comparePolicies (INVARIANT I7)', () => {
  test('a policy does not differ from itself', () => expect(comparePolicies(full, structuredClone(full))).toEqual([]));
  test.each(placesIn(full).map((path) => [path.join('.'), path] as const))('whatever changes at %s is told', (_name, path) => {
    for (const other of othersOf(valueAt(full, path), path)) {
      const changed = withValue(full, path, other);
      expect(comparePolicies(full, changed)).not.toEqual([]);
      // Where one way is tighter, the way back is looser.
      const both = [comparePolicies(full, changed), comparePolicies(changed, full)];
      const neutral = both.every((changes) => changes.every(({ effect }) => effect === 'neutral'));
      expect(both.some((changes) => loosening(changes).length > 0) || (neutral && /label|\.name$/.test(path.join('.')))).toBe(true);
    }
  });
  test('a member that nobody knows loosens', () => {
    const changes = comparePolicies(full, { ...full, unlimited: true } as AgentPolicy);
    expect(changes).toEqual([{ path: 'unlimited', before: null, after: 'true', effect: 'loosens' }]);
  });
  test('a list in which something stands twice cannot be compared', () => {
    const twice = { ...full, assets: [...full.assets, assetRule(USDC, { windows: [] })] };
    expect(loosening(comparePolicies(full, twice))).toHaveLength(1);
  });
  test('order means nothing', () => {
    const turned = {
      ...full,
      assets: [...full.assets].reverse(),
      recipients: [...full.recipients].reverse(),
      groups: [...full.groups].reverse(),
    };
    expect(comparePolicies(full, turned)).toEqual([]);
  });
});

describe('what loosens', () => {
  test.each(LOOSENINGS)('%s (%s)', (_name, path, loosen) => {
    const before = path === 'otherRecipients' ? { ...full, otherRecipients: 'denied' as const } : full;
    const found = loosening(comparePolicies(before, loosen(before)));
    expect(
      found.map((each) => each.path).filter((each) => each === path || (path === 'programs' && each.startsWith('programs.'))),
    ).not.toEqual([]);
    expect(tightensOnly(comparePolicies(before, loosen(before)))).toBe(false);
  });
  test.each(['countersigned', 'denied'] as const)('freezing becomes countersigning, and %s hours become open', (otherwise) => {
    const strict: AgentPolicy = {
      ...full,
      failures: { inARow: 3, consequence: 'freeze' },
      schedule: { timeZone: 'UTC', open: [], otherwise: 'denied' },
    };
    expect(loosening(comparePolicies(strict, { ...strict, failures: { inARow: 3, consequence: 'countersigned' } }))).toHaveLength(1);
    const changes = comparePolicies(strict, { ...strict, schedule: { timeZone: 'UTC', open: [], otherwise } });
    expect(loosening(changes)).toHaveLength(otherwise === 'denied' ? 0 : 1);
  });
  test('the windows of an owner who is listed by name and by address hold both: one of them does not go with its windows', () => {
    const windows = [{ asset: NATIVE_ASSET, seconds: 60, autonomous: 1n, ceiling: 1n }];
    const before = aPolicy({
      recipients: [
        { address: 'owner', label: 'x', windows },
        { address: named('owner'), label: 'y', windows: [] },
      ],
    });
    expect(loosening(comparePolicies(before, { ...before, recipients: before.recipients.slice(1) }))).toHaveLength(1);
    const other = {
      ...before,
      recipients: before.recipients.map((each) => ({ ...each, windows: each.address === 'owner' ? [] : windows })),
    };
    expect(loosening(comparePolicies(other, { ...other, recipients: other.recipients.slice(0, 1) }))).toHaveLength(1);
  });
});

describe('what tightens', () => {
  test.each(TIGHTENINGS.map((tighten, index) => [index, tighten] as const))('way %i loosens nothing', (_index, tighten) => {
    const base = aPolicy({ assets: full.assets, recipients: [MERCHANT, SHOP].map((each) => ({ address: each, label: 'x', windows: [] })) });
    for (const part of [0n, 33n, 100n]) {
      const after = tighten(base, part);
      expect(loosening(comparePolicies(base, after))).toEqual([]);
    }
  });
  test('an asset that may not be paid at once any more, but after a delay', () => {
    const before = aPolicy();
    const after = aPolicy({
      assets: [assetRule(NATIVE_ASSET, { perTransaction: { autonomous: 0n, ceiling: 1_000n, delayed: { upTo: 100n, delaySeconds: 60 } } })],
    });
    expect(tightensOnly(comparePolicies(before, after))).toBe(true);
    expect(tightensOnly(comparePolicies({ ...before, firstPayment: 'delayed' }, { ...after, firstPayment: 'delayed' }))).toBe(false);
  });
  test('hours are compared as hours, however they are written', () => {
    const hours = (open: NonNullable<AgentPolicy['schedule']>['open']): AgentPolicy =>
      aPolicy({ schedule: { timeZone: 'UTC', open, otherwise: 'denied' } });
    const night = hours([{ days: ['mon'], from: '22:00', to: '06:00' }]);
    const halves = hours([
      { days: ['mon'], from: '22:00', to: '00:00' },
      { days: ['tue'], from: '00:00', to: '06:00' },
    ]);
    expect(comparePolicies(night, halves).map(({ effect }) => effect)).toEqual(['neutral']);
    expect(tightensOnly(comparePolicies(night, hours([{ days: ['tue'], from: '00:00', to: '06:00' }])))).toBe(true);
    expect(tightensOnly(comparePolicies(night, hours([{ days: ['sun'], from: '22:00', to: '06:00' }])))).toBe(false);
  });
  test('an instruction that is narrower, and one that only has another name', () => {
    const shape = { name: 'a', discriminator: 'aa', dataBytes: null, accounts: [] };
    const shapes = (...instructions: readonly (typeof shape)[]): AgentPolicy =>
      aPolicy({ programs: [{ program: PROGRAM, label: 'x', instructions, worstReturn: null }] });
    expect(tightensOnly(comparePolicies(shapes(shape), shapes({ ...shape, name: 'b', discriminator: 'aabb' })))).toBe(true);
    expect(comparePolicies(shapes(shape), shapes({ ...shape, name: 'b' })).map(({ effect }) => effect)).toEqual(['neutral', 'neutral']);
  });
  test('labels mean nothing, and alone are no tightening', () => {
    const changes = comparePolicies(full, withValue(full, ['recipients', 0, 'label'], 'Shop'));
    expect(changes).toEqual([{ path: `recipients.${MERCHANT}.label`, before: 'Merchant', after: 'Shop', effect: 'neutral' }]);
    expect(tightensOnly(changes)).toBe(false);
  });
  test('each change is one sentence', () => {
    const changes = comparePolicies(full, {
      ...full,
      cooldownSeconds: 61,
      schedule: null,
      expiresAtMs: Date.parse('2027-01-01T00:00:00Z'),
    });
    expect(changes.map(describePolicyChange)).toEqual([
      'expiresAt becomes 2027-01-01T00:00:00Z instead of 2027-01-31T23:00:00Z: this allows less.',
      'schedule, mon, tue 08:00–17:00 in Europe/Berlin, otherwise countersigned, is taken away: this allows more.',
      'cooldownSeconds becomes 61 instead of 60: this allows less.',
    ]);
  });
  test('an address is shown in full', () => {
    const added = address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin');
    const [found] = comparePolicies(full, { ...full, recipients: [...full.recipients, { address: added, label: 'New', windows: [] }] });
    expect(found?.path).toBe(`recipients.${added}`);
    expect(found?.after).toBe(`{"address":"${added}","label":"New","windows":[]}`);
  });
});
