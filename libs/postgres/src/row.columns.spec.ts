import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { arrayParameter } from './array.parameter.ts';
import { arrayText, rowColumns, type RowColumn } from './row.columns.ts';

const db = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (own) => new PostgresIntrospector(own),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

interface Thing {
  readonly id: number;
  readonly kind: string | null;
  readonly data: string;
}

const columns: readonly RowColumn<Thing>[] = [
  { name: 'id', type: 'bigint', of: ({ id }) => id },
  { name: 'kind', type: 'text', of: ({ kind }) => kind },
  { name: 'data', type: 'jsonb', of: ({ data }) => data },
];

function compiled(rows: readonly Thing[]): { sql: string; parameters: readonly unknown[] } {
  const { names, values, source } = rowColumns(rows, columns);
  const query = sql`insert into things (${names}) select ${values} from ${source}`.compile(db);
  return { sql: query.sql, parameters: query.parameters };
}

describe('rowColumns', () => {
  it('sends each column as one array', () => {
    const rows = [
      { id: 1, kind: 'a', data: '{}' },
      { id: 2, kind: null, data: '[]' },
    ];
    expect(compiled(rows)).toEqual({
      sql: 'insert into things ("id", "kind", "data") select "r"."id", "r"."kind", "r"."data"::jsonb from unnest($1::bigint[], $2::text[], $3::text[]) as r ("id", "kind", "data")',
      parameters: [
        arrayParameter('bigint', [1, 2]),
        arrayParameter('text', ['a', null]),
        arrayParameter('text', ['{}', '[]']),
      ],
    });
  });

  it('sends what is the same in all rows once, but for the first column', () => {
    const rows = [1, 1].map((id) => ({ id, kind: null, data: '{}' }));
    expect(compiled(rows)).toEqual({
      sql: 'insert into things ("id", "kind", "data") select "r"."id", $1::text, $2::text::jsonb from unnest($3::bigint[]) as r ("id")',
      parameters: [null, '{}', arrayParameter('bigint', [1, 1])],
    });
  });
});

it.each([
  [[], '{}'],
  [['a', 'b c'], '{"a","b c"}'],
  [['a"b\\'], String.raw`{"a\"b\\"}`],
])('arrayText writes %j', (values, expected) => {
  expect(arrayText(values)).toBe(expected);
});
