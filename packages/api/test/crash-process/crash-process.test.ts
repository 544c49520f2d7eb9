import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dieOnce, type MortalStack, rehearse, startMortalStack } from './every-death.ts';
import { SCENARIOS } from './scenarios.ts';

let mortal: MortalStack;
beforeAll(async () => {
  mortal = await startMortalStack();
});
afterAll(() => mortal.close());

/** A few of all the places to die; `npm run test:slow` goes through every one (run.ts). */
const SAMPLES = 3;

describe('INVARIANT I2, I3, I4, I10: the real service process is killed at a port call', () => {
  test.each(SCENARIOS)('$name', { timeout: 120_000 }, async (scenario) => {
    const calls = await rehearse(mortal, scenario);
    expect(calls.length).toBeGreaterThan(10);
    let died = 0;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const call = 1 + Math.floor(((sample + 0.5) * calls.length) / SAMPLES);
      const death = `${call}:${sample % 2 === 0 ? 'after' : 'before'}`;
      if ((await dieOnce(mortal, scenario, sample + 1, death)) === 'died') died += 1;
    }
    expect(died).toBeGreaterThan(0);
  });
});
