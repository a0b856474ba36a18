import { cleanText } from './cleaning.ts';
import { read, type Read } from './read.value.ts';

/** Absent, null or blank text (packs/README.md section 1). Text of nothing but what cleaning removes is blank. */
export function isMissing(input: unknown): boolean {
  if (input === undefined || input === null) return true;
  return typeof input === 'string' && cleanText(input) === '';
}

/** Reads what is not missing. */
export function given<T>(input: unknown, use: (input: unknown) => Read<T>): Read<T> {
  if (!isMissing(input)) return use(input);
  return input === undefined ? read.absent : read.empty;
}

/** Reads text that is not missing. A lone surrogate is no Unicode text: neither Postgres nor the CRM could hold it. */
export function givenText<T>(input: unknown, use: (text: string) => Read<T>): Read<T> {
  return given(input, (value) => (typeof value === 'string' && value.isWellFormed() ? use(value) : read.invalid));
}
