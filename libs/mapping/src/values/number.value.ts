import { given } from './missing.value.ts';
import { read, type Kind, type Read } from './read.value.ts';

/** The most that goes into an integer field of the CRM. */
export const CRM_INTEGER_MAX = 999_999_999;

export interface IntegerRange {
  readonly min?: number;
  readonly max?: number;
}

/** Kind *integer*: a JSON number without fraction, in the range (both ends included). */
export function integer({
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
}: IntegerRange = {}): Kind<number> {
  return (input) =>
    given(input, (value) => {
      const usable = typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
      return usable ? read.value(value === 0 ? 0 : value) : read.invalid;
    });
}

/** An integer as it goes into an integer field of the CRM. */
export function crmInteger(value: number): number {
  return Math.min(value, CRM_INTEGER_MAX);
}

/** Kind *boolean*: JSON true or false. */
export function boolean(input: unknown): Read<boolean> {
  return given(input, (value) => (typeof value === 'boolean' ? read.value(value) : read.invalid));
}
