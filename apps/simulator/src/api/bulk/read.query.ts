import { mandatoryMissing, place } from '../../answers/errors.ts';
import { Refusal } from '../../answers/answer.ts';
import { bulkTest } from '../../bulk/bulk.criteria.ts';
import { BULK_PAGE, bulkColumns, type BulkColumn } from '../../bulk/bulk.reader.ts';
import type { Org } from '../../org/org.ts';
import type { Fields, StoredRecord } from '../../records/record.model.ts';
import type { Module } from '../../schema/module.model.ts';
import { bulkError } from './bulk.errors.ts';

const MOST_PAGES = 500;

export interface BulkQuery {
  readonly module: Module;
  readonly columns: readonly BulkColumn[];
  readonly test: (record: StoredRecord) => boolean;
  readonly page: number;
  readonly from: number;
  /** What belongs to a page token: the query without its page. */
  readonly bound: string;
  readonly shown: Fields;
}

/** The `query` of a bulk read (reference 4.3). @throws Refusal for one that cannot be run */
export function bulkQuery(org: Org, given: { readonly query: unknown; readonly user: string }): BulkQuery {
  if (typeof given.query !== 'object' || given.query === null) {
    throw new Refusal(400, mandatoryMissing(place('query', '$')));
  }
  const query = given.query as Fields;
  const named = (query['module'] ?? {}) as Fields;
  if (typeof named['api_name'] !== 'string') {
    throw new Refusal(400, mandatoryMissing(place('api_name', '$.query.module')));
  }
  const module = org.schema.module(named['api_name']);
  if (module === undefined) {
    throw bulkError('MODULE_NOT_SUPPORTED', 'The module is not supported.', { module: named['api_name'] });
  }
  if (query['cvid'] !== undefined && query['cvid'] !== null) {
    throw bulkError('CVID_NOT_SUPPORTED', 'Custom views are not supported.');
  }
  const names = query['fields'];
  if (names !== undefined && (!Array.isArray(names) || names.some((name) => typeof name !== 'string'))) {
    throw bulkError('QUERY_NOT_SUPPORTED', 'The fields must be a list of API names.');
  }
  const criteria = query['criteria'];
  const bound = JSON.stringify([given.user, module.apiName, names ?? null, criteria ?? null]);
  const { page, from } = pageOf(org, { query, bound });
  return {
    module,
    columns: bulkColumns(org, { module, names: names as string[] | undefined }),
    test: criteria === undefined || criteria === null ? () => true : bulkTest({ module, criteria }),
    page,
    from,
    bound,
    shown: {
      module: { api_name: module.apiName, id: module.id },
      page,
      ...(names === undefined ? {} : { fields: names }),
      ...(criteria === undefined || criteria === null ? {} : { criteria: shownCriteria(module, criteria) }),
    },
  };
}

/** The criteria as a job's details repeat them: fields with their ids. */
function shownCriteria(module: Module, criteria: unknown): unknown {
  const { group, field, ...rest } = criteria as Fields;
  const named = (field as Fields | undefined)?.['api_name'];
  return {
    ...rest,
    ...(field === undefined ? {} : { field: { api_name: named, id: module.fields.get(String(named))?.id ?? null } }),
    ...(Array.isArray(group) ? { group: group.map((inner) => shownCriteria(module, inner)) } : {}),
  };
}

function pageOf(org: Org, given: { readonly query: Fields; readonly bound: string }): { page: number; from: number } {
  const { query, bound } = given;
  const token = query['page_token'];
  if (token !== undefined && token !== null) {
    const found = typeof token === 'string' ? org.pages.get(token) : undefined;
    if (found === undefined || found.bound !== bound) {
      throw bulkError('TOKEN_BOUND_DATA_MISMATCH', 'The token given is bound to other data');
    }
    if (found.expiresAt <= org.clock.now()) throw bulkError('EXPIRED_VALUE', 'The token given is expired');
    return { page: Math.floor(found.offset / BULK_PAGE) + 1, from: found.offset };
  }
  const page = query['page'] ?? 1;
  if (typeof page !== 'number' || !Number.isInteger(page) || page < 1) {
    throw bulkError('PAGE_NOT_SUPPORTED', 'The page must be a whole number.');
  }
  if (page > MOST_PAGES) throw bulkError('PAGE_RANGE_EXCEEDED', 'The page is out of range.', { max_limit: MOST_PAGES });
  return { page, from: (page - 1) * BULK_PAGE };
}
