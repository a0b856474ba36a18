import type { ErrorBody } from '../answers/answer.ts';
import { invalidData, mandatoryMissing, place, wrongType } from '../answers/errors.ts';
import type { Fields } from '../records/record.model.ts';
import type { Field } from '../schema/field.model.ts';
import { checkActivity } from './activity.check.ts';
import { checkParent } from './parent.check.ts';
import { layoutGap, pipelineError } from './layout.check.ts';
import { checkRows } from './subform.check.ts';
import type { Checked, RecordInput, RecordScope } from './check.types.ts';
import { checkValue } from './value.check.ts';

/** Stored values of the fields that the input names; undefined ones are to be cleared. */
export type CheckedRecord = { readonly values: Fields } | { readonly error: ErrorBody };

/** Keys that are no fields and yet belong into a record (reference 2.1, 2.2). */
const EXTRAS = new Set(['id', 'Layout', 'Tag', 'Record_Image', 'Exchange_Rate', 'Currency']);

/** One record of a write against its module. The first fault ends it, mandatory fields last, as the fields stand in the input. */
export function checkRecord(given: RecordInput, scope: RecordScope): CheckedRecord {
  const { module, input, path } = given;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { error: wrongType('jsonobject', { api_name: 'data', json_path: path }) };
  }
  const values: Fields = {};
  for (const [name, value] of Object.entries(input)) {
    const field = module.fields.get(name);
    if (field === undefined || field.readOnly) {
      const error = refusedKey({ name, readOnly: field !== undefined, path }, scope);
      if (error !== undefined) return { error };
      continue;
    }
    const checked = checkField({ given, field, value }, scope);
    if ('error' in checked) return checked;
    values[name] = checked.value;
  }
  const activity = checkActivity({ ...given, input: input as Fields }, scope);
  if (activity !== undefined && 'error' in activity) return activity;
  if (activity !== undefined) Object.assign(values, activity.values);
  const layout = layoutGap(given, values);
  if (layout !== undefined) return { error: layout };
  const missing = mandatoryGap(given, values);
  if (missing !== undefined) return { error: mandatoryMissing(place(missing.apiName, path)) };
  const mismatch = pipelineError(given, values);
  return mismatch === undefined ? { values } : { error: mismatch };
}

function refusedKey(
  key: { readonly name: string; readonly readOnly: boolean; readonly path: string },
  scope: RecordScope,
): ErrorBody | undefined {
  if (scope.unknownFields === 'ignore' || key.name.startsWith('$') || EXTRAS.has(key.name)) return undefined;
  return invalidData({ ...place(key.name, key.path) });
}

function checkField(
  about: { readonly given: RecordInput; readonly field: Field; readonly value: unknown },
  scope: RecordScope,
): Checked {
  const { field, value, given } = about;
  const input = { field, value, place: place(field.apiName, given.path) };
  if (value === null || value === undefined) return { value: undefined };
  if (field.type === 'parent') return checkParent(input, scope);
  if (field.type === 'subform') return checkRows(input, scope);
  // Where `$se_module` says which module is meant, the link is checked together with it.
  if (field.type === 'lookup' && field.lookup === '*') return { value: undefined };
  return checkValue(input, scope);
}

function mandatoryGap({ module, mode }: RecordInput, values: Fields): Field | undefined {
  for (const field of module.fields.values()) {
    if (!field.mandatory || values[field.apiName] !== undefined) continue;
    if (mode === 'insert' || field.apiName in values) return field;
  }
  return undefined;
}
