import { parseAnyTime } from '../../org/zoho.time.ts';
import { referenceOf, type Fields } from '../../records/record.model.ts';
import type { DataType, Field } from '../../schema/field.model.ts';
import type { Module } from '../../schema/module.model.ts';
import { invalidCriteria, type Criteria, type Criterion, type SearchOperator } from './search.criteria.ts';

export type FieldsTest = (fields: Fields) => boolean;

const NUMERIC: ReadonlySet<DataType> = new Set(['integer', 'double', 'currency', 'percent', 'bigint']);
const TIMES: ReadonlySet<DataType> = new Set(['date', 'datetime']);
const CHOICES: ReadonlySet<DataType> = new Set(['picklist', 'multiselectpicklist', 'lookup', 'ownerlookup']);
const TEXT: readonly SearchOperator[] = ['equals', 'not_equal', 'starts_with', 'in'];

/** A test of a record's fields as the index knows them. @throws Refusal `INVALID_QUERY` for a field or operator that does not suit */
export function criteriaTest(module: Module, criteria: Criteria): FieldsTest {
  if (criteria.kind !== 'criterion') {
    const left = criteriaTest(module, criteria.left);
    const right = criteriaTest(module, criteria.right);
    return criteria.kind === 'and'
      ? (fields) => left(fields) && right(fields)
      : (fields) => left(fields) || right(fields);
  }
  const name = criteria.field.replace(/\.id$/, '');
  const field = module.fields.get(name);
  if (name === 'id') return idTest(criteria);
  if (field === undefined) throw invalidCriteria(`no field ${criteria.field}`);
  if (!operators(field).includes(criteria.operator)) throw invalidCriteria(`${criteria.operator} of ${field.apiName}`);
  const test = valueTest(field, criteria);
  return (fields) => test(fields[name]);
}

function idTest({ operator, values }: Criterion): FieldsTest {
  if (operator !== 'equals' && operator !== 'in') throw invalidCriteria(`${operator} of id`);
  const wanted = new Set(values);
  return (fields) => wanted.has(String(fields['id']));
}

function operators({ type }: Field): readonly SearchOperator[] {
  if (type === 'boolean') return ['equals', 'not_equal'];
  if (CHOICES.has(type)) return ['equals', 'not_equal', 'in'];
  if (NUMERIC.has(type) || TIMES.has(type)) {
    return ['equals', 'not_equal', 'in', 'greater_than', 'greater_equal', 'less_than', 'less_equal', 'between'];
  }
  return TEXT;
}

function valueTest(field: Field, { operator, values }: Criterion): (stored: unknown) => boolean {
  const wanted = values.map((text) => keyOf(field, text));
  if (wanted.includes(undefined)) throw invalidCriteria(`value of ${field.apiName}`);
  const [first, second] = wanted;
  const is = (stored: unknown, value: string | number | undefined): boolean =>
    keysOf(field, stored).some((key) =>
      // What is documented as equality finds whatever contains the text (reference 2.6).
      isText(field) ? String(key).includes(String(value)) : key === value,
    );
  const ordered = (test: (key: string | number) => boolean) => (stored: unknown) => keysOf(field, stored).some(test);
  switch (operator) {
    case 'equals':
      return (stored) => is(stored, first);
    case 'not_equal':
      return (stored) => !keysOf(field, stored).includes(first ?? '');
    case 'in':
      return (stored) => wanted.some((value) => is(stored, value));
    case 'starts_with':
      return ordered((key) => String(key).startsWith(String(first)));
    case 'greater_than':
      return ordered((key) => key > (first ?? 0));
    case 'greater_equal':
      return ordered((key) => key >= (first ?? 0));
    case 'less_than':
      return ordered((key) => key < (first ?? 0));
    case 'less_equal':
      return ordered((key) => key <= (first ?? 0));
    case 'between':
      return ordered((key) => key >= (first ?? 0) && key <= (second ?? 0));
  }
}

const isText = ({ type }: Field): boolean =>
  !NUMERIC.has(type) && !TIMES.has(type) && !CHOICES.has(type) && type !== 'boolean';

/** A value as it compares; undefined when it is none of the field's type. */
function keyOf(field: Field, value: unknown): string | number | undefined {
  const plain = referenceOf(value)?.id ?? value;
  if (NUMERIC.has(field.type)) {
    const number = Number(plain);
    return plain === '' || Number.isNaN(number) ? undefined : number;
  }
  if (field.type === 'datetime') return parseAnyTime(plain);
  if (field.type === 'boolean') return plain === true || plain === 'true' ? 'true' : 'false';
  return typeof plain === 'string' ? plain.toLowerCase() : undefined;
}

function keysOf(field: Field, stored: unknown): (string | number)[] {
  if (field.type === 'boolean') return [stored === true ? 'true' : 'false'];
  const list: unknown[] = Array.isArray(stored) ? stored : [stored];
  return list.map((one) => keyOf(field, one)).filter((key) => key !== undefined);
}
