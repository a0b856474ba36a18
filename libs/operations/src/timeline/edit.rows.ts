import { z } from 'zod';
import { jsonObjectSchema, type Json, type JsonObject } from '#contracts';
import type { FoldRow, LifelineRows, ReadingRow } from './lifeline.query.ts';

/** Longest that a transaction takes which folds and stores what was read. Milliseconds. */
const A_TRANSACTION = 60_000;

/** What a person did in the CRM, as it was seen later. */
export interface PersonsEdit {
  readonly at: string;
  readonly person: { readonly id: string; readonly name: string | null } | null;
  readonly kind: 'edited' | 'deleted' | 'converted';
  readonly connectionId: string | null;
  readonly recordKey: string;
  readonly recordId: string;
  /** What it was folded or told as. */
  readonly eventId: string | null;
  readonly fields: JsonObject;
  readonly before: JsonObject;
}

const personSchema = z.object({ id: z.string(), name: z.string().nullable() }).nullable();
const observationSchema = z.object({
  kind: z.enum(['edited', 'deleted', 'converted']),
  module: z.string(),
  identity: z.object({ value: z.union([z.string(), z.number()]) }),
  recordId: z.string(),
  values: jsonObjectSchema,
  changedAt: z.string(),
  changedBy: personSchema,
  asserts: z.literal(true).optional(),
});
const changedSchema = z.object({
  record_id: z.string(),
  changed_at: z.string().nullable(),
  changed_by: personSchema,
  changes: z.record(z.string(), z.object({ before: z.json(), after: z.json() })),
});

/** People's edits: those that a pack folded, and those of fields that are watched without a pack. What operators force is none. Pure. */
export function editsOf({ folds, readings }: Pick<LifelineRows, 'folds' | 'readings'>): PersonsEdit[] {
  const matched = new Set<ReadingRow>();
  const folded = folds.flatMap((fold) => {
    const seen = fold.source === 'crm' ? observationSchema.safeParse(fold.input) : null;
    if (seen?.success !== true) return [];
    const { kind, module, identity, recordId, values, changedAt, changedBy, asserts } = seen.data;
    const recordKey = `${module}/${identity.value}`;
    const reading = readingOf(fold, { recordKey, readings });
    if (reading !== undefined) matched.add(reading);
    if (asserts === true && reading?.result !== 'edit') return [];
    const fields = Object.fromEntries(
      (reading?.changedFields ?? []).map((field): [string, Json] => [field, values[field] ?? null]),
    );
    const { eventId } = fold;
    const connectionId = reading?.connectionId ?? null;
    return [{ at: changedAt, person: changedBy, kind, connectionId, recordKey, recordId, eventId, fields, before: {} }];
  });
  return [...folded, ...readings.filter((reading) => !matched.has(reading)).flatMap(watchedEdit)];
}

/** The reading that was folded: both are of one transaction. */
function readingOf(
  { foldedAt }: FoldRow,
  { recordKey, readings }: { readonly recordKey: string; readonly readings: readonly ReadingRow[] },
): ReadingRow | undefined {
  const away = ({ readAt }: ReadingRow): number => Math.abs(Date.parse(readAt) - Date.parse(foldedAt));
  return readings
    .filter((reading) => reading.recordKey === recordKey && (reading.result === 'edit' || reading.result === 'gone'))
    .filter((reading) => away(reading) <= A_TRANSACTION)
    .toSorted((one, other) => away(one) - away(other))[0];
}

function watchedEdit({ payload, connectionId, recordKey, readAt, eventId }: ReadingRow): PersonsEdit[] {
  const told = changedSchema.safeParse(payload);
  if (!told.success) return [];
  const { record_id: recordId, changed_at: changedAt, changed_by: person, changes } = told.data;
  const side = (of: 'before' | 'after'): JsonObject =>
    Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, change[of]]));
  const edit = { at: changedAt ?? readAt, person, kind: 'edited', connectionId, recordKey, recordId, eventId } as const;
  return [{ ...edit, fields: side('after'), before: side('before') }];
}
