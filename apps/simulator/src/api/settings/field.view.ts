import type { Org } from '../../org/org.ts';
import type { Field, PicklistValue } from '../../schema/field.model.ts';

const JSON_TYPES: Readonly<Partial<Record<Field['type'], string>>> = {
  integer: 'integer',
  double: 'double',
  currency: 'double',
  percent: 'double',
  boolean: 'boolean',
  lookup: 'jsonobject',
  ownerlookup: 'jsonobject',
  parent: 'jsonobject',
  subform: 'jsonarray',
  jsonarray: 'jsonarray',
  multiselectpicklist: 'jsonarray',
};

/** A field as the metadata shows it (reference 8). */
export function showField(org: Org, field: Field): Record<string, unknown> {
  const writable = !field.readOnly;
  const target = org.schema.module(field.lookup ?? '');
  return {
    id: field.id,
    api_name: field.apiName,
    field_label: field.label,
    display_label: field.label,
    data_type: field.type === 'parent' ? 'lookup' : field.type,
    json_type: JSON_TYPES[field.type] ?? 'string',
    length: field.length,
    decimal_place: field.decimals ?? null,
    system_mandatory: field.mandatory,
    custom_field: field.custom,
    created_source: field.custom ? 'user' : 'default',
    read_only: field.readOnly,
    field_read_only: field.readOnly,
    visible: true,
    type: 'used',
    unique: field.unique === undefined ? {} : { casesensitive: String(field.unique.caseSensitive) },
    external: field.external ?? null,
    pick_list_values: (field.values ?? []).map(showPicklistValue),
    lookup:
      target === undefined ? {} : { module: { api_name: target.apiName, id: target.id }, display_label: field.label },
    operation_type: { web_update: writable, api_create: writable, web_create: writable, api_update: writable },
    view_type: { view: true, edit: writable, create: writable, quick_create: false },
  };
}

export function showPicklistValue(value: PicklistValue): Record<string, unknown> {
  return {
    id: value.id,
    display_value: value.display,
    actual_value: value.actual,
    reference_value: value.actual,
    sequence_number: value.sequence,
    colour_code: null,
    type: 'used',
  };
}
