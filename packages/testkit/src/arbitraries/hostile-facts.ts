import type { DecisionFacts } from '@countersign/core';
import fc from 'fast-check';
import { MAX_U64 } from './arbitrary-policy.ts';

/** Values that no type allows where they stand. */
export const HOSTILE_VALUES: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  -1n,
  0n,
  -(2n ** 128n),
  MAX_U64 * MAX_U64,
  '',
  '1',
  '__proto__',
  '\ud800',
  'x'.repeat(10_000),
  [],
  {},
  [null],
  [[]],
  true,
  Symbol.iterator,
  () => 1n,
  Object.create(null),
  new Map(),
  new Date(Number.NaN),
];

/** Any place in facts: a path of positions, and what is put there. */
export const arbitraryLie: fc.Arbitrary<(facts: DecisionFacts) => DecisionFacts> = fc
  .record({ path: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 7 }), value: fc.constantFrom(...HOSTILE_VALUES) })
  .map(
    ({ path, value }) =>
      (facts: DecisionFacts) =>
        replaced(facts, path, value) as DecisionFacts,
  );

/** A copy of the value in which the place that the path leads to holds something else; the path ends early where there is nothing more to enter. */
function replaced(value: unknown, [position = 0, ...rest]: readonly number[], by: unknown): unknown {
  if (typeof value !== 'object' || value === null) return by;
  const names = Object.keys(value);
  if (names.length === 0) return by;
  const name = names[position % names.length] ?? '';
  const inside: unknown = Reflect.get(value, name);
  const next = rest.length === 0 ? by : replaced(inside, rest, by);
  if (Array.isArray(value)) return value.map((each: unknown, index) => (String(index) === name ? next : each));
  return { ...value, [name]: next };
}
