import { cut } from './cut.ts';
import { read, type Read } from './read.value.ts';
import { text } from './text.value.ts';

const FIRST_NAME_UNITS = 40;
const LAST_NAME_UNITS = 80;
/** A mandatory Last_Name without a value. */
export const UNKNOWN_NAME = 'Unknown';

export interface FullName {
  readonly first: string | null;
  readonly last: string;
}

/** Kind *full name*: one word is the last name; of more, the first word is the first name, the rest the last name. */
export function fullName(input: unknown): Read<FullName> {
  const name = text(input);
  if (name.is !== 'value') return name;
  const space = name.value.indexOf(' ');
  const first = space < 0 ? null : cut(name.value.slice(0, space), FIRST_NAME_UNITS);
  return read.value({ first, last: cut(name.value.slice(space + 1), LAST_NAME_UNITS) });
}
