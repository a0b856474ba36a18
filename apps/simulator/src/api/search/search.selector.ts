import { errorBody, Refusal } from '../../answers/answer.ts';
import { badParam } from '../../answers/errors.ts';
import type { DataType } from '../../schema/field.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { ApiRequest } from '../call.ts';
import { parseCriteria } from './search.criteria.ts';
import { criteriaTest, type FieldsTest } from './search.match.ts';

const SHORTEST_WORD = 2;
const WORDY: ReadonlySet<DataType> = new Set(['text', 'textarea', 'email', 'phone', 'website', 'picklist']);

/**
 * What a search or count looks for: the first there is of criteria, email, phone and word (reference 2.6). Undefined without any.
 * @throws Refusal for a selector that cannot be read
 */
export function selectorTest(module: Module, query: URLSearchParams): FieldsTest | undefined {
  const given = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const criteria = given('criteria');
  if (criteria !== undefined) return criteriaTest(module, parseCriteria(criteria));
  const email = given('email')?.toLowerCase();
  if (email !== undefined) return anyOf(module, { types: ['email'], fits: (text) => text.toLowerCase() === email });
  const phone = given('phone');
  if (phone !== undefined) {
    const wanted = digits(phone);
    if (wanted === '') throw badParam('phone');
    return anyOf(module, { types: ['phone'], fits: (text) => digits(text).includes(wanted) });
  }
  const word = given('word')?.toLowerCase();
  if (word === undefined) return undefined;
  if (word.length < SHORTEST_WORD || /[^\p{L}\p{N}\s@._-]/u.test(word)) throw badParam('word');
  return anyOf(module, { types: [...WORDY], fits: (text) => text.toLowerCase().includes(word) });
}

/** @throws Refusal as a tested connector reports it; the documentation has another code (reference 2.6, contradictory) */
export function wantedTest(request: Pick<ApiRequest, 'query'>, module: Module): FieldsTest {
  const test = selectorTest(module, request.query);
  if (test !== undefined) return test;
  const details = { param_name: 'criteria' };
  throw new Refusal(400, errorBody('MANDATORY_NOT_FOUND', 'required field not found', details));
}

const digits = (text: string): string => text.replace(/\D/g, '');

function anyOf(
  module: Module,
  given: { readonly types: readonly DataType[]; readonly fits: (text: string) => boolean },
): FieldsTest {
  const names = [...module.fields.values()]
    .filter((field) => given.types.includes(field.type))
    .map((field) => field.apiName);
  return (fields) =>
    names.some((name) => {
      const value = fields[name];
      return typeof value === 'string' && given.fits(value);
    });
}
