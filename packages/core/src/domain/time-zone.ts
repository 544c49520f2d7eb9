import type { Weekday } from './agent-policy.ts';

/** Monday first. */
export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The wall clock of a time zone at one instant. */
export interface WallClock {
  /** Position in `WEEKDAYS`. */
  readonly weekday: number;
  /** Minutes since local midnight as the clock shows it, 0 to 1,439. */
  readonly minute: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATTERS = 1_024;
const MINUTE_MS = 60_000;
const last = new Map<string, { readonly atMinute: number; readonly clock: WallClock }>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  if (formatters.size < MOST_FORMATTERS) formatters.set(timeZone, made);
  return made;
}

/** Whether it is a name of the IANA time zone database that this machine knows, such as `Europe/Berlin` or `UTC`; offsets are not names. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(name) || name.length > 64) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a clock on the wall shows there at that instant: where clocks are set back, the repeated hour is shown twice; where they are set
 * forward, the skipped one never. Throws on a zone or an instant that does not exist.
 */
export function wallClock(timeZone: string, atMs: number): WallClock {
  const atMinute = Math.floor(atMs / MINUTE_MS);
  const recent = last.get(timeZone);
  if (recent && recent.atMinute === atMinute) return recent.clock;
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  const weekday = WEEKDAYS.indexOf((parts.get('weekday') ?? '').toLowerCase() as Weekday);
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  if (weekday < 0 || !Number.isInteger(minute)) throw new RangeError(`no wall clock for ${timeZone}`);
  const clock = { weekday, minute };
  if (last.size < MOST_FORMATTERS || recent) last.set(timeZone, { atMinute, clock });
  return clock;
}

/** Minutes since midnight of `HH:MM`. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
