import { EMPTY, NOT_MODIFIED } from '../../answers/answer.ts';
import { paramMissing } from '../../answers/errors.ts';
import type { Org } from '../../org/org.ts';
import type { StoredRecord } from '../../records/record.model.ts';
import { showRecord } from '../../records/record.view.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { pathModule } from '../request.body.ts';
import type { Module } from '../../schema/module.model.ts';
import { findExternal, idsParam } from './external.id.ts';
import { choiceParam, fieldsParam, ifModifiedSince } from './list.params.ts';
import { pageOf } from './list.page.ts';
import { SORT_FIELDS, sorted, type Sorting } from './list.sort.ts';

/** `GET /{Module}`: named fields of many records, sorted and paged (reference 2.5). */
export const listCall: Call = {
  kind: 'records.list',
  method: 'GET',
  path: '/crm/v8/:module',
  needs: onModule('READ'),
  credits: ({ query }) => (query.has('cvid') ? 3 : 1),
  heavy: ({ query }) => query.has('cvid') || query.has('sort_by'),
  run: (request, org) => {
    const module = pathModule(request, org);
    const fields = fieldsParam(request);
    if (fields === undefined) throw paramMissing('fields');
    const sorting: Sorting = {
      by: choiceParam(request, { name: 'sort_by', values: SORT_FIELDS, instead: 'id' }),
      order: choiceParam(request, { name: 'sort_order', values: ['asc', 'desc'], instead: 'desc' }),
    };
    const since = ifModifiedSince(request);
    const records = wanted(org, { request, module, sorting, since });
    const page = pageOf(org, { request, total: records.length });
    const shown = records.slice(page.from, page.to);
    if (shown.length === 0) return since === undefined ? EMPTY : NOT_MODIFIED;
    const data = shown.map((record) => showRecord(org, { module, record, fields }));
    const info = { ...page.info, count: data.length, sort_by: sorting.by, sort_order: sorting.order };
    return { status: 200, body: { data, info } };
  },
};

function wanted(
  org: Org,
  given: {
    readonly request: ApiRequest;
    readonly module: Module;
    readonly sorting: Sorting;
    readonly since: number | undefined;
  },
): readonly StoredRecord[] {
  const { request, module, sorting, since } = given;
  const converted = choiceParam(request, { name: 'converted', values: ['true', 'false', 'both'], instead: 'false' });
  const fits = (record: StoredRecord): boolean =>
    (converted === 'both' || (record.converted !== undefined) === (converted === 'true')) &&
    (since === undefined || record.modifiedAt > since);
  if (request.query.has('ids')) {
    const found = idsParam(request).map((value) => findExternal(org, { request, module, value }));
    const records = [...new Set(found)].filter((record) => record !== undefined).filter(fits);
    return sorted(records, sorting);
  }
  const plain = since === undefined && converted === 'false';
  return sorted(org.records.of(module), sorting, { fits, ...(plain ? { cacheKey: 'plain' } : {}) });
}
