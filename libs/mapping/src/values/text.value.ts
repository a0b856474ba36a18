import { cleanLines, cleanText } from './cleaning.ts';
import { givenText } from './missing.value.ts';
import { read, type Read } from './read.value.ts';

/** Kind *text*: one line. */
export function text(input: unknown): Read<string> {
  return givenText(input, (value) => read.value(cleanText(value)));
}

/** Kind *lines*: text that may have line breaks. */
export function lines(input: unknown): Read<string> {
  return givenText(input, (value) => read.value(cleanLines(value)));
}
