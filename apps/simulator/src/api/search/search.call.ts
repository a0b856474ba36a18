import { EMPTY, errorBody, Refusal } from '../../answers/answer.ts';
import { badParam } from '../../answers/errors.ts';
import type { Org } from '../../org/org.ts';
import type { StoredRecord } from '../../records/record.model.ts';
import { showRecord } from '../../records/record.view.ts';
import type { Module } from '../../schema/module.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { choiceParam, fieldsParam, pageParam } from '../records/list.params.ts';
import { pathModule } from '../request.body.ts';
import type { FieldsTest } from './search.match.ts';
import { selectorTest, wantedTest } from './search.selector.ts';

const DEEPEST = 2000;

/** `GET /{Module}/search`: over an index that lags behind the writes (reference 2.6). */
export const searchCall: Call = {
  kind: 'records.search',
  method: 'GET',
  path: '/crm/v8/:module/search',
  needs: (params) => [
    ...onModule('READ')(params),
    { service: 'ZohoSearch', area: 'securesearch', operations: ['READ'] },
  ],
  run: (request, org) => {
    const module = pathModule(request, org);
    const test = wantedTest(request, module);
    const fields = fieldsParam(request);
    const page = pageParam(request, { name: 'page', instead: 1 });
    const perPage = pageParam(request, { name: 'per_page', instead: 200 });
    if (page * perPage > DEEPEST) {
      const details = { limit: DEEPEST, param_name: 'page' };
      throw new Refusal(400, errorBody('LIMIT_REACHED', 'Maximum response iteration limit reached', details));
    }
    const found = indexed(org, { request, module, test });
    const shown = found.slice((page - 1) * perPage, page * perPage);
    if (shown.length === 0) return EMPTY;
    const data = shown.map((record) =>
      showRecord(org, { module, record, ...(fields === undefined ? {} : { fields }) }),
    );
    const info = { per_page: perPage, count: data.length, page, more_records: found.length > page * perPage };
    return { status: 200, body: { data, info } };
  },
};

/** `GET /{Module}/actions/count`: how many records a search would find, or all there are. */
export const countCall: Call = {
  kind: 'records.count',
  method: 'GET',
  path: '/crm/v8/:module/actions/count',
  needs: onModule('READ'),
  run: (request, org) => {
    const module = pathModule(request, org);
    if (request.query.has('cvid')) throw badParam('cvid');
    const test = selectorTest(module, request.query) ?? (() => true);
    return { status: 200, body: { count: String(indexed(org, { request, module, test }).length) } };
  },
};

function indexed(
  org: Org,
  given: { readonly request: ApiRequest; readonly module: Module; readonly test: FieldsTest },
): StoredRecord[] {
  const { request, module, test } = given;
  const values = ['true', 'false', 'both'] as const;
  const converted = choiceParam(request, { name: 'converted', values, instead: 'false' });
  const approved = choiceParam(request, { name: 'approved', values, instead: 'true' });
  // Nothing here ever waits for approval.
  if (approved === 'false') return [];
  const store = org.records.of(module);
  const since = org.clock.now() - org.settings.searchDelayMs;
  return [...store.all()].filter((record) => {
    if (converted !== 'both' && (record.converted !== undefined) !== (converted === 'true')) return false;
    const fields = store.lag.fieldsAt(record, since);
    return fields !== undefined && test(fields);
  });
}
