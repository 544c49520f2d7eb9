import type { OpenHours, Schedule, Weekday } from './agent-policy.ts';
import { error, type PolicyCheck, warning, when } from './lint-policy-finding.ts';

const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTES_PER_DAY = 1_440;
const MINUTES_PER_WEEK: number = 7 * MINUTES_PER_DAY;
const SOON_MS = 604_800_000;

/** Hours that never or always hold, and a policy that ends. */
export const lintTime: PolicyCheck = ({ schedule, expiresAtMs }, nowMs) => {
  const open = schedule === null ? null : openMinutes(schedule);
  return [
    ...when(
      open === 0,
      schedule?.otherwise === 'denied'
        ? error('schedule.open', 'The schedule is never open and denies otherwise, so nothing is ever allowed.', 'Name days and hours.')
        : warning('schedule.open', 'The schedule is never open, so the agent never pays alone.', 'Name days and hours.'),
    ),
    ...when(
      open === MINUTES_PER_WEEK,
      warning('schedule.open', 'The schedule is always open, so it restricts nothing.', 'Remove it, or name fewer hours.'),
    ),
    ...when(
      expiresAtMs !== null && expiresAtMs <= nowMs,
      error('expiresAt', 'The policy has expired, so nothing is allowed.', 'Set a later moment.'),
    ),
    ...when(
      expiresAtMs !== null && expiresAtMs > nowMs && expiresAtMs - nowMs < SOON_MS,
      warning(
        'expiresAt',
        'The policy expires within 7 days; from then on nothing is allowed.',
        'Set a later moment if that is not meant.',
      ),
    ),
  ];
};

/** Minutes of a week without changes of the clock in which some hours are open. */
function openMinutes({ open }: Schedule): number {
  const minutes = new Set<number>();
  for (const { days, from, to } of open)
    for (const day of days) {
      const start = DAYS.indexOf(day) * MINUTES_PER_DAY + minuteOf(from);
      for (let minute = 0; minute < lengthOf({ from, to }); minute += 1) minutes.add((start + minute) % MINUTES_PER_WEEK);
    }
  return minutes.size;
}

function lengthOf({ from, to }: Pick<OpenHours, 'from' | 'to'>): number {
  const minutes = minuteOf(to) - minuteOf(from);
  return minutes > 0 ? minutes : minutes + MINUTES_PER_DAY;
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
