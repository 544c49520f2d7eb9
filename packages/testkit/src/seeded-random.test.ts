import { expect, test } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

test('the same seed gives the same, another seed something else, and a fork does not depend on what was drawn', () => {
  const [one, same, other] = [createSeededRandom(7), createSeededRandom(7), createSeededRandom(8)];
  expect(same.bytes(64)).toEqual(one.bytes(64));
  expect(other.bytes(64)).not.toEqual(createSeededRandom(7).bytes(64));
  expect(one.fork('a').bytes(8)).toEqual(createSeededRandom(7).fork('a').bytes(8));
  expect(one.fork('b').bytes(8)).not.toEqual(one.fork('a').bytes(8));
});

test('draws are spread over their range', () => {
  const random = createSeededRandom('spread');
  const counts = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 10_000; draw += 1) counts[random.below(10)] = (counts[random.below(10)] ?? 0) + 1;
  expect(Math.min(...counts)).toBeGreaterThan(700);
  const heads = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter((each) => each).length;
  expect(Math.abs(heads - 2_500)).toBeLessThan(250);
  expect(() => random.pick([])).toThrow();
});
