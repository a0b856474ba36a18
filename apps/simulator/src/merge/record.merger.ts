import type { Org } from '../org/org.ts';
import type { Change } from '../records/change.ts';
import { referenceOf, type Fields, type StoredRecord } from '../records/record.model.ts';
import { deleteRecord, updateRecord } from '../records/record.writer.ts';
import type { Module } from '../schema/module.model.ts';

export interface MergePart {
  readonly record: StoredRecord;
  /** Fields whose values the record that stays takes over. */
  readonly fields: readonly string[];
}

/**
 * Merges records into the master: it takes the chosen values, what hung on the others hangs on it from now on, and they go to the
 * recycle bin. Watchers hear of deletes and of an edit.
 */
export function mergeRecords(
  org: Org,
  given: {
    readonly module: Module;
    readonly master: StoredRecord;
    readonly parts: readonly MergePart[];
    readonly by: string;
  },
): Change[] {
  const { module, master, parts, by } = given;
  const values: Fields = {};
  for (const { record, fields } of parts) {
    for (const name of fields) values[name] = record.fields[name];
  }
  // The others go first: a unique value may be in one place only.
  const gone = parts.map(({ record }) => {
    moveLinks(org, { from: record, to: master });
    delete record.locked;
    return deleteRecord(org, { module, record, by });
  });
  delete master.locked;
  return [...gone, updateRecord(org, { module, record: master, values, by })];
}

/** Every link to the one record points at the other. */
function moveLinks(org: Org, given: { readonly from: StoredRecord; readonly to: StoredRecord }): void {
  const { from, to } = given;
  for (const store of org.records.all()) {
    for (const field of store.module.fields.values()) {
      if (field.readOnly || (field.type !== 'lookup' && field.type !== 'parent')) continue;
      const found =
        store.find(field.apiName, { id: from.id }) ??
        [...store.all()].filter((record) => referenceOf(record.fields[field.apiName])?.id === from.id);
      for (const record of found) {
        const link = { ...referenceOf(record.fields[field.apiName]), id: to.id };
        store.change(record, { fields: { ...record.fields, [field.apiName]: link }, modifiedAt: record.modifiedAt });
      }
    }
  }
}
