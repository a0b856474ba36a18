import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import { fieldsParam, recordsSchema, type RecordsResult } from './record.read.ts';

/** Whether converted Leads are among the answers; Zoho's default is `false` (reference 2.5). */
export type Converted = 'true' | 'false' | 'both';

export interface GetByIdsOptions {
  /** At most 100. */
  readonly ids: readonly string[];
  /** API names, at most 50. */
  readonly fields: readonly string[];
  readonly converted?: Converted;
}

/**
 * Reads records by id, from the data itself and not from the search index (reference 0.8). Ids that do not exist, or
 * belong to deleted records and converted Leads, are missing in the result; order is the CRM's.
 */
export async function getByIds(caller: Caller, module: string, options: GetByIdsOptions): Promise<RecordsResult> {
  const { ids, fields, converted } = options;
  if (ids.length === 0) return { kind: 'ok', records: [] };
  return caller.run(
    {
      kind: 'get',
      method: 'GET',
      path: `/${encodeURIComponent(module)}`,
      query: { ids: ids.join(','), fields: fieldsParam(fields), per_page: '200', converted },
      records: ids.length,
    },
    (reply) => {
      const result = classifyRead(reply, recordsSchema);
      return result.kind === 'ok' ? { kind: 'ok', records: result.body?.data ?? [] } : result;
    },
  );
}
