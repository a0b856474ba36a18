import { EMPTY, errorBody, Refusal } from '../../answers/answer.ts';
import { mandatoryMissing, place, wrongType } from '../../answers/errors.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { bodyObject } from '../request.body.ts';
import { bindColumn, shownColumn } from './coql.column.ts';
import { parseCoql } from './coql.parser.ts';
import { comparisonsOf, type CoqlQuery } from './coql.query.ts';
import { findRecords } from './coql.run.ts';

/** Where sources disagree the narrower limit stands, so that who lives within it lives with either (reference 2.8). */
const LIMITS = { rows: 200, depth: 10_000, columns: 50, orderBy: 10, inValues: 50 } as const;

/** `POST /coql`: a select over one module (reference 2.8). */
export const coqlCall: Call = {
  kind: 'coql',
  method: 'POST',
  path: '/crm/v8/coql',
  needs: onArea('coql', ['READ']),
  heavy: () => true,
  run: (request, org) => {
    const query = parseCoql(selectQuery(bodyObject(request)));
    const module = org.schema.module(query.module);
    if (module === undefined) {
      const details = { module: query.module, reason: 'module is invalid' };
      throw new Refusal(400, errorBody('INVALID_QUERY', 'invalid query formed', details));
    }
    checkLimits(query);
    const columns = query.columns.map((name) => bindColumn(org, { module, name }));
    const found = findRecords(org, { module, query });
    const shown = found.slice(query.offset, query.offset + query.limit);
    if (shown.length === 0) return EMPTY;
    const data = shown.map((record) => ({
      ...Object.fromEntries(columns.map((column) => [column.name, shownColumn(org, { column, record })])),
      id: record.id,
    }));
    const info = { count: data.length, more_records: found.length > query.offset + query.limit };
    return { status: 200, body: { data, info } };
  },
};

function selectQuery(body: Record<string, unknown>): string {
  const where = place('select_query', '$');
  const text = body['select_query'];
  if (text === undefined || text === null) throw new Refusal(400, mandatoryMissing(where));
  if (typeof text !== 'string') throw new Refusal(400, wrongType('text', where));
  return text;
}

function checkLimits(query: CoqlQuery): void {
  const most = Math.max(0, ...comparisonsOf(query.where).map((comparison) => comparison.values.length));
  const checks: readonly (readonly [clause: string, found: number, limit: number])[] = [
    ['select', query.columns.length, LIMITS.columns],
    ['order by', query.orderBy.length, LIMITS.orderBy],
    ['in', most, LIMITS.inValues],
    ['limit', query.limit, LIMITS.rows],
    ['offset', query.offset + query.limit, LIMITS.depth],
  ];
  for (const [clause, found, limit] of checks) {
    if (found > limit) throw new Refusal(400, errorBody('LIMIT_EXCEEDED', 'given limit exceeded', { clause, limit }));
  }
}
