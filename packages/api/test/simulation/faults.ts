import type { SeededRandom } from '@countersign/testkit';

/** How badly the world behaves in one schedule; probabilities for each call unless it says otherwise. */
export interface Weather {
  /** A call takes long: seconds, or more than a blockhash lives. */
  readonly slow: number;
  readonly verySlow: number;
  /** A replica dies at a call, before or after its effect. */
  readonly crash: number;
  readonly loseConnection: number;
  /** A commit is done and nobody hears of it. */
  readonly loseCommitAnswer: number;
  readonly chainAway: number;
  readonly signerAway: number;
  /** What was submitted arrives and the answer is lost, or never arrives. */
  readonly submitUnanswered: number;
  readonly submitLost: number;
  /** A pending transaction waits long for its block. */
  readonly landsLate: number;
  /** For each block: that it forks away before it is final. */
  readonly forks: number;
  /** For each transaction in a block that forks away: that it is gone, and does not come again by itself. */
  readonly lostInFork: number;
  /** A job is delivered twice at once. */
  readonly jobTwice: number;
}

export const CALM: Weather = {
  slow: 0,
  verySlow: 0,
  crash: 0,
  loseConnection: 0,
  loseCommitAnswer: 0,
  chainAway: 0,
  signerAway: 0,
  submitUnanswered: 0,
  submitLost: 0,
  landsLate: 0,
  forks: 0,
  lostInFork: 0,
  jobTwice: 0,
};

/** Some schedules are nearly calm and some are storms, so that every fault also meets an otherwise quiet world. */
export function drawWeather(random: SeededRandom): Weather {
  const force = random.pick([0, 0.3, 1, 1, 2]);
  const often = (probability: number): number => (random.chance(0.7) ? probability * force : 0);
  return {
    slow: often(0.02),
    verySlow: often(0.006),
    crash: often(0.006),
    loseConnection: often(0.004),
    loseCommitAnswer: often(0.02),
    chainAway: often(0.01),
    signerAway: often(0.03),
    submitUnanswered: often(0.1),
    submitLost: often(0.1),
    landsLate: often(0.15),
    forks: often(0.12),
    lostInFork: 0.5,
    jobTwice: often(0.1),
  };
}

/**
 * Clients of signer and chain wait no longer than this, milliseconds: less than a transaction may stand idle, so that the lock under which is
 * signed or sent is still held when that happens.
 */
const CALL_TIMEOUT_MS = 10_000;

/** How long a call is under way, milliseconds. */
export function latencyMs(random: SeededRandom, weather: Weather, call: string): number {
  const outside = call.startsWith('keys.') || call.startsWith('chain.');
  const most = outside ? CALL_TIMEOUT_MS : 90_000;
  if (weather.verySlow > 0 && random.chance(weather.verySlow)) return Math.min(most, 20_000 + random.below(70_000));
  if (weather.slow > 0 && random.chance(weather.slow)) return 200 + random.below(5_000);
  return 1 + random.below(call.startsWith('keys.') ? 100 : 20);
}
