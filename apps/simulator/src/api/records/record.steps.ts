import { errorBody, type ErrorBody } from '../../answers/answer.ts';
import type { Org } from '../../org/org.ts';
import type { Change } from '../../records/change.ts';
import { clashError, findClashes } from '../../records/duplicate.check.ts';
import type { Fields, StoredRecord } from '../../records/record.model.ts';
import { referenceOf } from '../../records/record.model.ts';
import { insertRecord, updateRecord } from '../../records/record.writer.ts';
import type { Module } from '../../schema/module.model.ts';
import type { RecordScope } from '../../validate/check.types.ts';
import { checkRecord } from '../../validate/record.check.ts';

export interface StepInput {
  readonly module: Module;
  readonly input: unknown;
  readonly path: string;
  readonly by: string;
}

export type Step =
  { readonly error: ErrorBody } | { readonly record: StoredRecord; readonly changes: readonly Change[] };

/** Checks one record and makes it. */
export function insertStep(org: Org, step: StepInput, scope: RecordScope): Step {
  const checked = checkRecord({ ...step, mode: 'insert' }, scope);
  if ('error' in checked) return checked;
  const { values } = checked;
  const note = noteError({ module: step.module, values, path: step.path });
  if (note !== undefined) return { error: note };
  const clashes = findClashes(org, { module: step.module, values });
  if (clashes.length > 0) return { error: clashError(org, { clashes, path: step.path }) };
  const { record, change } = insertRecord(org, { module: step.module, values, by: step.by });
  return { record, changes: [change, ...relatedChanges(record, step.by)] };
}

/** Checks one record and writes it over the one that is there. */
export function updateStep(org: Org, step: StepInput & { readonly record: StoredRecord }, scope: RecordScope): Step {
  const { module, record, path } = step;
  if (record.converted !== undefined) {
    return { error: errorBody('CONVERTED_RECORD', "can't update the converted record", { id: record.id }) };
  }
  if (record.locked === true) {
    const message = 'Sorry, you cannot perform this operation as the record is locked.';
    return { error: errorBody('RECORD_LOCKED', message, { id: record.id }) };
  }
  const checked = checkRecord({ module, input: step.input, path, mode: 'update' }, scope);
  if ('error' in checked) return checked;
  const values = appended(step, checked.values);
  const clashes = findClashes(org, { module, values, except: record.id });
  if (clashes.length > 0) return { error: clashError(org, { clashes, path }) };
  return { record, changes: [updateRecord(org, { module, record, values, by: step.by })] };
}

/** Lists that `$append_values` names grow by what is given, instead of being replaced (reference 2.2). */
function appended(step: StepInput & { readonly record: StoredRecord }, values: Fields): Fields {
  const wishes = (step.input as Fields)['$append_values'];
  if (typeof wishes !== 'object' || wishes === null) return values;
  const lists = Object.entries(wishes).flatMap(([name, wanted]) => {
    const [before, given] = [step.record.fields[name], values[name]];
    const grows = wanted === true && Array.isArray(before) && Array.isArray(given);
    return grows ? [[name, [...new Set([...(before as unknown[]), ...(given as unknown[])])]] as const] : [];
  });
  return { ...values, ...Object.fromEntries(lists) };
}

/** A note has a title, a content, or both (reference 3.2). */
function noteError(given: {
  readonly module: Module;
  readonly values: Fields;
  readonly path: string;
}): ErrorBody | undefined {
  const { module, values, path } = given;
  if (module.apiName !== 'Notes' || values['Note_Title'] !== undefined || values['Note_Content'] !== undefined)
    return undefined;
  const expected = ['Note_Title', 'Note_Content'].map((name) => ({ api_name: name, json_path: `${path}.${name}` }));
  return errorBody('EXPECTED_FIELD_MISSING', 'should contain either content or title', { expected_fields: expected });
}

/** What hangs on a record counts as its related action: channels that want those are told of the parent. */
function relatedChanges(record: StoredRecord, by: string): Change[] {
  const field = record.module === 'Notes' ? 'Parent_Id' : record.module === 'Tasks' ? 'What_Id' : undefined;
  const parent = field === undefined ? undefined : referenceOf(record.fields[field]);
  if (parent?.module === undefined) return [];
  return [{ module: parent.module, operation: 'update', id: parent.id, fields: [], by, related: true }];
}
