import { errorBody, type ErrorBody } from '../answers/answer.ts';
import { place } from '../answers/errors.ts';
import type { Org } from '../org/org.ts';
import type { Field } from '../schema/field.model.ts';
import { uniqueFields, type Module } from '../schema/module.model.ts';
import { referenceOf, type Fields, type StoredRecord } from './record.model.ts';

export interface Clash {
  readonly field: Field;
  readonly record: StoredRecord;
}

/** Other records that hold one of the values in a unique field; converted Leads and deleted records do not count. */
export function findClashes(
  org: Org,
  given: { readonly module: Module; readonly values: Fields; readonly except?: string },
): Clash[] {
  const store = org.records.of(given.module);
  return uniqueFields(given.module).flatMap((field) => {
    const value = given.values[field.apiName];
    const found = value === undefined ? [] : (store.find(field.apiName, value) ?? []);
    const record = found.find((other) => other.id !== given.except && other.converted === undefined);
    return record === undefined ? [] : [{ field, record }];
  });
}

/** One clash is `DUPLICATE_DATA` with the other record, several are `MULTIPLE_OR_MULTI_ERRORS` (reference 6). */
export function clashError(org: Org, given: { readonly clashes: readonly Clash[]; readonly path: string }): ErrorBody {
  const errors = given.clashes.map((clash) => duplicateError(org, { clash, path: given.path }));
  const [only] = errors;
  if (only !== undefined && errors.length === 1) return only;
  return errorBody('MULTIPLE_OR_MULTI_ERRORS', 'Multiple errors occured in this field', { errors });
}

export function duplicateError(org: Org, given: { readonly clash: Clash; readonly path: string }): ErrorBody {
  const { field, record } = given.clash;
  const owner = org.users.get(referenceOf(record.fields['Owner'])?.id ?? '');
  const module = org.schema.module(record.module);
  return errorBody('DUPLICATE_DATA', 'duplicate data', {
    ...place(field.apiName, given.path),
    id: record.id,
    duplicate_record: {
      id: record.id,
      Owner: owner === undefined ? null : { name: owner.name, id: owner.id, zuid: owner.zuid },
      module: { api_name: record.module, id: module?.id },
    },
    more_records: false,
  });
}
