import { dateText, dayNumber, isDay, pad, SECONDS_A_DAY } from './calendar.ts';
import { givenText } from './missing.value.ts';
import { read, type Read } from './read.value.ts';

/** An instant in UTC with its fraction, in one canonical text: `2026-03-01T10:00:00Z`, `2026-03-01T10:00:00.25Z`. */
export type Instant = string;

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))?)?$/;

/**
 * Kind *instant*: RFC 3339 date and time, fraction allowed; without an offset UTC; a date alone is midnight UTC.
 * A leap second (`23:59:60` UTC) is the second after it, as in Postgres.
 */
export function instant(input: unknown): Read<Instant> {
  return givenText(input, (value) => {
    const canonical = instantOf(value);
    return canonical === null ? read.invalid : read.value(canonical);
  });
}

/** The canonical text of an instant; null if the text is none. */
export function instantOf(text: string): Instant | null {
  const usual = usualInstant(text);
  if (usual !== null) return usual;
  const match = FORM.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number);
  const [hour = 0, minute = 0, second = 0] = match.slice(4, 7).map((part) => Number(part ?? 0));
  const [offsetHour = 0, offsetMinute = 0] = match.slice(9, 11).map((part) => Number(part ?? 0));
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 60) return null;
  if (offsetHour > 23 || offsetMinute > 59) return null;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 3600 + offsetMinute * 60);
  const seconds = dayNumber(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - offset;
  if (second === 60 && modulo(seconds, SECONDS_A_DAY) !== 0) return null;
  return textOf(seconds, (match[7] ?? '').replace(/0+$/, ''));
}

const IN_UTC = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
/** Length of an instant to the second, without its `Z`. */
const TO_THE_SECOND = 19;

/** Most instants come in UTC as we write them, but for zeros at the end: those need no taking apart. Days that not every month has do. */
function usualInstant(text: string): Instant | null {
  if (!IN_UTC.test(text)) return null;
  const [month, day] = [Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  if (month < 1 || month > 12 || day < 1 || day > 28) return null;
  if (text.length === TO_THE_SECOND + 1) return text;
  let end = text.length - 1;
  while (text[end - 1] === '0') end -= 1;
  return `${text.slice(0, text[end - 1] === '.' ? TO_THE_SECOND : end)}Z`;
}

/** An instant as it goes to the CRM: UTC, fraction dropped, `2026-03-01T10:00:00+00:00`. */
export function crmInstant(value: Instant): string {
  return `${value.slice(0, 19)}+00:00`;
}

/** Less than 0, 0 or more than 0, as `a` is before, at or after `b`. */
export function compareInstants(a: Instant, b: Instant): number {
  // The canonical text orders as text, if the fraction is compared without its `Z`.
  const [left, right] = [a.replace('Z', ''), b.replace('Z', '')];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function textOf(seconds: number, fraction: string): Instant | null {
  const days = Math.floor(seconds / SECONDS_A_DAY);
  const date = dateText(days);
  if (date === null) return null;
  const rest = modulo(seconds, SECONDS_A_DAY);
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map((part) => pad(part, 2)).join(':');
  return `${date}T${time}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
