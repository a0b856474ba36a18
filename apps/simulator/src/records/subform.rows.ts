import type { Module } from '../schema/module.model.ts';
import type { Fields } from './record.model.ts';

/**
 * The rows of a record after an update (reference 2.2): a row with an id is changed, or removed where it says `_delete`; one without is
 * added; rows that are not mentioned stay.
 */
export function mergeRows(held: unknown, given: readonly Fields[]): Fields[] {
  const rows = Array.isArray(held) ? (held as Fields[]) : [];
  const changed = new Map(
    given.filter(({ id }) => rows.some((row) => row['id'] === id)).map((row) => [row['id'], row]),
  );
  const kept = rows.flatMap((row) => {
    const change = changed.get(row['id']);
    if (change === undefined) return [row];
    return '_delete' in change ? [] : [{ ...row, ...change }];
  });
  return [...kept, ...given.filter((row) => !changed.has(row['id']) && !('_delete' in row))];
}

/** The values of an update with whole lists of rows in them. */
export function withMergedRows(module: Module, before: Fields, values: Fields): Fields {
  const merged = Object.entries(values).map(([name, value]) => {
    const isRows = module.fields.get(name)?.type === 'subform' && Array.isArray(value);
    return [name, isRows ? mergeRows(before[name], value as Fields[]) : value] as const;
  });
  return Object.fromEntries(merged);
}
