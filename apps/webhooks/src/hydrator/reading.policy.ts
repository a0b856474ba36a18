import type { Json } from '#contracts';
import { sameValue } from '#mapping';

/** What one field of a record that was read means. */
export interface FieldChange {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/** `busy`: a field that differs is being written by us, so the record is read again after the outcome. */
export type RecordReading =
  | { readonly result: 'echo' }
  | { readonly result: 'edit'; readonly changes: readonly FieldChange[] }
  | { readonly result: 'busy' };

export interface ReadRecord {
  readonly watched: readonly string[];
  readonly values: Readonly<Record<string, Json | undefined>>;
  /** Values as last sent or seen; a field that is absent was never either, which counts as empty. */
  readonly known: ReadonlyMap<string, Json>;
  /** Fields that we write or wrote while the record was read. */
  readonly unsettled: ReadonlySet<string>;
}

/** Echo or edit, field by field in canonical form (packs/README.md section 6). Pure. */
export function judgeReading({ watched, values, known, unsettled }: ReadRecord): RecordReading {
  const changes = watched
    .map((field) => ({ field, before: known.get(field) ?? null, after: values[field] ?? null }))
    .filter(({ before, after }) => !sameValue(before, after));
  if (changes.some(({ field }) => unsettled.has(field))) return { result: 'busy' };
  return changes.length === 0 ? { result: 'echo' } : { result: 'edit', changes };
}
