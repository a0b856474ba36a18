import { errorBody, Refusal } from '../../answers/answer.ts';
import { badId, invalidData } from '../../answers/errors.ts';
import { isId } from '../../org/id.sequence.ts';
import type { Org } from '../../org/org.ts';
import type { StoredRecord } from '../../records/record.model.ts';
import type { Field } from '../../schema/field.model.ts';
import type { Module } from '../../schema/module.model.ts';
import { header, type ApiRequest } from '../call.ts';

/** The field that `X-EXTERNAL: Contacts.Ext_Id` makes stand in for the id (reference 2.9). */
export function externalField(request: ApiRequest, module: Module): Field | undefined {
  const text = header(request, 'x-external');
  if (text === undefined) return undefined;
  for (const part of text.split(',')) {
    const [moduleName, fieldName, more] = part.trim().split('.');
    if (moduleName !== module.apiName || more !== undefined) continue;
    const field = module.fields.get(fieldName ?? '');
    if (field?.external !== undefined) return field;
  }
  throw new Refusal(400, errorBody('INVALID_DATA', 'invalid data', { header: 'X-EXTERNAL' }));
}

/** The record that a path segment or `ids` entry names, by id or by external id. @throws Refusal when it could be no id. */
export function findExternal(
  org: Org,
  given: { readonly request: ApiRequest; readonly module: Module; readonly value: string },
): StoredRecord | undefined {
  const field = externalField(given.request, given.module);
  if (field !== undefined) return org.records.of(given.module).find(field.apiName, given.value)?.[0];
  if (!isId(given.value)) throw new Refusal(400, badId({ resource_path_index: 1 }));
  return org.records.get(given.module.apiName, given.value);
}

/** The entries of `?ids=`, at most 100. */
export function idsParam(request: ApiRequest): string[] {
  const ids = (request.query.get('ids') ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length > 100) throw new Refusal(400, invalidData({ limit: 100, param_name: 'ids' }));
  return ids;
}
