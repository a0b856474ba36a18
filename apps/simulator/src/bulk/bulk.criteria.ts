import { errorBody, Refusal } from '../answers/answer.ts';
import { referenceOf, type StoredRecord } from '../records/record.model.ts';
import type { Field } from '../schema/field.model.ts';
import type { Module } from '../schema/module.model.ts';
import { parseTime } from '../org/zoho.time.ts';

type RecordTest = (record: StoredRecord) => boolean;
type Key = string | number | boolean;

const MOST = 25;
const ORDERED = ['less_than', 'less_equal', 'greater_than', 'greater_equal', 'between', 'not_between'];
const COMPARATORS = [
  'equal',
  'not_equal',
  'in',
  'not_in',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  ...ORDERED,
];

const refused = (code: string, details: Readonly<Record<string, unknown>>): Refusal =>
  new Refusal(400, errorBody(code, 'The criteria given seems to be invalid.', details));

/** The criteria of a bulk read: groups joined by `and` or `or`, comparisons at their ends (reference 4.3). */
export function bulkTest(given: { readonly module: Module; readonly criteria: unknown }): RecordTest {
  let count = 0;
  const test = (criteria: unknown): RecordTest => {
    if (typeof criteria !== 'object' || criteria === null) throw refused('INVALID_CRITERIA', {});
    const { group, group_operator: operator } = criteria as { group?: unknown; group_operator?: unknown };
    if (group === undefined) {
      count += 1;
      if (count > MOST) throw refused('CRITERIA_LIMIT_EXCEEDED', {});
      return comparison(given.module, criteria);
    }
    if (!Array.isArray(group) || group.length === 0) throw refused('INVALID_CRITERIA', {});
    const tests = group.map(test);
    if (operator === 'or') return (record) => tests.some((one) => one(record));
    if (operator !== 'and') throw refused('GROUP_OPERATOR_NOT_SUPPORTED', {});
    return (record) => tests.every((one) => one(record));
  };
  return test(given.criteria);
}

interface Comparison {
  readonly field?: { readonly api_name?: unknown };
  readonly api_name?: unknown;
  readonly comparator?: unknown;
  readonly value?: unknown;
}

function comparison(module: Module, given: Comparison): RecordTest {
  const name = given.field?.api_name ?? given.api_name;
  const field = module.fields.get(String(name));
  if (field === undefined && name !== 'id') {
    throw refused('FIELD_IN_CRITERIA_NOT_AVAILABLE', { api_name: String(name), module: module.apiName });
  }
  const operator = COMPARATORS.find((one) => one === given.comparator);
  if (operator === undefined) throw refused('COMPARATOR_NOT_SUPPORTED', { comparator: given.comparator ?? null });
  if (field?.type === 'boolean' && operator !== 'equal' && operator !== 'not_equal') {
    throw refused('FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE', { api_name: field.apiName, comparator: operator });
  }
  const values = (Array.isArray(given.value) ? given.value : [given.value]).map((value) => wantedKey(field, value));
  const wants = operator.endsWith('between') ? 2 : 1;
  if (values.length < wants) throw refused('VALUE_IN_CRITERIA_NOT_SUPPORTED', { api_name: String(name) });
  const test = keyTest(operator, values);
  return (record) => test(storedKey(field, field === undefined ? record.id : record.fields[field.apiName]));
}

function keyTest(operator: string, values: readonly Key[]): (key: Key | undefined) => boolean {
  if (operator.startsWith('not_')) {
    const inner = keyTest(operator === 'not_equal' ? 'equal' : operator.slice(4), values);
    return (key) => !inner(key);
  }
  const [first = '', second = ''] = values;
  const text = (key: Key): string => String(key);
  const tests: Readonly<Record<string, (key: Key) => boolean>> = {
    equal: (key) => key === first,
    in: (key) => values.includes(key),
    contains: (key) => text(key).includes(text(first)),
    starts_with: (key) => text(key).startsWith(text(first)),
    ends_with: (key) => text(key).endsWith(text(first)),
    less_than: (key) => key < first,
    less_equal: (key) => key <= first,
    greater_than: (key) => key > first,
    greater_equal: (key) => key >= first,
    between: (key) => key >= first && key <= second,
  };
  // `equal` with null finds empty fields.
  return (key) => (key === undefined ? operator === 'equal' && first === '' : (tests[operator]?.(key) ?? false));
}

function wantedKey(field: Field | undefined, value: unknown): Key {
  if (value === null || value === undefined || value === '${EMPTY}') return '';
  const key = storedKey(field, field?.type === 'boolean' && typeof value === 'string' ? value === 'true' : value);
  if (key !== undefined) return key;
  // Instants have whole seconds here too (reference 4.3).
  throw refused('FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE', { api_name: field?.apiName ?? 'id' });
}

function storedKey(field: Field | undefined, value: unknown): Key | undefined {
  const plain = referenceOf(value)?.id ?? value;
  if (field?.type === 'boolean') return plain === true;
  if (plain === undefined || plain === null) return undefined;
  if (field?.type === 'datetime') return parseTime(plain);
  if (typeof plain === 'number') return plain;
  if (typeof plain === 'string') return plain.toLowerCase();
  return JSON.stringify(plain).toLowerCase();
}
