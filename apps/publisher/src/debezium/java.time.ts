/** Times as Debezium's connector renders Postgres's text (ISO style, UTC). */

const DAY_US = 86_400_000_000n;
const TIMESTAMP =
  /^(\d+)-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?)?( BC)?$/;

/** Days since 1970 in the calendar that is used for all times. */
function epochDay({ year, month, day }: { year: number; month: number; day: number }): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 86_400_000;
}

/** Microseconds of `hh:mm:ss[.ffffff]`. */
export function microsOfTime(text: string): bigint {
  const [clock = '', fraction = ''] = text.split('.');
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return BigInt(hours * 3600 + minutes * 60 + seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

/** Microseconds since 1970 of a date or timestamp; null for infinity. */
export function epochMicros(text: string): bigint | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const [, given, month, day, time = '00:00:00', sign, hours = '0', minutes = '0', seconds = '0', bc] = match;
  const year = bc === undefined ? Number(given) : 1 - Number(given);
  const offset = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000n;
  const local = BigInt(epochDay({ year, month: Number(month), day: Number(day) })) * DAY_US + microsOfTime(time);
  return sign === '-' ? local + offset : local - offset;
}

/** An instant in ISO form with so many digits of its second; with 0, as many as it needs. */
export function isoInstant(micros: bigint, digits: number): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - rest) / 1000n));
  const fraction = rest.toString().padStart(6, '0');
  const shown = digits > 0 ? fraction.slice(0, digits) : fraction.replace(/0+$/, '');
  const clock = date.toISOString().slice(-13, -5);
  return `${isoDate(date)}T${clock}${shown === '' ? '' : `.${shown}`}Z`;
}

/** Years beyond four digits carry a plus, those before the year 0 a minus. */
function isoDate(date: Date): string {
  const year = date.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(4, '0');
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  return `${sign}${digits}${date.toISOString().slice(-20, -14)}`;
}

/** `timetz` moved to UTC, in ISO form. */
export function isoTimeUtc(text: string): string {
  const [, time = '', sign, hours = '0', minutes = '0', seconds = '0'] =
    /^([\d:.]+)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? [];
  const offset = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000n;
  const moved = microsOfTime(time) + (sign === '-' ? offset : -offset);
  const micros = ((moved % DAY_US) + DAY_US) % DAY_US;
  return isoInstant(micros, 0).slice('1970-01-01T'.length);
}
