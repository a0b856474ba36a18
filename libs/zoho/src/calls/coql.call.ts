import { z } from 'zod';
import type { JsonObject } from '#contracts';
import { classifyRead } from '../answer/answer.classify.ts';
import type { Call, Caller } from '../call.types.ts';
import { COQL_ROWS, COQL_VALUES, selectSecond, selectWhere, type SecondOptions } from '../coql.query.ts';
import type { Failure } from '../outcome.types.ts';
import { infoSchema, recordsSchema, type RecordsResult, type ZohoRecord } from './record.read.ts';

export type CoqlResult =
  { readonly kind: 'ok'; readonly rows: readonly JsonObject[]; readonly more: boolean } | Failure;

const coqlSchema = z.looseObject({
  data: z.array(z.looseObject({}).transform((row) => row as JsonObject)),
  info: infoSchema,
});

/** Runs one query (reference 2.8). It sees what was written just before, unlike the search (reference 0.8). */
export function coql(caller: Caller, query: string): Promise<CoqlResult> {
  return caller.run(callOf(query), (reply) => {
    const result = classifyRead(reply, coqlSchema);
    if (result.kind !== 'ok') return result;
    return { kind: 'ok', rows: result.body?.data ?? [], more: result.body?.info?.more_records ?? false };
  });
}

export interface FindOptions {
  readonly field: string;
  readonly values: readonly (string | number)[];
  readonly fields: readonly string[];
}

/**
 * The records whose text or number field has exactly one of the given values. The comparison is made again here, so that a
 * looser one in the CRM (case, trimming, quoting) never passes another record off as ours. One call for 50 values.
 */
export async function findByField(caller: Caller, module: string, options: FindOptions): Promise<RecordsResult> {
  const { field, fields } = options;
  const values = [...new Set(options.values)];
  const found: ZohoRecord[] = [];
  for (let start = 0; start < values.length; start += COQL_VALUES) {
    const part = values.slice(start, start + COQL_VALUES);
    const query = selectWhere({ module, fields, field, values: part });
    const result = await caller.run(callOf(query), (reply) => classifyRead(reply, recordsSchema));
    if (result.kind !== 'ok') return result;
    const isWanted = (value: unknown): boolean =>
      (typeof value === 'string' || typeof value === 'number') && part.includes(value);
    found.push(...(result.body?.data ?? []).filter((record) => isWanted(record[field])));
  }
  return { kind: 'ok', records: found };
}

/** A page of the records that changed in one second, ordered by id. Converted Leads are not among them. */
export type SecondResult =
  { readonly kind: 'ok'; readonly records: readonly ZohoRecord[]; readonly more: boolean } | Failure;

/** Where a list cannot be paged any further, since all of it changed in one second (an import), this goes on by id. */
export function changedInSecond(
  caller: Caller,
  module: string,
  options: Omit<SecondOptions, 'module'>,
): Promise<SecondResult> {
  return caller.run(callOf(selectSecond({ module, ...options })), (reply) => {
    const result = classifyRead(reply, recordsSchema);
    if (result.kind !== 'ok') return result;
    const records = result.body?.data ?? [];
    return { kind: 'ok', records, more: records.length >= COQL_ROWS || result.body?.info?.more_records === true };
  });
}

function callOf(query: string): Call {
  return { kind: 'coql', method: 'POST', path: '/coql', body: { select_query: query }, records: 0 };
}
