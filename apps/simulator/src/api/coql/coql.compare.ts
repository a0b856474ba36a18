import { errorBody, Refusal } from '../../answers/answer.ts';
import { formatTime, parseAnyTime } from '../../org/zoho.time.ts';
import { referenceOf } from '../../records/record.model.ts';
import type { Field } from '../../schema/field.model.ts';
import type { Comparison } from './coql.query.ts';

type Comparable = string | number | boolean;
export type Test = (stored: unknown) => boolean;

const NUMERIC = new Set(['integer', 'double', 'currency', 'percent']);
const ORDERED = new Set(['text', 'integer', 'bigint', 'double', 'currency', 'percent', 'date', 'datetime']);

/** A test of stored values for one comparison. @throws Refusal `INVALID_QUERY` when value or operator do not suit the column */
export function testFor(comparison: Comparison, field: Field | undefined): Test {
  const { operator } = comparison;
  if (operator === 'is null') return (stored) => isEmpty(stored, field);
  if (operator === 'is not null') return (stored) => !isEmpty(stored, field);
  if (operator === 'like' || operator === 'not like') return likeTest(comparison, field);
  const wanted = comparison.values.map((text) => literal(comparison, { field, text }));
  const [first] = wanted;
  if (first === undefined) throw unsuited(comparison);
  const compare = (stored: unknown, value: Comparable): number | undefined => order(comparable(stored, field), value);
  switch (operator) {
    case '=':
      return (stored) => compare(stored, first) === 0;
    case '!=':
      return (stored) => compare(stored, first) !== 0;
    case 'in':
      return (stored) => wanted.some((value) => compare(stored, value) === 0);
    case 'not in':
      return (stored) => wanted.every((value) => compare(stored, value) !== 0);
    default:
      return rangeTest(comparison, { field, wanted, compare });
  }
}

function rangeTest(
  comparison: Comparison,
  given: {
    readonly field: Field | undefined;
    readonly wanted: readonly Comparable[];
    readonly compare: (stored: unknown, value: Comparable) => number | undefined;
  },
): Test {
  const { field, wanted, compare } = given;
  const [low, high] = wanted;
  if (low === undefined || (field !== undefined && !ORDERED.has(field.type))) throw unsuited(comparison);
  const holds = (value: Comparable, fits: (found: number) => boolean) => (stored: unknown) => {
    const found = compare(stored, value);
    return found !== undefined && fits(found);
  };
  switch (comparison.operator) {
    case '>':
      return holds(low, (found) => found > 0);
    case '>=':
      return holds(low, (found) => found >= 0);
    case '<':
      return holds(low, (found) => found < 0);
    case '<=':
      return holds(low, (found) => found <= 0);
    default: {
      if (high === undefined) throw unsuited(comparison);
      const above = holds(low, (found) => found >= 0);
      const below = holds(high, (found) => found <= 0);
      return (stored) => above(stored) && below(stored);
    }
  }
}

/** `%` stands for any text, as in SQL; letters in either case. */
function likeTest(comparison: Comparison, field: Field | undefined): Test {
  const [pattern] = comparison.values;
  if (pattern === undefined || field === undefined || NUMERIC.has(field.type) || field.type === 'boolean')
    throw unsuited(comparison);
  const parts = pattern.toLowerCase().split('%');
  const like = (stored: unknown): boolean => typeof stored === 'string' && fitsParts(stored.toLowerCase(), parts);
  return comparison.operator === 'like' ? like : (stored) => !like(stored);
}

function fitsParts(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  const last = rest.pop() ?? '';
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

function isEmpty(stored: unknown, field: Field | undefined): boolean {
  return (stored === undefined || stored === null || stored === '') && field?.type !== 'boolean';
}

/** Stored values in the form in which they compare: instants and numbers by value, text without regard to case, links by id. */
function comparable(stored: unknown, field: Field | undefined): Comparable | undefined {
  if (field?.type === 'boolean') return stored === true;
  if (stored === undefined || stored === null) return undefined;
  // Instants are all stored with the same offset, so their texts compare as they do.
  if (field?.type === 'datetime') return typeof stored === 'string' ? stored : undefined;
  const plain = referenceOf(stored)?.id ?? stored;
  if (typeof plain === 'string') return plain.toLowerCase();
  return typeof plain === 'number' || typeof plain === 'boolean' ? plain : undefined;
}

function literal(
  comparison: Comparison,
  given: { readonly field: Field | undefined; readonly text: string },
): Comparable {
  const { field, text } = given;
  if (field?.type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw badValue(comparison);
  }
  if (field?.type === 'datetime') {
    const at = parseAnyTime(text);
    if (at === undefined) throw badValue(comparison);
    return formatTime(at);
  }
  if (field !== undefined && NUMERIC.has(field.type)) {
    if (text.trim() === '' || Number.isNaN(Number(text))) throw badValue(comparison);
    return Number(text);
  }
  return text.toLowerCase();
}

function order(stored: Comparable | undefined, value: Comparable): number | undefined {
  if (stored === undefined || typeof stored !== typeof value) return undefined;
  return stored < value ? -1 : stored > value ? 1 : 0;
}

function unsuited({ column, operator }: Comparison): Refusal {
  const details = { column_name: column, operator, reason: 'operator is invalid for the column' };
  return new Refusal(400, errorBody('INVALID_QUERY', 'invalid query formed', details));
}

function badValue({ column, operator }: Comparison): Refusal {
  const details = { column_name: column, operator, reason: 'value is invalid for the column' };
  return new Refusal(400, errorBody('INVALID_QUERY', 'value given seems to be invalid for the column', details));
}
