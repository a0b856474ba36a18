import { z } from 'zod';
import { LANES, laneSchema, type Lane } from '#contracts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];

const timeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is HH:MM');
const windowSchema = z.strictObject({
  /** Days on which the window begins. Default: every day. */
  days: z.array(z.enum(DAYS)).nonempty().optional(),
  /** On the clock of the zone, `HH:MM`. */
  from: timeSchema,
  /** Not after `from`: on the next day. The same as `from`: a whole day. */
  to: timeSchema,
});

/** When the destination is to be left in peace, and for which classes of work. */
export const quietHoursSchema = z.strictObject({
  /** IANA name, such as Europe/Paris. */
  timeZone: z.string().refine(isTimeZone, 'no time zone of this name is known'),
  windows: z.array(windowSchema).nonempty(),
  /** Lanes that wait. Default: all of them. */
  lanes: z.array(laneSchema).nonempty().optional(),
});
export type QuietHours = z.infer<typeof quietHoursSchema>;

/**
 * Whether work of a lane waits at this instant. Goes by the clock on the wall: a window that a change to summer time leaves out does
 * not come, one that winter time plays twice holds twice. Pure.
 */
export function isQuiet(quiet: QuietHours, at: Date, lane: Lane): boolean {
  if (!(quiet.lanes ?? LANES).includes(lane)) return false;
  const { day, minute } = wallClock(quiet.timeZone, at);
  return quiet.windows.some((window) => {
    const [from, to] = [minuteOf(window.from), minuteOf(window.to)];
    const beginsOn = (which: number): boolean => window.days === undefined || window.days.includes(dayAt(which));
    if (from < to) return beginsOn(day) && minute >= from && minute < to;
    return (beginsOn(day) && minute >= from) || (beginsOn(day - 1) && minute < to);
  });
}

const MINUTE = 60_000;
/** Clocks on the wall change only on these, counted in UTC. */
const QUARTER = 15 * MINUTE;
/** Longer than a week, so that only windows that cover everything have no end. */
const LONGEST = 8 * 24 * 60 * MINUTE;

/**
 * When the quiet time that holds at this instant ends, to the minute: for people and metrics. Null when it is not quiet, or never ends. Pure.
 */
export function quietUntil(quiet: QuietHours, at: Date): Date | null {
  const [lane = 'live'] = quiet.lanes ?? LANES;
  const now = Math.floor(at.getTime() / MINUTE) * MINUTE;
  for (let time = now; time <= now + LONGEST; time = nextPossibleEnd(quiet, time)) {
    if (!isQuiet(quiet, new Date(time), lane)) return time === now ? null : new Date(time);
  }
  return null;
}

/** The next instant at which a window may end: its end on the wall, or a change of the clock. */
function nextPossibleEnd(quiet: QuietHours, time: number): number {
  const { minute } = wallClock(quiet.timeZone, new Date(time));
  const ends = quiet.windows.map(({ to }) => time + ((minuteOf(to) - minute + 1439) % 1440) * MINUTE + MINUTE);
  return Math.min(...ends, (Math.floor(time / QUARTER) + 1) * QUARTER);
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** Counted from Monday, in any week. */
function dayAt(index: number): Day {
  return DAYS[(index + DAYS.length) % DAYS.length] ?? 'mon';
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(timeZone: string, at: Date): { readonly day: number; readonly minute: number } {
  const format = formats.get(timeZone) ?? formatOf(timeZone);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = (parts.get('weekday') ?? '').toLowerCase();
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  return { day: DAYS.findIndex((day) => day === weekday), minute };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en-GB', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
