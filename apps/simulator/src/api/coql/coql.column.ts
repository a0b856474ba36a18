import { errorBody, Refusal } from '../../answers/answer.ts';
import type { Org } from '../../org/org.ts';
import { referenceOf, type StoredRecord } from '../../records/record.model.ts';
import { showValue } from '../../records/record.view.ts';
import type { Field } from '../../schema/field.model.ts';
import type { Module } from '../../schema/module.model.ts';

/** A column of a query, bound to the fields it goes through. */
export interface Column {
  readonly name: string;
  /** The field that holds the value; undefined for the id. */
  readonly field: Field | undefined;
  /** The lookup on the way, for `Account_Name.Account_Name`. */
  readonly through: Field | undefined;
}

/** @throws Refusal `INVALID_QUERY` for a column that the module does not have */
export function bindColumn(org: Org, given: { readonly module: Module; readonly name: string }): Column {
  const { module, name } = given;
  const [first = '', second, more] = name.split('.');
  if (second === undefined) {
    if (first === 'id') return { name, field: undefined, through: undefined };
    const field = module.fields.get(first);
    if (field === undefined) throw unknownColumn(name);
    return { name, field, through: undefined };
  }
  const through = module.fields.get(first);
  if (through === undefined || more !== undefined) throw unknownColumn(name);
  if (second === 'id') return { name, field: through, through: undefined };
  const target = org.schema.module(through.lookup ?? '');
  const field = target?.fields.get(second);
  if (through.type !== 'lookup' || field === undefined) throw unknownColumn(name);
  return { name, field, through };
}

function unknownColumn(name: string): Refusal {
  return new Refusal(
    400,
    errorBody('INVALID_QUERY', 'column given seems to be invalid', { column_name: name, reason: 'column is invalid' }),
  );
}

/** The stored value of a column, for comparing. */
export function columnValue(org: Org, given: { readonly column: Column; readonly record: StoredRecord }): unknown {
  const { column } = given;
  const record =
    column.through === undefined ? given.record : linked(org, { record: given.record, through: column.through });
  if (record === undefined) return undefined;
  return column.field === undefined ? record.id : record.fields[column.field.apiName];
}

/** The value of a column as the answer shows it; a link gives its id and name alone (reference 2.8). */
export function shownColumn(org: Org, given: { readonly column: Column; readonly record: StoredRecord }): unknown {
  const { column } = given;
  const value = columnValue(org, given);
  if (column.field === undefined) return value ?? null;
  const shown = showValue(org, { field: column.field, value });
  if (column.field.type !== 'ownerlookup' || typeof shown !== 'object' || shown === null) return shown;
  const { name, id } = shown as { name?: unknown; id?: unknown };
  return { name, id };
}

function linked(org: Org, given: { readonly record: StoredRecord; readonly through: Field }): StoredRecord | undefined {
  const id = referenceOf(given.record.fields[given.through.apiName])?.id;
  return id === undefined ? undefined : org.records.get(given.through.lookup ?? '', id);
}
