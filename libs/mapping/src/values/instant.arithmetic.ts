import { instantOf, type Instant } from './instant.value.ts';

const MS_AN_HOUR = 3_600_000;

/**
 * So many hours later (or earlier), to the second: the fraction is dropped.
 * @throws RangeError when that is before year 0 or after 9999.
 */
export function addHours(value: Instant, hours: number): Instant {
  const at = new Date(Date.parse(`${value.slice(0, 19)}Z`) + hours * MS_AN_HOUR);
  const later = Number.isNaN(at.getTime()) ? null : instantOf(at.toISOString());
  if (later === null) throw new RangeError('an instant beyond the years 0 to 9999');
  return later;
}
