import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';
import { externalHeader } from './external-id.call.ts';
import type { Converted } from './get-by-ids.call.ts';
import { fieldsParam, recordsSchema, type ZohoRecord } from './record.read.ts';

export interface GetByIdOptions {
  readonly id: string;
  /** Left out: all fields, subforms among them (reference 2.4). */
  readonly fields?: readonly string[];
  readonly converted?: Converted;
  /** `id` is the value of this external id (reference 2.9). */
  readonly externalField?: string;
}

/** Reads one record; null for one that is not there, is deleted, or is a converted Lead (reference 2.4). */
export function getById(
  caller: Caller,
  module: string,
  options: GetByIdOptions,
): Promise<{ readonly kind: 'ok'; readonly record: ZohoRecord | null } | Failure> {
  const { id, fields, converted, externalField } = options;
  const base = `/${encodeURIComponent(module)}`;
  return caller.run(
    {
      kind: 'get',
      method: 'GET',
      path: `${base}/${encodeURIComponent(id)}`,
      shownPath: `${base}/{id}`,
      query: { fields: fields === undefined ? undefined : fieldsParam(fields), converted },
      records: 1,
      ...(externalField === undefined ? {} : { headers: externalHeader(module, externalField) }),
    },
    (reply) => {
      const result = classifyRead(reply, recordsSchema);
      return result.kind === 'ok' ? { kind: 'ok', record: result.body?.data[0] ?? null } : result;
    },
  );
}
