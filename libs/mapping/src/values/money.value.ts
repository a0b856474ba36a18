import { decimalOf, multiply, round, type Decimal } from './decimal.ts';
import { given } from './missing.value.ts';
import { read, type Read } from './read.value.ts';

/** Cents beyond this cannot be sent exactly as a JSON number. */
const MOST_CENTS = BigInt(Number.MAX_SAFE_INTEGER);
/** Of a text: enough for any amount or rate, and short enough that exact arithmetic stays cheap. */
const MOST_UNITS = 100;

/** Kind *decimal*: digits with an optional minus and fraction, as text or as a JSON number; canonical text. */
export function decimal(input: unknown): Read<Decimal> {
  return given(input, (value) => {
    if (typeof value !== 'string' && typeof value !== 'number') return read.invalid;
    const exact = typeof value === 'string' && value.length > MOST_UNITS ? null : decimalOf(value);
    return exact === null ? read.invalid : read.value(exact);
  });
}

/** Kind *money*: a decimal rounded half away from zero to 2 places. Beyond what a JSON number holds exactly: invalid. */
export function money(input: unknown): Read<Decimal> {
  const exact = decimal(input);
  if (exact.is !== 'value') return exact;
  const rounded = round(exact.value, 2);
  return inRange(rounded) ? read.value(rounded) : read.invalid;
}

/**
 * Money as it goes to the CRM: a JSON number with at most 2 places.
 * @throws RangeError beyond what a JSON number holds exactly; what kind *money* gave is within.
 */
export function crmMoney(value: Decimal): number {
  const rounded = round(value, 2);
  if (!inRange(rounded)) throw new RangeError('money beyond what a JSON number holds exactly');
  return Number(rounded);
}

function inRange(rounded: Decimal): boolean {
  const cents = BigInt(multiply(rounded, '100'));
  return cents <= MOST_CENTS && cents >= -MOST_CENTS;
}
