import { givenText } from './missing.value.ts';
import { read, type Kind } from './read.value.ts';

export interface IdLimits {
  /** UTF-16 units. Default 1. */
  readonly min?: number;
  /** UTF-16 units. Default 64. */
  readonly max?: number;
}

/** Kind *id*: a string exactly as given, never cut. U+0000 is refused: Postgres holds no text with it. */
export function id({ min = 1, max = 64 }: IdLimits = {}): Kind<string> {
  return (input) =>
    givenText(input, (value) => {
      const usable = value.length >= min && value.length <= max && !value.includes('\0');
      return usable ? read.value(value) : read.invalid;
    });
}
