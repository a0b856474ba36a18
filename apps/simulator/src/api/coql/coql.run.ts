import type { Org } from '../../org/org.ts';
import { referenceOf, type StoredRecord } from '../../records/record.model.ts';
import type { Module } from '../../schema/module.model.ts';
import { bindColumn, columnValue } from './coql.column.ts';
import { testFor } from './coql.compare.ts';
import { comparisonsOf, type Condition, type CoqlQuery } from './coql.query.ts';

type RecordTest = (record: StoredRecord) => boolean;

/** All records that a query finds, in its order. */
export function findRecords(org: Org, given: { readonly module: Module; readonly query: CoqlQuery }): StoredRecord[] {
  const { module, query } = given;
  const test = conditionTest(org, { module, condition: query.where });
  const converted = comparisonsOf(query.where).some((comparison) => comparison.column.startsWith('Converted'));
  const candidates = narrowed(org, { module, condition: query.where }) ?? [...org.records.of(module).all()];
  const found = candidates.filter((record) => (converted || record.converted === undefined) && test(record));
  return order(org, { module, query, found });
}

function conditionTest(org: Org, given: { readonly module: Module; readonly condition: Condition }): RecordTest {
  const { module, condition } = given;
  if (condition.kind === 'comparison') {
    const column = bindColumn(org, { module, name: condition.column });
    const test = testFor(condition, column.field);
    return (record) => test(columnValue(org, { column, record }));
  }
  const left = conditionTest(org, { module, condition: condition.left });
  const right = conditionTest(org, { module, condition: condition.right });
  return condition.kind === 'and'
    ? (record) => left(record) && right(record)
    : (record) => left(record) || right(record);
}

/** The records that an index names for the condition, which may be too many; undefined where no index helps. */
function narrowed(
  org: Org,
  given: { readonly module: Module; readonly condition: Condition },
): StoredRecord[] | undefined {
  const { module, condition } = given;
  if (condition.kind === 'comparison') {
    if (condition.operator !== '=' && condition.operator !== 'in') return undefined;
    const store = org.records.of(module);
    const name = condition.column.replace(/\.id$/, '');
    const lists = condition.values.map((value) =>
      name === 'id' ? [store.get(value)].filter((record) => record !== undefined) : store.find(name, value),
    );
    return lists.includes(undefined) ? undefined : unite(lists.filter((list) => list !== undefined));
  }
  const left = narrowed(org, { module, condition: condition.left });
  const right = narrowed(org, { module, condition: condition.right });
  if (condition.kind === 'and') return left ?? right;
  return left === undefined || right === undefined ? undefined : unite([left, right]);
}

const unite = (lists: readonly StoredRecord[][]): StoredRecord[] => [...new Set(lists.flat())];

function order(
  org: Org,
  given: { readonly module: Module; readonly query: CoqlQuery; readonly found: StoredRecord[] },
): StoredRecord[] {
  const { module, query, found } = given;
  const keys = query.orderBy.map(({ column: name, descending }) => {
    const column = bindColumn(org, { module, name });
    const key = (record: StoredRecord) => sortKey(columnValue(org, { column, record }));
    return { key, sign: descending ? -1 : 1 };
  });
  const compare = (a: StoredRecord, b: StoredRecord): number => {
    for (const { key, sign } of keys) {
      const left = key(a);
      const right = key(b);
      if (left !== right) return sign * (left < right ? -1 : 1);
    }
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };
  return found.sort(compare);
}

/** Numbers sort as numbers, all else as text, which suits instants too; empty values come first. */
function sortKey(value: unknown): string | number {
  const plain = referenceOf(value)?.id ?? value;
  if (typeof plain === 'number') return plain;
  return typeof plain === 'string'
    ? plain.toLowerCase()
    : plain === undefined || plain === null
      ? ''
      : JSON.stringify(plain);
}
