import { errorBody, Refusal } from '../../answers/answer.ts';
import { invalidData, mandatoryMissing, place } from '../../answers/errors.ts';
import { unzipped } from '../../bulk/bulk.files.ts';
import { bulkRows, type BulkWrite, type FieldMapping } from '../../bulk/bulk.writer.ts';
import type { Org } from '../../org/org.ts';
import type { Fields } from '../../records/record.model.ts';
import type { Module } from '../../schema/module.model.ts';
import { bodyList } from '../request.body.ts';
import { bulkError } from './bulk.errors.ts';

const MOST_ROWS = 25_000;
const MOST_COLUMNS = 200;
const OPERATIONS = ['insert', 'update', 'upsert'] as const;
/** Modules whose records cannot be written in bulk (reference 4.2). */
const EXCLUDED = new Set(['Notes', 'Attachments', 'Events', 'Calls']);

export interface WriteRequest {
  readonly write: Omit<BulkWrite, 'by'>;
  /** What the job's details repeat of the request. */
  readonly shown: Fields;
  readonly fileName: string;
}

/** One resource of a bulk write with the file it names (reference 4.2). @throws Refusal for one that cannot be run */
export function writeRequest(org: Org, body: Record<string, unknown>): WriteRequest {
  const operation = OPERATIONS.find((one) => one === body['operation']);
  if (body['operation'] === undefined) throw new Refusal(400, mandatoryMissing(place('operation', '$')));
  if (operation === undefined)
    throw new Refusal(400, invalidData({ supported_values: OPERATIONS, ...place('operation', '$') }));
  const [given] = bodyList(body, { key: 'resource', most: 1 });
  const resource = (typeof given === 'object' && given !== null ? given : {}) as Fields;
  const module = moduleOf(org, resource);
  const findBy = findByOf({ resource, module, operation });
  const mappings = mappingsOf(resource, module);
  const { text, name } = fileOf(org, { resource, mappings });
  const ignoreEmpty = (resource['ignore_empty'] ?? body['ignore_empty']) === true;
  return {
    write: { module, operation, findBy, ignoreEmpty, mappings, text },
    shown: {
      type: 'data',
      module: { api_name: module.apiName, id: module.id },
      file_id: resource['file_id'],
      file_names: [name],
      ignore_empty: ignoreEmpty,
      find_by: findBy ?? null,
      field_mappings: mappings,
    },
    fileName: name,
  };
}

function moduleOf(org: Org, resource: Fields): Module {
  const named = (resource['module'] ?? {}) as Fields;
  const module = org.schema.moduleBy({ api_name: named['api_name'] });
  if (module !== undefined && !EXCLUDED.has(module.apiName)) return module;
  throw bulkError('MODULE_NOT_AVAILABLE', 'The module is not available.', { module: named['api_name'] ?? null });
}

function findByOf(given: {
  readonly resource: Fields;
  readonly module: Module;
  readonly operation: BulkWrite['operation'];
}): string | undefined {
  const { resource, module, operation } = given;
  const name = resource['find_by'];
  if (name === undefined || name === null) {
    if (operation === 'insert') return undefined;
    throw new Refusal(400, mandatoryMissing(place('find_by', '$.resource[0]')));
  }
  const field = typeof name === 'string' ? module.fields.get(name) : undefined;
  if (field !== undefined && (field.unique !== undefined || name === module.systemField)) return field.apiName;
  if (name === 'id') return name;
  throw bulkError('INVALID_FIELD', 'The field to find by must be unique.', { ...place('find_by', '$.resource[0]') });
}

function mappingsOf(resource: Fields, module: Module): FieldMapping[] {
  const given = resource['field_mappings'];
  const where = place('field_mappings', '$.resource[0]');
  if (!Array.isArray(given) || given.length === 0) throw new Refusal(400, mandatoryMissing(where));
  const mappings = given.map((entry: unknown, at): FieldMapping => {
    const mapping = (entry ?? {}) as Fields;
    const name = mapping['api_name'];
    const path = `${where.json_path}[${at}]`;
    if (typeof name !== 'string')
      throw bulkError('MISSING_REQUIRED_KEY', 'A key is missing.', { ...place('api_name', path) });
    const field = module.fields.get(name);
    if (name !== 'id' && (field === undefined || field.readOnly)) {
      throw bulkError('INVALID_FIELD', 'The field is not valid.', { ...place(name, path) });
    }
    const { index, default_value: preset } = mapping;
    if (index === undefined && preset === undefined) {
      throw bulkError('MISSING_REQUIRED_KEY', 'A key is missing.', { ...place('index', path) });
    }
    return mapping as unknown as FieldMapping;
  });
  const mapped = new Set(mappings.map((mapping) => mapping.api_name));
  // The layout's own mandatory fields are not asked for, the system's are (reference 4.2).
  const missing = [...module.fields.values()].find((field) => field.mandatory && !mapped.has(field.apiName));
  const wanted = resource['find_by'] === 'id' ? undefined : missing;
  if (wanted === undefined) return mappings;
  throw bulkError('MANDATORY_FIELDS_NOT_MAPPED', 'Mandatory fields are not mapped.', { api_name: wanted.apiName });
}

function fileOf(
  org: Org,
  given: { readonly resource: Fields; readonly mappings: readonly FieldMapping[] },
): { readonly text: string; readonly name: string } {
  const { resource } = given;
  const bytes = org.files.get(String(resource['file_id']));
  if (bytes === undefined)
    throw bulkError('INVALID_FILE_ID', 'The file id is not valid.', { ...place('file_id', '$.resource[0]') });
  const files = unzipped(bytes);
  if (files === undefined) throw bulkError('INVALID_FILE_FORMAT', 'Invalid file format.');
  const names = resource['file_names'];
  const name = Array.isArray(names) ? String(names[0]) : [...files.keys()][0];
  const text = files.get(name ?? '');
  if (name === undefined || text === undefined) {
    throw bulkError('INVALID_FORMAT', 'The archive lacks the file.', { ...place('file_names', '$.resource[0]') });
  }
  let rows: string[][];
  try {
    rows = bulkRows(text);
  } catch {
    throw bulkError('INVALID_FILE_FORMAT', 'Invalid file format.');
  }
  const columns = rows[0]?.length ?? 0;
  if (columns > MOST_COLUMNS) throw bulkError('HEADER_LIMIT_EXCEEDED', 'Too many columns.', { limit: MOST_COLUMNS });
  if (rows.length - 1 > MOST_ROWS)
    throw new Refusal(400, errorBody('LIMIT_EXCEEDED', 'Too many rows.', { limit: MOST_ROWS }));
  const beyond = given.mappings.find((mapping) => mapping.index !== undefined && mapping.index >= columns);
  if (beyond !== undefined) {
    throw bulkError('COLUMN_INDEX_NOT_FOUND', 'The column is not there.', { api_name: beyond.api_name });
  }
  return { text, name };
}
