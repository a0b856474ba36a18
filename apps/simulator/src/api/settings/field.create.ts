import { errorBody, type ErrorBody } from '../../answers/answer.ts';
import { invalidData, mandatoryMissing, place, tooLong, wrongType } from '../../answers/errors.ts';
import type { Fields } from '../../records/record.model.ts';
import { CREATABLE_TYPES, LENGTHS, type DataType, type Field, type FieldSpec } from '../../schema/field.model.ts';
import { uniqueFields, type Module } from '../../schema/module.model.ts';

const MOST_UNIQUE = 2;
const AREAS: ReadonlyMap<unknown, number> = new Map([
  ['small', 2000],
  ['large', 32_000],
  ['rich_text', 50_000],
]);

export interface FieldInput {
  readonly module: Module;
  readonly input: unknown;
  readonly path: string;
  /** Custom fields that the edition allows a module. */
  readonly most: number;
  readonly hasModule: (apiName: string) => boolean;
}

export type CheckedField = { readonly spec: FieldSpec } | { readonly error: ErrorBody };

/** One custom field of a create call (reference 8). Its API name follows from its label; one that is given does not count. */
export function checkNewField(given: FieldInput): CheckedField {
  const { input, path, module } = given;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { error: wrongType('jsonobject', { api_name: 'fields', json_path: path }) };
  }
  const wishes = input as Fields;
  const label = wishes['field_label'];
  if (typeof label !== 'string' || label.trim() === '') return { error: mandatoryMissing(place('field_label', path)) };
  const apiName = apiNameOf(label);
  if (apiName === '') return { error: invalidData({ ...place('field_label', path) }) };
  const same = [...module.fields.values()].some((field) => field.apiName === apiName || field.label === label);
  if (same) return { error: errorBody('DUPLICATE_DATA', 'duplicate data', { ...place('field_label', path) }) };
  const type = CREATABLE_TYPES.find((known) => known === wishes['data_type']);
  if (wishes['data_type'] === undefined) return { error: mandatoryMissing(place('data_type', path)) };
  if (type === undefined) {
    return { error: invalidData({ supported_values: CREATABLE_TYPES, ...place('data_type', path) }) };
  }
  const error = limitError(given, wishes) ?? typeError({ wishes, type, path }, given);
  if (error !== undefined) return { error };
  return { spec: specOf({ apiName, label, type, wishes }) };
}

/** `External User ID` becomes `External_User_ID`: letters, digits and single underscores, a letter first. */
function apiNameOf(label: string): string {
  return label
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^[^A-Za-z]+|_+$/g, '');
}

function limitError({ module, path, most }: FieldInput, wishes: Fields): ErrorBody | undefined {
  const custom = [...module.fields.values()].filter((field) => field.custom).length;
  const exceeded = (limit: number, name: string): ErrorBody =>
    errorBody('LIMIT_EXCEEDED', 'limit exceeded', { limit, limit_due_to: [place(name, path)] });
  if (custom >= most) return exceeded(most, 'field_label');
  if (isUnique(wishes) && uniqueFields(module).length >= MOST_UNIQUE) return exceeded(MOST_UNIQUE, 'unique');
  return undefined;
}

function typeError(
  { wishes, type, path }: { readonly wishes: Fields; readonly type: DataType; readonly path: string },
  given: FieldInput,
): ErrorBody | undefined {
  const { length } = wishes;
  if (length !== undefined && length !== null) {
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 1)
      return wrongType('integer', place('length', path));
    if (length > LENGTHS[type] && type !== 'textarea') return tooLong(LENGTHS[type], place('length', path));
  }
  if (type === 'picklist' || type === 'multiselectpicklist') return valuesError(wishes, path);
  if (wishes['external'] !== undefined && wishes['external'] !== null && type !== 'text') {
    return invalidData({ ...place('external', path) });
  }
  if (type !== 'lookup') return undefined;
  const target = lookupModule(wishes);
  if (target === undefined) return mandatoryMissing(place('lookup', path));
  return given.hasModule(target) ? undefined : invalidData({ ...place('module', `${path}.lookup`) });
}

function valuesError(wishes: Fields, path: string): ErrorBody | undefined {
  const values = wishes['pick_list_values'];
  const where = place('pick_list_values', path);
  if (values === undefined || values === null) return mandatoryMissing(where);
  if (!Array.isArray(values) || values.length === 0) return wrongType('jsonarray', where);
  const wrong = values.findIndex((value: unknown) => valueText(value) === undefined);
  return wrong < 0 ? undefined : mandatoryMissing(place('display_value', `${where.json_path}[${wrong}]`));
}

/** Display and actual value of an entry of `pick_list_values`. */
export function valueText(entry: unknown): readonly [display: string, actual: string] | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { display_value: display, actual_value: actual } = entry as Fields;
  if (typeof display !== 'string' || display === '') return undefined;
  return [display, typeof actual === 'string' && actual !== '' ? actual : display];
}

function isUnique(wishes: Fields): boolean {
  return typeof wishes['unique'] === 'object' && wishes['unique'] !== null;
}

function lookupModule(wishes: Fields): string | undefined {
  const module = (wishes['lookup'] as Fields | null | undefined)?.['module'];
  const name = (module as Fields | null | undefined)?.['api_name'];
  return typeof name === 'string' ? name : undefined;
}

function specOf(given: {
  readonly apiName: string;
  readonly label: string;
  readonly type: DataType;
  readonly wishes: Fields;
}): FieldSpec {
  const { wishes, type } = given;
  const length = type === 'textarea' ? areaLength(wishes) : (wishes['length'] as number | null | undefined);
  const module = lookupModule(wishes);
  const decimals = wishes['decimal_place'];
  return {
    apiName: given.apiName,
    label: given.label,
    type,
    custom: true,
    ...(typeof length === 'number' ? { length } : {}),
    ...decimalPlaces(type, decimals),
    ...(isUnique(wishes) ? { unique: { caseSensitive: (wishes['unique'] as Fields)['case_sensitive'] === true } } : {}),
    ...externalOf(wishes),
    ...(module === undefined || type !== 'lookup' ? {} : { lookup: module, indexed: true }),
    ...picklistOf(wishes),
  };
}

function decimalPlaces(type: DataType, wish: unknown): { decimals?: number } {
  if (type !== 'double' && type !== 'currency' && type !== 'percent') return {};
  return { decimals: typeof wish === 'number' && Number.isInteger(wish) && wish >= 0 ? Math.min(wish, 9) : 2 };
}

function areaLength(wishes: Fields): number {
  const area = wishes['textarea'] as Fields | null | undefined;
  return AREAS.get(area?.['type']) ?? 2000;
}

function externalOf(wishes: Fields): { external?: NonNullable<Field['external']> } {
  const external = wishes['external'] as Fields | null | undefined;
  if (typeof external !== 'object' || external === null) return {};
  return { external: { type: external['type'] === 'user' ? 'user' : 'org', show: external['show'] !== false } };
}

function picklistOf(wishes: Fields): Pick<FieldSpec, 'values'> {
  const values = wishes['pick_list_values'];
  if (!Array.isArray(values)) return {};
  const texts = values.map(valueText).filter((text) => text !== undefined);
  return { values: texts.some(([, actual]) => actual === '-None-') ? texts : ['-None-', ...texts] };
}
