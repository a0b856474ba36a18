import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';
import { modifiedSince } from '../zoho.time.ts';
import type { Converted } from './get-by-ids.call.ts';
import { fieldsParam, recordsSchema, type Info, type ZohoRecord } from './record.read.ts';

/** Where a listing goes on. A token is bound to its parameters and lives 24 hours (reference 2.5). */
export type NextPage = { readonly page: number } | { readonly pageToken: string };

export interface ListModifiedOptions {
  /** Records modified at or after this instant; taken down to whole seconds. */
  readonly since: Date;
  /** At most 50; `Modified_Time` comes on top. */
  readonly fields: readonly string[];
  /** Absent: the first page. */
  readonly next?: NextPage;
  readonly converted?: Converted;
}

export type ListResult =
  | {
      readonly kind: 'ok';
      readonly records: readonly ZohoRecord[];
      /** Null at the end. */
      readonly next: NextPage | null;
      /** True if there is more that cannot be paged to: begin again from the last record's `Modified_Time`. */
      readonly truncated: boolean;
    }
  | Failure;

const PAGE = 200;
/** Beyond this many records only page tokens lead on (reference 2.5). */
const PAGED = 2000;

/**
 * One page of the records modified since an instant, oldest first (reference 2.5). Rows move while one pages, and times
 * have whole seconds: sweep with an overlap and drop what is known.
 */
export function listModifiedSince(caller: Caller, module: string, options: ListModifiedOptions): Promise<ListResult> {
  const { since, fields, converted } = options;
  const next = options.next ?? { page: 1 };
  const place = 'page' in next ? { page: String(next.page) } : { page_token: next.pageToken };
  return caller.run(
    {
      kind: 'list',
      method: 'GET',
      path: `/${encodeURIComponent(module)}`,
      query: {
        fields: fieldsParam(['Modified_Time', ...fields]),
        sort_by: 'Modified_Time',
        sort_order: 'asc',
        per_page: String(PAGE),
        converted,
        ...place,
      },
      headers: { 'if-modified-since': modifiedSince(since) },
      records: 0,
    },
    (reply) => {
      const result = classifyRead(reply, recordsSchema);
      if (result.kind !== 'ok') return result;
      const following = nextOf(result.body?.info, next);
      const more = result.body?.info?.more_records ?? false;
      return { kind: 'ok', records: result.body?.data ?? [], next: following, truncated: more && following === null };
    },
  );
}

function nextOf(info: Info, at: NextPage): NextPage | null {
  if (info?.more_records !== true) return null;
  if (typeof info.next_page_token === 'string') return { pageToken: info.next_page_token };
  if (!('page' in at) || at.page * PAGE >= PAGED) return null;
  return { page: at.page + 1 };
}
