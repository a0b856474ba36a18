import { Refusal, type ErrorBody } from '../../answers/answer.ts';
import { invalidData } from '../../answers/errors.ts';
import type { Org } from '../../org/org.ts';
import { duplicateError } from '../../records/duplicate.check.ts';
import type { Fields, StoredRecord } from '../../records/record.model.ts';
import { uniqueFields, type Module } from '../../schema/module.model.ts';

/**
 * The fields that are compared, in order: those listed, then every unique field; the system's own only when it is listed
 * or when none is (reference 2.3).
 * @throws Refusal for a listed field that is neither the system's nor unique
 */
export function comparedFields(module: Module, listed: readonly string[]): string[] {
  const unique = uniqueFields(module).map((field) => field.apiName);
  const system = module.systemField === undefined ? [] : [module.systemField];
  const allowed = new Set([...system, ...unique]);
  const wrong = listed.findIndex((name) => !allowed.has(name));
  if (wrong >= 0) {
    const json_path = `$.duplicate_check_fields[${wrong}]`;
    throw new Refusal(400, invalidData({ api_name: 'duplicate_check_fields', json_path }));
  }
  return [...new Set([...(listed.length === 0 ? system : listed), ...unique])];
}

export type Match = { readonly record: StoredRecord; readonly field: string } | { readonly error: ErrorBody };

/** The record that the first telling field finds; another record found by a later unique field is a duplicate. */
export function findMatch(
  org: Org,
  given: {
    readonly module: Module;
    readonly compared: readonly string[];
    readonly input: unknown;
    readonly path: string;
  },
): Match | undefined {
  const { module, input, path } = given;
  if (typeof input !== 'object' || input === null) return undefined;
  let match: { readonly record: StoredRecord; readonly field: string } | undefined;
  for (const name of given.compared) {
    const field = module.fields.get(name);
    const value = Object.hasOwn(input, name) ? (input as Fields)[name] : undefined;
    const record = field === undefined ? undefined : newest(org, { module, name, value });
    if (field === undefined || record === undefined) continue;
    if (match === undefined) match = { record, field: name };
    else if (match.record.id !== record.id && field.unique !== undefined) {
      return { error: duplicateError(org, { clash: { field, record }, path }) };
    }
  }
  return match;
}

/** Several records may share a value that is not unique; which one is taken is undocumented, here the latest changed. */
function newest(
  org: Org,
  given: { readonly module: Module; readonly name: string; readonly value: unknown },
): StoredRecord | undefined {
  const value = typeof given.value === 'string' ? given.value.trim() : given.value;
  const found = (org.records.of(given.module).find(given.name, value) ?? []).filter(
    (record) => record.converted === undefined,
  );
  return found.reduce<StoredRecord | undefined>(
    (latest, record) => (latest === undefined || record.modifiedAt >= latest.modifiedAt ? record : latest),
    undefined,
  );
}
