import { sql, type RawBuilder } from 'kysely';
import { arrayParameter, type ElementType } from './array.parameter.ts';

/** Types that go to the server as they are; the others go as text and are cast there. */
const SENT_AS_IT_IS: readonly ElementType[] = ['text', 'bigint', 'integer', 'boolean', 'double precision'];
type ColumnType = ElementType | 'jsonb' | 'timestamptz' | 'text[]';
type Value = string | number | boolean | null;

/** One column of rows that are inserted: its name, its type, and its value in each row. */
export interface RowColumn<Row> {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (row: Row) => Value;
}

/** Parts of an `insert into table (names) select values from source`. */
export interface RowSource {
  readonly names: RawBuilder<unknown>;
  readonly values: RawBuilder<unknown>;
  /** With the alias `r`, in the order of the rows. */
  readonly source: RawBuilder<unknown>;
}

interface Filled {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: readonly Value[];
}

/**
 * Rows for one statement, as columns side by side: as rows in one JSON document they cost Postgres twice as much. A column that says the
 * same in every row is sent once, which is most of them in a batch of one mapping. The first column is always sent for each row.
 */
export function rowColumns<Row>(rows: readonly Row[], columns: readonly RowColumn<Row>[]): RowSource {
  const filled = columns.map(({ name, type, of }): Filled => ({ name, type, values: rows.map(of) }));
  const varying = filled.filter(({ values }, index) => index === 0 || values.some((value) => value !== values[0]));
  const arrays = varying.map(({ type, values }) => arrayOf(sentType(type), values));
  const aliases = varying.map(({ name }) => sql.ref(name));
  const values = filled.map((column) => (varying.includes(column) ? varyingValue(column) : constantValue(column)));
  return {
    names: sql.join(columns.map(({ name }) => sql.ref(name))),
    values: sql.join(values),
    source: sql`unnest(${sql.join(arrays)}) as r (${sql.join(aliases)})`,
  };
}

function varyingValue({ name, type }: Filled): RawBuilder<unknown> {
  return cast(sql.ref(`r.${name}`), type);
}

function constantValue({ type, values }: Filled): RawBuilder<unknown> {
  return cast(sql`${values[0] ?? null}::${sql.raw(sentType(type))}`, type);
}

function cast(value: RawBuilder<unknown>, type: ColumnType): RawBuilder<unknown> {
  return isSent(type) ? value : sql`${value}::${sql.raw(type)}`;
}

/** An array as a parameter of a statement. */
export function arrayOf(type: ElementType, values: readonly Value[]): RawBuilder<unknown> {
  return sql`${arrayParameter(type, values)}::${sql.raw(type)}[]`;
}

function sentType(type: ColumnType): ElementType {
  return isSent(type) ? type : 'text';
}

function isSent(type: ColumnType): type is ElementType {
  return SENT_AS_IT_IS.some((sent) => sent === type);
}

/** A Postgres array in its text form, for a column of the type `text[]`. */
export function arrayText(values: readonly string[]): string {
  if (values.length === 0) return '{}';
  return `{${values.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}
