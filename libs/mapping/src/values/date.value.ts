import { dateText, dayNumber } from './calendar.ts';
import { instant } from './instant.value.ts';
import { read, type Read } from './read.value.ts';

/** Kind *date*: the UTC date of an instant, `YYYY-MM-DD`, which is also how it goes to the CRM. */
export function date(input: unknown): Read<string> {
  const at = instant(input);
  return at.is === 'value' ? read.value(at.value.slice(0, 10)) : at;
}

/**
 * So many days later (or earlier) on the calendar.
 * @throws RangeError when that is before year 0 or after 9999.
 */
export function addDays(value: string, days: number): string {
  const [year = 0, month = 0, day = 0] = value.split('-').map(Number);
  const later = dateText(dayNumber(year, month, day) + days);
  if (later === null) throw new RangeError('a date beyond the years 0 to 9999');
  return later;
}
