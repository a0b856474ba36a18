import { Refusal } from '../../answers/answer.ts';
import { badId, invalidData, mandatoryMissing, place, wrongType } from '../../answers/errors.ts';
import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import type { Org } from '../../org/org.ts';
import type { Fields } from '../../records/record.model.ts';
import { makeValue } from '../../schema/field.maker.ts';
import type { Field, PicklistValue } from '../../schema/field.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { bodyList, bodyObject } from '../request.body.ts';
import { valueText } from './field.create.ts';
import { paramModule } from './fields.call.ts';

const MOST_FIELDS = 5;

/** `PATCH /settings/fields?module=`: label, length and picklist values of fields named by id. */
export const updateFieldsCall: Call = {
  kind: 'settings.fields.update',
  method: 'PATCH',
  path: '/crm/v8/settings/fields',
  needs: onArea('settings', ['UPDATE'], 'fields'),
  run: (request, org) => {
    const module = paramModule(request, org);
    const inputs = bodyList(bodyObject(request), { key: 'fields', most: MOST_FIELDS });
    const items = inputs.map((input, at) => updateField(org, { module, input, path: `$.fields[${at}]` }));
    return itemsAnswer('fields', items, 200);
  },
};

/** `PATCH /settings/fields/{id}?module=` */
export const updateFieldCall: Call = {
  kind: 'settings.fields.update',
  method: 'PATCH',
  path: '/crm/v8/settings/fields/:id',
  needs: onArea('settings', ['UPDATE'], 'fields'),
  run: (request, org) => {
    const module = paramModule(request, org);
    const [input] = bodyList(bodyObject(request), { key: 'fields', most: 1 });
    const path = '$.fields[0]';
    if (typeof input !== 'object' || input === null) {
      throw new Refusal(400, wrongType('jsonobject', { api_name: 'fields', json_path: path }));
    }
    const item = updateField(org, { module, input: { ...input, id: request.params['id'] }, path });
    return itemsAnswer('fields', [item], 200);
  },
};

function updateField(
  org: Org,
  given: { readonly module: Module; readonly input: unknown; readonly path: string },
): Item {
  const { module, input, path } = given;
  if (typeof input !== 'object' || input === null)
    return wrongType('jsonobject', { api_name: 'fields', json_path: path });
  const wishes = input as Fields;
  if (wishes['id'] === undefined) return mandatoryMissing(place('id', path));
  const field = [...module.fields.values()].find((known) => known.id === wishes['id']);
  if (field === undefined) return badId({ ...place('id', path) });
  const values = wishes['pick_list_values'];
  const where = place('pick_list_values', path);
  if (values !== undefined && (!Array.isArray(values) || field.values === undefined)) return invalidData({ ...where });
  const label = wishes['field_label'];
  org.schema.put(module, {
    ...field,
    ...(typeof label === 'string' && label !== '' ? { label } : {}),
    ...(Array.isArray(values) ? { values: mergeValues(org, { field, entries: values }) } : {}),
  });
  return success('field updated', { id: field.id });
}

/** Adds values that are new, renames those named by id, removes those marked `_delete`; the others stay. */
function mergeValues(
  org: Org,
  given: { readonly field: Field; readonly entries: readonly unknown[] },
): PicklistValue[] {
  let values = [...(given.field.values ?? [])];
  for (const entry of given.entries) {
    const { id, _delete: gone } = (entry ?? {}) as Fields;
    const text = valueText(entry);
    const known = values.find((value) => value.id === id || (text !== undefined && value.actual === text[1]));
    if (known !== undefined && gone === true) values = values.filter((value) => value !== known);
    else if (known !== undefined && text !== undefined) {
      values = values.map((value) => (value === known ? { ...value, display: text[0] } : value));
    } else if (text !== undefined) values.push(makeValue({ value: text, at: values.length }, org.ids));
  }
  return values.map((value, at) => ({ ...value, sequence: at + 1 }));
}
