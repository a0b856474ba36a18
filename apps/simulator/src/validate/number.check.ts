import { tooLong, wrongType } from '../answers/errors.ts';
import type { Checked, CheckInput } from './check.types.ts';

/** Numbers: JSON numbers only, digits before the point limited, surplus decimals cut off on storage (reference 9). */
export function checkNumber({ field, value, place }: CheckInput): Checked {
  const whole = field.type === 'integer';
  if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    return { error: wrongType(field.type === 'integer' ? 'integer' : 'double', place) };
  }
  if (Math.abs(value) >= 10 ** field.length) return { error: tooLong(field.length, place) };
  return { value: whole ? value : cutDecimals(value, field.decimals ?? 2) };
}

/** Cuts, does not round: 83.339 with two places is 83.33. Works on the decimal text, so 1.15 stays 1.15. */
export function cutDecimals(value: number, places: number): number {
  const text = String(value);
  if (text.includes('e+')) return value;
  if (text.includes('e')) return Math.trunc(value * 10 ** places) / 10 ** places;
  const point = text.indexOf('.');
  return point < 0 ? value : Number(text.slice(0, point + 1 + places));
}
