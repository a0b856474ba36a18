import { recordKeyOf, type RecordName } from '#contracts';
import type { WantedRecord } from './wanted.types.ts';

/** Fields of a record that the CRM holds already as they are wanted now. `fields` null: all of them. */
export interface HeldFields {
  readonly record: RecordName;
  readonly fields: readonly string[] | null;
}

/**
 * The records as they were before the event, but for the values that the CRM itself told us: those count as sent, so that the difference does
 * not send them back (packs/inquiries.md section 7, "Loop guards"). A record that was not wanted before is made whole.
 */
export function withHeld(
  { before, after }: { readonly before: readonly WantedRecord[]; readonly after: readonly WantedRecord[] },
  held: readonly HeldFields[],
): readonly WantedRecord[] {
  if (held.length === 0) return before;
  const wanted = new Map(after.map((record) => [recordKeyOf(record), record]));
  return before.map((record) => {
    const key = recordKeyOf(record);
    const now = wanted.get(key);
    if (now === undefined) return record;
    const told = held
      .filter((one) => recordKeyOf(one.record) === key)
      .flatMap(({ fields }) => fields ?? [...Object.keys(record.fields), ...Object.keys(now.fields)]);
    if (told.length === 0) return record;
    const values = told.map((field) => [field, now.fields[field] ?? null] as const);
    return { ...record, fields: { ...record.fields, ...Object.fromEntries(values) } };
  });
}
