import { errorBody, Refusal } from '../../answers/answer.ts';
import type { Org } from '../../org/org.ts';
import { formatTime } from '../../org/zoho.time.ts';
import type { ApiRequest } from '../call.ts';
import { pageParam } from './list.params.ts';

const WITHOUT_TOKEN = 2000;
const WITH_TOKEN = 100_000;
const DEFAULT_PER_PAGE = 200;

export interface Page {
  readonly from: number;
  readonly to: number;
  readonly info: Readonly<Record<string, unknown>>;
}

/** Which part of a listing is asked for: by number up to 2,000 records, by token up to 100,000 (reference 2.5). */
export function pageOf(org: Org, given: { readonly request: ApiRequest; readonly total: number }): Page {
  const { request, total } = given;
  const perPage = pageParam(request, { name: 'per_page', instead: DEFAULT_PER_PAGE });
  const token = request.query.get('page_token');
  const from = token === null ? numbered(request, perPage) : tokenOffset(org, { request, token });
  if (from + perPage > WITH_TOKEN) {
    throw new Refusal(
      400,
      errorBody('PAGINATION_LIMIT_EXCEEDED', 'You can only get the first 100000 records', { limit: WITH_TOKEN }),
    );
  }
  const more = from + perPage < total;
  // Reported only where the numbered pages end; whoever loops on `more_records` alone stops there.
  const next =
    more && (token !== null || from + perPage >= WITHOUT_TOKEN)
      ? org.pages.issue({ offset: from + perPage, bound: boundTo(request) })
      : undefined;
  const info = {
    call: false,
    per_page: perPage,
    next_page_token: next?.token ?? null,
    page: Math.floor(from / perPage) + 1,
    previous_page_token: null,
    page_token_expiry: next === undefined ? null : formatTime(next.expiresAt),
    email: false,
    more_records: more,
  };
  return { from, to: from + perPage, info };
}

function numbered(request: ApiRequest, perPage: number): number {
  const page = pageParam(request, { name: 'page', instead: 1 });
  if (page * perPage <= WITHOUT_TOKEN) return (page - 1) * perPage;
  const message = 'You can only get the first 2000 records without using page_token param';
  throw new Refusal(400, errorBody('DISCRETE_PAGINATION_LIMIT_EXCEEDED', message, { limit: WITHOUT_TOKEN }));
}

function tokenOffset(org: Org, given: { readonly request: ApiRequest; readonly token: string }): number {
  const { request, token } = given;
  const names = ['page', 'page_token'].map((name) => ({ param_name: name }));
  if (request.query.has('page')) {
    const details = { ambiguity_due_to: names };
    throw new Refusal(400, errorBody('AMBIGUITY_DURING_PROCESSING', 'ambiguity while processing the request', details));
  }
  const found = org.pages.get(token);
  const details = { param_name: 'page_token' };
  if (found === undefined) throw new Refusal(400, errorBody('INVALID_DATA', 'invalid data', details));
  if (found.expiresAt <= org.clock.now()) {
    throw new Refusal(400, errorBody('EXPIRED_VALUE', 'The token given is expired', details));
  }
  if (found.bound !== boundTo(request)) {
    const message = 'The token given is bound to other parameters';
    throw new Refusal(400, errorBody('TOKEN_BOUND_DATA_MISMATCH', message, details));
  }
  return found.offset;
}

/** All parameters but the page itself, in a fixed order, and whose listing it is. */
function boundTo(request: ApiRequest): string {
  const params = [...request.query]
    .filter(([name]) => name !== 'page' && name !== 'page_token')
    .map(([n, v]) => `${n}=${v}`);
  return [request.user.id, request.params['module'], ...params.sort()].join('&');
}
