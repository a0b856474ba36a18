/** Tables of the comparison with their rows. `marker` is the last row's id: with it a case has come to its end. */
export interface CompatTable {
  readonly name: string;
  readonly ddl: readonly string[];
  /** Transactions of SQL statements. */
  readonly rows: readonly (readonly string[])[];
  readonly marker: string;
}

const MARKER = 'ffffffff-ffff-4fff-bfff-ffffffffffff';

const literal = (text: string | null): string => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`);
const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Payloads as text: empty, blank, escapes, scripts, numbers at their edges, and what is no JSON. */
const PAYLOADS: readonly (string | null)[] = [
  '{"order": 1, "total": "12.50"}',
  null,
  '',
  ' \t\r\n ',
  '{}',
  String.raw`{"quoted":"a \"b\" \\ c","line":"x\ny\tz","slash":"\/","unicode":"\u00e9\u4e2d\ud83d\ude00","zero":"\u0001"}`,
  String.raw`{"half":"\ud800","other":"x\udc00y"}`,
  '{"name":"Zoë Ångström","text":"日本語 — русский — עברית","emoji":"👩‍👩‍👧‍👦🇧🇪😀"}',
  '{"int":1,"neg":-7,"zero":0,"negzero":-0,"max":2147483647,"over":2147483648,"long":9223372036854775807}',
  '{"beyond":9223372036854775808}',
  '{"d":1.0,"e":1e2,"small":0.001,"smaller":0.00099,"big":12345678.9,"huge":1.5E+300,"third":0.3333333333333333,"neg":-0.0}',
  '{"seven":9999999.0,"ten":1e7,"tiny":4.9e-324,"most":1.7976931348623157e308,"over":1e400}',
  '{"true":true,"false":false,"null":null,"nested":{"null":null,"deep":{"x":[1,2,3]}},"empty":{},"none":[]}',
  '{"10":"ten","9":"nine","b":"b","a":"a"}',
  '{"twice":1,"other":2,"twice":3}',
  '{"list":["a",null,"b"],"lists":[[1,2],[3]],"flags":[true,false],"doubles":[1.5,2.0]}',
  '{"objects":[{"a":1},{"a":2,"b":"x"},{"b":null,"c":[1]},null]}',
  '{"nested":[{"n":{"x":1}},{"n":{"x":2}}]}',
  '{"mixed":[1,"a"]}',
  '{"numbers":[1,2.5]}',
  '{"widths":[1,3000000000]}',
  '{"nulls":[null,null]}',
  '{"empties":[[]]}',
  '{"later":[[1],[]]}',
  '{"clash":[{"a":1},{"a":"x"}]}',
  '{"":"no name"}',
  '{"trailing":1} and more',
  '{broken',
  '{"broken":01}',
  "{'single':1}",
  '{"a":NaN}',
  '{"blank" : [ 1 , 2 ] , "c" : { "d" : "e" } }',
  ' {"leading":1}',
  '[1,2,3]',
  '[]',
  '[{"a":1}]',
  '"only text"',
  '42',
  'null',
  'plain text, no JSON: {"a":1}',
  "it's a 'quote' and a $dollar ${name} \\back",
  '{"dots.in":{"a.b":1},"spa ce":2,"=":3,",":4,"}":5}',
];

/** Types of further columns, each with its odd values; nulls stand in the row that has none of them. */
const FURTHER: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  tenant: ['text', ["'t-1'", "''", "'ünï 😀'"]],
  part: ['int4', ['0', '1', '2']],
  version: ['int4', ['1', '2', '3']],
  small: ['int2', ['-32768', '0', '32767']],
  big: ['int8', ['-9223372036854775808', '0', '9223372036854775807']],
  flag: ['bool', ['true', 'false', 'true']],
  ratio: ['float8', ['0.1', '1e21', '-12345678.5', "'NaN'", "'Infinity'", '0.0001', '100', '1e-7', "'-0'"]],
  share: ['float4', ['0.1', '1e10', '16777216', '0.001', '3.4e38']],
  amount: ['numeric(12,2)', ['12.5', '-0.01', '0', '9999999999.99']],
  fine: ['numeric(20,9)', ['0.000000001', '1', '-0.5', '0']],
  happened: [
    'timestamp',
    [
      "'2026-03-04 05:06:07.123456'",
      "'2026-03-04 05:06:07'",
      "'1999-12-31 23:59:59.9'",
      "'2026-01-01 00:00:00.000001'",
    ],
  ],
  happened3: ['timestamp(3)', ["'2026-03-04 05:06:07.123'", "'2026-03-04 05:06:07'", "'1970-01-01 00:00:00.001'"]],
  happened0: ['timestamp(0)', ["'2026-03-04 05:06:07'", "'2026-03-04 05:06:08'"]],
  seen: [
    'timestamptz',
    [
      "'2026-03-04 05:06:07.123456+02'",
      "'2026-03-04 05:06:07Z'",
      "'2026-03-04 05:06:07.5-11:30'",
      "'0033-01-01 00:00:00Z'",
    ],
  ],
  seen3: ['timestamptz(3)', ["'2026-03-04 05:06:07.120+02'", "'2026-03-04 05:06:07Z'"]],
  seen0: ['timestamptz(0)', ["'2026-03-04 05:06:07+02'", "'2026-03-04 05:06:08Z'"]],
  day: ['date', ["'2026-03-04'", "'1969-12-31'", "'0001-01-01'", "'1500-02-28'"]],
  clock: ['time', ["'05:06:07.123456'", "'00:00:00'", "'23:59:59.999999'"]],
  clock3: ['time(3)', ["'05:06:07.123'", "'00:00:00'"]],
  clockz: ['timetz', ["'05:06:07.123456+02'", "'00:00:00Z'", "'23:30:00-05:30'"]],
  ref: ['uuid', ["'6f1c3f5e-8f0a-4c3e-9d5b-0a1b2c3d4e5f'"]],
  doc: ['jsonb', ['\'{"b": 1, "a": [1, 2]}\'', "'null'", "'[]'"]],
  raw: ['json', ['\'{"b" : 1,"a":2}\'']],
  fixed: ['char(5)', ["'ab'", "'abcde'"]],
  ip: ['inet', ["'10.0.0.1/8'", "'::1'"]],
  mood: ['mood', ["'sad'", "'happy'"]],
  bin: ['bytea', [String.raw`'\xdeadbeef'`, String.raw`'\x'`, String.raw`'\x00ff7f80'`]],
  span: ['int4range', ["'[1,5)'"]],
};

function furtherOf(row: number): string {
  return Object.values(FURTHER)
    .map(([, values]) => (row % 5 === 4 ? 'null' : (values[row % values.length] ?? 'null')))
    .join(', ');
}

const FURTHER_NAMES = Object.keys(FURTHER).join(', ');
const FURTHER_DDL = Object.entries(FURTHER)
  .map(([name, [type]]) => `, ${name} ${type}`)
  .join('');

interface TextRow {
  readonly number: number | string;
  readonly type?: string;
  readonly key?: string | null;
  readonly payload: string | null;
}

function insertText({ number, type = 'order', key = 'k-1', payload }: TextRow): string {
  const id = typeof number === 'number' ? uuid(number) : number;
  const row = typeof number === 'number' ? number : 0;
  return `insert into public.outbox (id, aggregatetype, aggregateid, type, payload, ${FURTHER_NAMES})
    values ('${id}', ${literal(type)}, ${literal(key)}, 'happened', ${literal(payload)}, ${furtherOf(row)})`;
}

const odd: readonly TextRow[] = [
  ...PAYLOADS.map((payload, index) => ({ number: 100 + index, payload, key: `key-${index}` })),
  { number: 200, payload: `{"large":"${'x'.repeat(300_000)}"}` },
  { number: 201, payload: 'ü😀'.repeat(40_000), key: 'large' },
  { number: 202, payload: '{}', key: '' },
  { number: 203, payload: '{}', key: null },
  { number: 204, payload: '{}', key: 'Schlüssel 😀' },
  { number: 205, payload: '{}', key: 'x'.repeat(2000) },
  ...['Order', 'order-x_1', 'a.b.c', 'order.v2', '007', 'x'.repeat(150)].map((type, index) => ({
    number: 210 + index,
    payload: '{"t":1}',
    type,
  })),
];

const many = Array.from({ length: 60 }, (_, index) =>
  insertText({ number: 300 + index, payload: `{"n":${index}}`, key: `many-${index % 7}` }),
);

const marker = (table: string): string[] => [
  `insert into ${table} (id, aggregatetype, aggregateid, type, payload) values ('${MARKER}', 'order', 'end', 'end', '{"end":1}')`,
];

export const TEXT_TABLE: CompatTable = {
  name: 'public.outbox',
  ddl: [
    `create type mood as enum ('sad', 'happy')`,
    `create table public.outbox (id uuid primary key, aggregatetype varchar(255), aggregateid varchar(4000),
       type varchar(255), payload text${FURTHER_DDL})`,
  ],
  rows: [
    ...odd.map((row) => [insertText(row)]),
    many,
    [insertText({ number: 400, payload: '{}' }), 'rollback'],
    [
      insertText({ number: 401, payload: '{"kept":1}' }),
      'savepoint s',
      insertText({ number: 402, payload: '{"lost":1}' }),
      'rollback to s',
      insertText({ number: 403, payload: '{"kept":2}' }),
    ],
    // Written and gone in one transaction: still an event, which is how many use an outbox.
    [insertText({ number: 404, payload: '{"brief":1}' }), `delete from public.outbox where id = '${uuid(404)}'`],
    [`delete from public.outbox where id = '${uuid(100)}'`],
    [`delete from public.outbox where id >= '${uuid(300)}' and id < '${uuid(330)}'`],
    marker('public.outbox'),
  ],
  marker: MARKER,
};

/** The same columns; rows are updated, and one in its key. */
export const UPDATED_TABLE: CompatTable = {
  name: 'public.updated',
  ddl: [
    `create table public.updated (id uuid primary key, aggregatetype text, aggregateid text, type text, payload text)`,
  ],
  rows: [
    ...[1, 2, 3].map((row) => [insertPlain('public.updated', { id: uuid(row), payload: `'{"row":${row}}'` })]),
    [`update public.updated set payload = '{"changed":1}' where id = '${uuid(1)}'`],
    [
      insertPlain('public.updated', { id: uuid(4), payload: `'{"row":4}'` }),
      `update public.updated set payload = '{"changed":4}' where id = '${uuid(4)}'`,
      `update public.updated set id = '${uuid(40)}', payload = '{"moved":4}' where id = '${uuid(4)}'`,
    ],
    [
      insertPlain('public.updated', {
        id: uuid(5),
        payload: `(select string_agg(md5(n::text), '') from generate_series(1, 2000) n)`,
      }),
    ],
    // The value is too large for its page and stayed as it was: the server does not send it again.
    [`update public.updated set id = '${uuid(50)}' where id = '${uuid(5)}'`],
    [`delete from public.updated where id = '${uuid(2)}'`],
    marker('public.updated'),
  ],
  marker: MARKER,
};

function insertPlain(table: string, { id, payload }: { readonly id: string; readonly payload: string }): string {
  return `insert into ${table} (id, aggregatetype, aggregateid, type, payload) values ('${id}', 'order', 'k', 'happened', ${payload})`;
}

export const JSONB_TABLE: CompatTable = {
  name: 'public.outbox_json',
  ddl: [
    `create table public.outbox_json (id uuid primary key default gen_random_uuid(), aggregatetype text not null,
       aggregateid text not null, type text not null, payload jsonb, created timestamp not null default '2026-05-06 07:08:09.101112',
       note text default 'unset')`,
  ],
  rows: [
    ...PAYLOADS.filter(isJson).map((payload, index) => [
      `insert into public.outbox_json (id, aggregatetype, aggregateid, type, payload)
       values ('${uuid(index)}', 'order', 'k-${index}', 'happened', ${literal(payload)})`,
    ]),
    [
      `insert into public.outbox_json (id, aggregatetype, aggregateid, type, payload, note)
       values ('${uuid(900)}', 'order', 'k', 'happened', '{}', null)`,
    ],
    marker('public.outbox_json'),
  ],
  marker: MARKER,
};

/** jsonb takes neither halves of surrogate pairs, zero characters nor numbers beyond its own. */
function isJson(payload: string | null): boolean {
  if (payload === null) return true;
  try {
    JSON.parse(payload);
    return !/\\ud800|\\udc00|e400/i.test(payload);
  } catch {
    return false;
  }
}

export const BYTES_TABLE: CompatTable = {
  name: 'public.outbox_bytes',
  ddl: [
    `create table public.outbox_bytes (id uuid primary key, aggregatetype text, aggregateid text, type text, payload bytea)`,
  ],
  rows: [
    ...[
      String.raw`'\x00010203ff'`,
      String.raw`'\x'`,
      'null',
      String.raw`'\x20'`,
      `decode(repeat('00ff7e', 50000), 'hex')`,
    ].map((payload, index) => [insertPlain('public.outbox_bytes', { id: uuid(index), payload })]),
    [insertPlain('public.outbox_bytes', { id: MARKER, payload: String.raw`'\x656e64'` })],
  ],
  marker: MARKER,
};

/** A row that no topic can be made of. */
export const UNROUTABLE_TABLE: CompatTable = {
  name: 'public.unroutable',
  ddl: [
    `create table public.unroutable (id uuid primary key, aggregatetype text, aggregateid text, type text, payload text)`,
  ],
  rows: [
    [insertPlain('public.unroutable', { id: uuid(1), payload: "'{}'" })],
    [
      `insert into public.unroutable (id, aggregatetype, aggregateid, type, payload) values ('${uuid(2)}', null, 'k', 'happened', '{}')`,
    ],
    marker('public.unroutable'),
  ],
  marker: MARKER,
};

/** Other names, a number as the id and as the key. */
export const NAMED_TABLE: CompatTable = {
  name: 'events."Out Box"',
  ddl: [
    'create schema events',
    `create table events."Out Box" ("eventId" bigint primary key, "Topic" text, k int4, body text, "at" timestamp(3))`,
  ],
  rows: [
    ...[1, 2, 3].map((row) => [
      `insert into events."Out Box" values (${row}, 'user.created', ${row * 1000}, '{"row":${row}}', '2026-03-04 05:06:0${row}.5')`,
    ]),
    [`insert into events."Out Box" values (999, 'user.created', 1, 'end', '2026-03-04 05:06:07')`],
  ],
  marker: '999',
};

export const FURTHER_COLUMNS = Object.keys(FURTHER);
