import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import type { Module } from '../schema/module.model.ts';
import type { Change } from './change.ts';
import type { Fields, StoredRecord } from './record.model.ts';
import { withMergedRows } from './subform.rows.ts';

/** Makes a record from checked values. */
export function insertRecord(
  org: Org,
  given: { readonly module: Module; readonly values: Fields; readonly by: string },
): { readonly record: StoredRecord; readonly change: Change } {
  const at = org.clock.now();
  const user = { id: given.by };
  const time = formatTime(at);
  const fields = derived(given.module, {
    Owner: user,
    ...withoutEmpty(given.values),
    Created_By: user,
    Created_Time: time,
    Modified_By: user,
    Modified_Time: time,
    Record_Status__s: 'Available',
  });
  const record: StoredRecord = {
    id: org.ids.next(),
    module: given.module.apiName,
    fields,
    createdAt: at,
    modifiedAt: at,
  };
  org.records.of(given.module).add(record);
  const changed = Object.keys(given.values).filter((name) => given.values[name] !== undefined && !name.startsWith('$'));
  return {
    record,
    change: { module: record.module, operation: 'insert', id: record.id, fields: changed, by: given.by },
  };
}

/** Sets or clears the named fields; the modified time moves even when no value differs. */
export function updateRecord(
  org: Org,
  given: { readonly module: Module; readonly record: StoredRecord; readonly values: Fields; readonly by: string },
): Change {
  const { module, record, values, by } = given;
  const at = org.clock.now();
  const before = record.fields;
  const after = derived(module, {
    ...withoutEmpty({ ...before, ...withMergedRows(module, before, values) }),
    Modified_By: { id: by },
    Modified_Time: formatTime(at),
  });
  org.records.of(module).change(record, { fields: after, modifiedAt: at });
  const changed = Object.keys(values).filter(
    (name) => !name.startsWith('$') && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return { module: record.module, operation: 'update', id: record.id, fields: changed, by };
}

/** Puts a record into the recycle bin. */
export function deleteRecord(
  org: Org,
  given: { readonly module: Module; readonly record: StoredRecord; readonly by: string },
): Change {
  org.records.of(given.module).bin(given.record, { at: org.clock.now(), user: given.by });
  return { module: given.record.module, operation: 'delete', id: given.record.id, fields: [], by: given.by };
}

function withoutEmpty(fields: Fields): Fields {
  const kept: Fields = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value !== undefined && value !== null) kept[name] = value;
  }
  return kept;
}

function derived(module: Module, fields: Fields): Fields {
  if (!module.fields.has('Full_Name')) return fields;
  const parts = [fields['First_Name'], fields['Last_Name']].filter((part) => typeof part === 'string');
  return { ...fields, Full_Name: parts.join(' ') };
}
