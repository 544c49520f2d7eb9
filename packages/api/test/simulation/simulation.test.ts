import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { PLANTED_OWNER_BUGS } from './planted-owner-bugs.ts';
import { plantedIn } from './planted-runs.ts';
import { simulate } from './simulate.ts';

/** The first seed of the schedules that every run of the tests goes through. */
const FIRST_SEED = 0;
const SCHEDULES = 1_000;

describe('deterministic simulation', () => {
  test('INVARIANT I1, I2, I3, I4, I6, I7, I8, I10, I11: a thousand schedules of crashes, lost answers, forks and jumping clocks', async () => {
    const reached = new Set<string>();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) {
      const result = await simulate(seed, { trace: false });
      if (result.violation !== null) {
        const { trace } = await simulate(seed, { trace: true });
        expect.fail(`seed ${seed}: ${result.violation}\n${trace.slice(-200).join('\n')}`);
      }
      for (const what of Object.keys(result.reached)) reached.add(what);
    }
    // A simulation that no longer gets anywhere proves nothing.
    for (const what of MUST_REACH) expect(reached, what).toContain(what);
  }, 180_000);

  test('the same seed does the same, to the last step', async () => {
    for (const seed of [3, 17, 170]) {
      const [one, other] = [await simulate(seed, { trace: true }), await simulate(seed, { trace: true })];
      expect(other.traceHash).toBe(one.traceHash);
      expect(other.trace).toEqual(one.trace);
      expect((await simulate(seed + 1, { trace: false })).traceHash).not.toBe(one.traceHash);
    }
  });

  test('a seed that was found here can be looked at in a process of its own', async () => {
    const run = fileURLToPath(new URL('./run.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', run, 'trace', '17'], { maxBuffer: 2 ** 26 });
    const { traceHash } = await simulate(17, { trace: false });
    expect(stdout.trimEnd().endsWith(`every invariant held ${traceHash}`)).toBe(true);
  });
});

const MUST_REACH: readonly string[] = [
  ...['requests finalized autonomous payment', 'requests finalized delayed payment', 'requests finalized countersigned payment'],
  ...['requests finalized countersigned call', 'requests received', 'requests unknown', 'requests expired', 'requests rejected'],
  ...['attempts expired', 'attempts withdrawn', 'attempts failed', 'attempts confirmed', 'reservations released', 'reservations settled'],
  ...['approvals done install_policy', 'approvals done unfreeze', 'approvals void approve_payment', 'policies superseded'],
  ...[
    'approvals done rotate_agent_key',
    'approvals done arm_lockdown',
    'keys destroyed',
    'keys rotation_pending',
    'kits sent',
    'kits used',
  ],
  ...['kits stale', 'policies tightened', 'wallets frozen by statement'],
];

describe.concurrent('planted bugs', () => {
  test.each([...PLANTED_BUGS, ...PLANTED_OWNER_BUGS])(
    'found: $name',
    async (bug) => {
      const violating = await plantedIn(bug);
      expect(violating?.violation ?? `nothing in ${bug.withinSeeds} seeds`).toMatch(bug.found);
    },
    300_000,
  );
});
