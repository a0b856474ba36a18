import { cleanText } from './cleaning.ts';
import { read, type Kind } from './read.value.ts';
import { text } from './text.value.ts';

/**
 * Kind *choice*: text, compared without case with a list of names, or with a table from name to meaning.
 * What is not listed is `unknown_value`.
 */
export function choice<const T extends string>(list: readonly T[]): Kind<T>;
export function choice<const T>(table: Readonly<Record<string, T>>): Kind<T>;
export function choice(list: readonly string[] | Readonly<Record<string, unknown>>): Kind<unknown> {
  const entries = Array.isArray(list) ? list.map((name: string) => [name, name] as const) : Object.entries(list);
  const meanings = new Map(entries.map(([name, meaning]) => [cleanText(name).toLowerCase(), meaning]));
  return (input) => {
    const named = text(input);
    if (named.is !== 'value') return named;
    const key = named.value.toLowerCase();
    return meanings.has(key) ? read.value(meanings.get(key)) : read.unlisted;
  };
}
