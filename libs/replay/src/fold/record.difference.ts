import { recordKeyOf, type Json } from '#contracts';
import { sameJson, type WantedRecord } from '#mapping';

export interface ChangedField {
  readonly field: string;
  /** Null: empty. */
  readonly before: Json;
  readonly after: Json;
}

/** How one record of two projections differs. `made`: only the later one wants it; `gone`: only the earlier one does. */
export interface RecordDifference {
  readonly recordKey: string;
  readonly module: string;
  readonly kind: 'made' | 'changed' | 'gone';
  /** Fields that differ; of a record that is gone none. */
  readonly fields: readonly ChangedField[];
}

/** The records and fields in which two projections of one key differ: by value, wherever they come from. Pure. */
export function recordDifferences(before: readonly WantedRecord[], after: readonly WantedRecord[]): RecordDifference[] {
  const old = new Map(before.map((record) => [recordKeyOf(record), record]));
  const wanted = new Set(after.map((record) => recordKeyOf(record)));
  const now = after.flatMap((record): RecordDifference[] => {
    const recordKey = recordKeyOf(record);
    const was = old.get(recordKey);
    const fields = changedFields(was?.fields ?? {}, record.fields);
    if (was !== undefined && fields.length === 0) return [];
    return [{ recordKey, module: record.module, kind: was === undefined ? 'made' : 'changed', fields }];
  });
  const gone = before
    .filter((record) => !wanted.has(recordKeyOf(record)))
    .map((record) => ({ recordKey: recordKeyOf(record), module: record.module, kind: 'gone', fields: [] }) as const);
  return [...now, ...gone];
}

function changedFields(before: WantedRecord['fields'], after: WantedRecord['fields']): ChangedField[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) => {
    const [was, is] = [before[field] ?? null, after[field] ?? null];
    return sameJson(was, is) ? [] : [{ field, before: was, after: is }];
  });
}
