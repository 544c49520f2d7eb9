import type { OpenHours, Schedule } from '../agent-policy.ts';
import { minuteOfDay, type WallClock, WEEKDAYS, wallClock } from '../time-zone.ts';
import { isoMoment, objection, type Rule } from './rule.ts';

/** When the agent may pay, by the clock on the wall of the policy's time zone; a clock that cannot be read is a denial (INVARIANT I5). */
export const openHours: Rule = {
  name: 'open-hours',
  judge({ rules: { schedule }, nowMs }) {
    if (schedule === null) return [];
    if (isoMoment(nowMs) === null) return [objection('open-hours', 'denied', 'The hour could not be told.')];
    const clock = wallClock(schedule.timeZone, nowMs);
    if (isOpen(schedule, clock)) return [];
    const outcome = schedule.otherwise === 'countersigned' ? 'needs_owner' : 'denied';
    const local = `${WEEKDAYS[clock.weekday]} ${twoDigits(Math.floor(clock.minute / 60))}:${twoDigits(clock.minute % 60)}`;
    return [
      objection('open-hours', outcome, `It is ${local} in ${schedule.timeZone}, outside the hours of the policy.`, {
        local,
        timeZone: schedule.timeZone,
      }),
    ];
  },
};

/** Whether the hours hold what the clock shows. */
export function isOpen({ open }: Pick<Schedule, 'open'>, clock: WallClock): boolean {
  return open.some((hours) => within(hours, clock));
}

/** Hours over midnight belong to the day on which they begin; equal ends are a whole day long. */
function within({ days, from, to }: OpenHours, { weekday, minute }: WallClock): boolean {
  const [begin, end] = [minuteOfDay(from), minuteOfDay(to)];
  const begins = (day: number): boolean => days.some((each) => each === WEEKDAYS[day]);
  if (end > begin) return begins(weekday) && minute >= begin && minute < end;
  return (begins(weekday) && minute >= begin) || (begins((weekday + 6) % 7) && minute < end);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
