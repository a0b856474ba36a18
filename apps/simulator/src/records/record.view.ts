import type { Org } from '../org/org.ts';
import { formatTime } from '../org/zoho.time.ts';
import type { Field } from '../schema/field.model.ts';
import type { Module } from '../schema/module.model.ts';
import { referenceOf, type Fields, type StoredRecord } from './record.model.ts';

/** The name that a record goes by in lookups. */
export function displayName(org: Org, record: StoredRecord): string {
  const module = org.schema.module(record.module);
  const value = module === undefined ? undefined : record.fields[module.nameField];
  return typeof value === 'string' ? value : '';
}

/** A stored value as the API shows it: links with their present names, empty ones null. */
export function showValue(org: Org, given: { readonly field: Field; readonly value: unknown }): unknown {
  const { field, value } = given;
  if (value === undefined || value === null)
    return field.type === 'boolean' ? false : field.type === 'jsonarray' ? [] : null;
  if (field.type === 'ownerlookup') return showUser(org, value);
  if (field.type === 'lookup' || field.type === 'parent') return showReference(org, given);
  if (field.type === 'subform' && Array.isArray(value)) return value.map((row: Fields) => showRow(org, row));
  return value;
}

/** Every field of the record, or those named; names the module does not have are left out. */
export function showRecord(
  org: Org,
  given: { readonly module: Module; readonly record: StoredRecord; readonly fields?: readonly string[] },
): Fields {
  const { module, record } = given;
  const shown: Fields = {};
  for (const name of given.fields ?? module.fields.keys()) {
    const field = module.fields.get(name);
    if (field !== undefined) shown[name] = showValue(org, { field, value: record.fields[name] });
    else if (name === '$converted_detail') shown[name] = convertedDetail(org, record);
    else if (name === '$se_module') shown[name] = record.fields['$se_module'] ?? null;
  }
  shown['id'] = record.id;
  return shown;
}

/** What only get-by-id shows beside the fields. */
export function showAttributes(org: Org, record: StoredRecord): Fields {
  return {
    $approved: true,
    $approval_state: 'approved',
    $editable: true,
    $in_merge: false,
    ...(record.fields['$se_module'] === undefined ? {} : { $se_module: record.fields['$se_module'] }),
    ...(record.module === 'Leads' ? { $converted_detail: convertedDetail(org, record) } : {}),
  };
}

function convertedDetail(org: Org, record: StoredRecord): Fields {
  const { converted } = record;
  if (converted === undefined) return {};
  return {
    contact: converted.contact,
    account: converted.account,
    deal: converted.deal,
    convert_date: formatTime(converted.at).slice(0, 10),
    converted_by: org.users.get(converted.by)?.name ?? null,
  };
}

function showUser(org: Org, value: unknown): unknown {
  const user = org.users.get(referenceOf(value)?.id ?? '');
  return user === undefined ? null : { name: user.name, id: user.id, email: user.email };
}

function showReference(org: Org, given: { readonly field: Field; readonly value: unknown }): unknown {
  const reference = referenceOf(given.value);
  const moduleName = reference?.module ?? given.field.lookup ?? '';
  const target = reference === undefined ? undefined : org.records.get(moduleName, reference.id);
  if (target === undefined) return null;
  const shown = { name: displayName(org, target), id: target.id };
  if (given.field.type !== 'parent') return shown;
  return { module: { api_name: moduleName, id: org.schema.module(moduleName)?.id ?? null }, ...shown };
}

function showRow(org: Org, row: Fields): Fields {
  const id = referenceOf(row['Product_Name'])?.id;
  const product = id === undefined ? undefined : org.records.get('Products', id);
  return id === undefined
    ? row
    : { ...row, Product_Name: product === undefined ? null : { name: displayName(org, product), id } };
}
