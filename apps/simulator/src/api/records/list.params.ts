import { errorBody, Refusal } from '../../answers/answer.ts';
import { badParam, invalidData } from '../../answers/errors.ts';
import { parseAnyTime } from '../../org/zoho.time.ts';
import { header, type ApiRequest } from '../call.ts';

const MOST_FIELDS = 50;
const MOST_PER_PAGE = 200;

/** `fields`, at most 50 names; undefined when the parameter is missing. */
export function fieldsParam(request: Pick<ApiRequest, 'query'>): string[] | undefined {
  const names = (request.query.get('fields') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > MOST_FIELDS) {
    const details = { limit: MOST_FIELDS, param_name: 'fields' };
    throw new Refusal(400, errorBody('LIMIT_EXCEEDED', 'You cannot specify more than 50 fields.', details));
  }
  return names.length === 0 ? undefined : names;
}

/** A whole number from 1, or what stands in when it is missing. @throws Refusal for anything else */
export function pageParam(
  request: Pick<ApiRequest, 'query'>,
  given: { readonly name: 'page' | 'per_page'; readonly instead: number },
): number {
  const text = request.query.get(given.name);
  if (text === null || text === '') return given.instead;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || (given.name === 'per_page' && value > MOST_PER_PAGE))
    throw badParam(given.name);
  return value;
}

export function choiceParam<const T extends string>(
  request: Pick<ApiRequest, 'query'>,
  given: { readonly name: string; readonly values: readonly T[]; readonly instead: NoInfer<T> },
): T {
  const text = request.query.get(given.name);
  if (text === null || text === '') return given.instead;
  const found = given.values.find((value) => value === text);
  if (found === undefined) {
    throw new Refusal(400, invalidData({ param_name: given.name, supported_values: given.values }));
  }
  return found;
}

/** `If-Modified-Since` in milliseconds: only what changed later counts. */
export function ifModifiedSince(request: Pick<ApiRequest, 'headers'>): number | undefined {
  const text = header(request, 'if-modified-since');
  if (text === undefined) return undefined;
  const at = parseAnyTime(text);
  if (at === undefined) throw new Refusal(400, invalidData({ header: 'If-Modified-Since' }));
  return at;
}
