import { Refusal } from '../answers/answer.ts';
import {
  invalidData,
  invalidModule,
  invalidUrl,
  mandatoryMissing,
  place,
  tooLong,
  wrongType,
} from '../answers/errors.ts';
import type { Org } from '../org/org.ts';
import type { Module } from '../schema/module.model.ts';
import type { ApiRequest } from './call.ts';

const MOST_RECORDS = 100;

/** First segments of the API's own resources: what is not known under them is a wrong URL, not a wrong module. */
const RESERVED = new Set(['settings', 'users', 'org', 'coql', 'actions', 'upload', '__composite_requests']);

/** The body as an object. @throws Refusal when it is missing or something else. */
export function bodyObject(request: Pick<ApiRequest, 'body'>): Record<string, unknown> {
  const { body } = request;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Refusal(400, invalidData({ expected_data_type: 'jsonobject' }, 'body'));
}

/** A list of the body, at least one entry long. @throws Refusal when it is missing, empty, no list, or too long. */
export function bodyList(
  body: Record<string, unknown>,
  given: { readonly key: string; readonly most?: number },
): unknown[] {
  const { key } = given;
  const most = given.most ?? MOST_RECORDS;
  const where = place(key, '$');
  const list = body[key];
  if (list === undefined || list === null) throw new Refusal(400, mandatoryMissing(where));
  if (!Array.isArray(list)) throw new Refusal(400, wrongType('jsonarray', where));
  if (list.length === 0) throw new Refusal(400, invalidData({ ...where }));
  if (list.length > most) throw new Refusal(400, tooLong(most, where));
  return list as unknown[];
}

/** The module that the path names. @throws Refusal `INVALID_MODULE` */
export function pathModule(request: Pick<ApiRequest, 'params'>, org: Org): Module {
  const name = request.params['module'] ?? '';
  const module = org.schema.module(name);
  if (module === undefined) throw RESERVED.has(name) ? invalidUrl() : invalidModule();
  return module;
}

/** How many records a write's body carries, before anything is checked; for credits and logs. */
export function recordCount(body: unknown): number {
  if (typeof body !== 'object' || body === null || !('data' in body)) return 0;
  return Array.isArray(body.data) ? body.data.length : 0;
}

/** One credit for every ten records (reference 5.1). */
export const creditsByTen = (request: Pick<ApiRequest, 'body'>): number =>
  Math.max(1, Math.ceil(recordCount(request.body) / 10));

export const heavyAboveTen = (request: Pick<ApiRequest, 'body'>): boolean => recordCount(request.body) > 10;
