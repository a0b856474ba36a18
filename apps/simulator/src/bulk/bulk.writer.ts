import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { ErrorBody } from '../answers/answer.ts';
import { insertStep, updateStep, type Step } from '../api/records/record.steps.ts';
import { recordScope } from '../api/records/write.scope.ts';
import { publish } from '../notifications/publish.ts';
import type { Org } from '../org/org.ts';
import type { Change } from '../records/change.ts';
import type { Fields, StoredRecord } from '../records/record.model.ts';
import type { Module } from '../schema/module.model.ts';
import { cellValue } from './csv.value.ts';

export interface FieldMapping {
  readonly api_name: string;
  readonly index?: number | undefined;
  readonly format?: string | undefined;
  readonly find_by?: string | undefined;
  readonly default_value?: { readonly value?: unknown } | undefined;
}

export interface BulkWrite {
  readonly module: Module;
  readonly operation: 'insert' | 'update' | 'upsert';
  readonly findBy: string | undefined;
  readonly ignoreEmpty: boolean;
  readonly mappings: readonly FieldMapping[];
  readonly text: string;
  readonly by: string;
}

type RowStatus = 'ADDED' | 'UPDATED' | 'SKIPPED' | 'UNPROCESSED';

export interface BulkResult {
  readonly added: number;
  readonly updated: number;
  readonly skipped: number;
  readonly total: number;
  /** The file that says what became of each row. */
  readonly text: string;
}

/** Changes are told in groups of this size, as those of a call are. */
const GROUP = 100;
/** Columns of the input that the result repeats (reference 4.2). */
const REPEATED = 3;

/** The rows of a bulk file. @throws Error when the text is no table */
export function bulkRows(text: string): string[][] {
  return parse(text, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    delimiter: [',', ';', '|', ':'].find((sign) => (text.split('\n', 1)[0] ?? '').includes(sign)) ?? ',',
  });
}

/** Writes every row after the first, one by one; a row that fails leaves the others alone (reference 4.2). */
export function bulkWrite(org: Org, write: BulkWrite): BulkResult {
  const [, ...rows] = bulkRows(write.text);
  const changes: Change[] = [];
  const shown = write.mappings.filter((mapping) => mapping.index !== undefined).slice(0, REPEATED);
  const counts: Record<RowStatus, number> = { ADDED: 0, UPDATED: 0, SKIPPED: 0, UNPROCESSED: 0 };
  const results = rows.map((row) => {
    const done = writeRow(org, { write, row });
    counts[done.status] += 1;
    changes.push(...done.changes);
    return [...shown.map((mapping) => row[mapping.index ?? 0] ?? ''), done.status, done.id, done.error];
  });
  for (let at = 0; at < changes.length; at += GROUP) {
    publish(org, { changes: changes.slice(at, at + GROUP), origin: { source: 'api', workflow: true } });
  }
  const head = [...shown.map((mapping) => mapping.api_name), 'STATUS', 'RECORD_ID', 'ERRORS'];
  return {
    added: counts.ADDED,
    updated: counts.UPDATED,
    skipped: counts.SKIPPED + counts.UNPROCESSED,
    total: rows.length,
    text: stringify([head, ...results]),
  };
}

interface RowDone {
  readonly status: RowStatus;
  readonly id: string;
  readonly error: string;
  readonly changes: readonly Change[];
}

function writeRow(org: Org, given: { readonly write: BulkWrite; readonly row: readonly string[] }): RowDone {
  const { write } = given;
  const skipped = (status: RowStatus, error: string, id = ''): RowDone => ({ status, id, error, changes: [] });
  const input = rowFields(org, given);
  const found = write.findBy === undefined ? undefined : existing(org, { write, key: input[write.findBy] });
  if (found !== undefined && write.operation === 'insert')
    return skipped('SKIPPED', `DUPLICATE_DATA-${write.findBy}`, found.id);
  if (found === undefined && write.operation === 'update') return skipped('SKIPPED', `INVALID_DATA-${write.findBy}`);
  const { id: _id, ...values } = input;
  const about = { module: write.module, input: values, path: '$', by: write.by };
  const scope = recordScope(org);
  const step: Step =
    found === undefined ? insertStep(org, about, scope) : updateStep(org, { ...about, record: found }, scope);
  if ('error' in step) return skipped('UNPROCESSED', rowErrors(step.error), found?.id ?? '');
  return { status: found === undefined ? 'ADDED' : 'UPDATED', id: step.record.id, error: '', changes: step.changes };
}

function existing(org: Org, given: { readonly write: BulkWrite; readonly key: unknown }): StoredRecord | undefined {
  const { write, key } = given;
  if (write.findBy === 'id') return org.records.get(write.module.apiName, String(key));
  return org.records
    .of(write.module)
    .find(write.findBy ?? '', key)
    ?.find((record) => record.converted === undefined);
}

function rowFields(org: Org, given: { readonly write: BulkWrite; readonly row: readonly string[] }): Fields {
  const { write, row } = given;
  const input: Fields = {};
  for (const mapping of write.mappings) {
    const text = mapping.index === undefined ? '' : (row[mapping.index] ?? '').trim();
    const preset = mapping.default_value?.value;
    if (text === '') {
      if (preset !== undefined) input[mapping.api_name] = preset;
      else if (!write.ignoreEmpty) input[mapping.api_name] = null;
      continue;
    }
    const field = write.module.fields.get(mapping.api_name);
    input[mapping.api_name] =
      field === undefined
        ? text
        : (linked(org, { write, mapping, text }) ?? cellValue(field, { text, format: mapping.format }));
  }
  return input;
}

/** A lookup whose record is named by a value of that record. */
function linked(
  org: Org,
  given: { readonly write: BulkWrite; readonly mapping: FieldMapping; readonly text: string },
): { readonly id: string } | undefined {
  const { mapping, text } = given;
  const field = given.write.module.fields.get(mapping.api_name);
  const target = org.schema.module(field?.lookup ?? '');
  if (target === undefined || mapping.find_by === undefined || mapping.find_by === 'id') return undefined;
  const record = org.records.of(target).find(mapping.find_by, text)?.[0];
  return record === undefined ? { id: text } : { id: record.id };
}

/** `CODE-Column`, several with a colon between. */
function rowErrors(error: ErrorBody): string {
  const inner = error.details['errors'];
  if (Array.isArray(inner)) return (inner as ErrorBody[]).map((one) => rowErrors(one)).join(':');
  const { api_name: name, json_path: path } = error.details;
  const column = typeof path === 'string' && name === 'id' ? (path.split('.').at(-2) ?? name) : name;
  return typeof column === 'string' ? `${error.code}-${column}` : error.code;
}
