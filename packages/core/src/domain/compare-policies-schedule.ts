import type { OpenHours, Schedule } from './agent-policy.ts';
import { type Compare, change, members, ranked, restriction, same } from './compare-policies-fields.ts';
import { isOpen } from './rules/open-hours.ts';
import { WEEKDAYS } from './time-zone.ts';

const MINUTES_A_DAY = 1_440;

/** In one time zone the hours are a set of minutes of the week, whichever way they are written. Another zone cannot be compared. */
export const schedule: Compare<Schedule | null> = restriction(
  members<Schedule>({
    timeZone: same('loosens'),
    open: (before, after, place) => {
      const [was, is] = [spelled(before), spelled(after)];
      if (was === is) return [];
      const moments = everyMinute().map((clock) => [isOpen({ open: before }, clock), isOpen({ open: after }, clock)] as const);
      if (moments.some(([then, now]) => now && !then)) return [change(place, was, is, 'loosens')];
      return [change(place, was, is, moments.some(([then, now]) => then && !now) ? 'tightens' : 'neutral')];
    },
    otherwise: ranked('countersigned', 'denied'),
  }),
  ({ timeZone, open, otherwise }) => `${spelled(open)} in ${timeZone}, otherwise ${otherwise}`,
);

function everyMinute(): readonly { readonly weekday: number; readonly minute: number }[] {
  return Array.from({ length: WEEKDAYS.length * MINUTES_A_DAY }, (_, at) => ({
    weekday: Math.floor(at / MINUTES_A_DAY),
    minute: at % MINUTES_A_DAY,
  }));
}

function spelled(open: readonly OpenHours[]): string {
  return open.length === 0 ? 'never' : open.map(({ days, from, to }) => `${days.join(', ')} ${from}–${to}`).join('; ');
}
