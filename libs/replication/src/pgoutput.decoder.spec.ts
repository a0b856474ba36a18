import fc from 'fast-check';
import { PgoutputDecoder, type FrameSink, type RowUpdate } from './pgoutput.decoder.ts';
import type { Row } from './row.ts';

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([Buffer.from(value), Buffer.of(0)]);
const xlogData = (...parts: Buffer[]): Buffer => Buffer.concat([Buffer.from('w'), Buffer.alloc(24), ...parts]);

const begin = (commitLsn: bigint, microseconds: bigint): Buffer =>
  xlogData(Buffer.from('B'), int64(commitLsn), int64(microseconds), int32(7));
const commit = (commitLsn: bigint, endLsn: bigint): Buffer =>
  xlogData(Buffer.from('C'), Buffer.of(0), int64(commitLsn), int64(endLsn), int64(0n));
const relation = (id: number, columns: readonly string[]): Buffer =>
  xlogData(
    Buffer.from('R'),
    int32(id),
    text('outbox'),
    text('events'),
    Buffer.from('d'),
    int16(columns.length),
    ...columns.flatMap((name) => [Buffer.of(0), text(name), int32(25), int32(0xffff_ffff)]),
  );
const insert = (id: number, values: readonly (string | null)[]): Buffer =>
  xlogData(
    Buffer.from('I'),
    int32(id),
    Buffer.from('N'),
    int16(values.length),
    ...values.flatMap((value) =>
      value === null ? [Buffer.from('n')] : [Buffer.from('t'), int32(Buffer.byteLength(value)), Buffer.from(value)],
    ),
  );
const tuple = (values: readonly (string | null | undefined)[]): Buffer[] => [
  int16(values.length),
  ...values.flatMap((value) => {
    if (value === undefined) return [Buffer.from('u')];
    if (value === null) return [Buffer.from('n')];
    return [Buffer.from('t'), int32(Buffer.byteLength(value)), Buffer.from(value)];
  }),
];
/** `old`: K for the old key, O for the whole old row. */
const update = (
  row: readonly (string | null | undefined)[],
  old?: { readonly kind: 'K' | 'O'; readonly row: readonly (string | null)[] },
): Buffer =>
  xlogData(
    Buffer.from('U'),
    int32(9),
    ...(old === undefined ? [] : [Buffer.from(old.kind), ...tuple(old.row)]),
    Buffer.from('N'),
    ...tuple(row),
  );
const keepalive = (walEnd: bigint, reply: number): Buffer =>
  Buffer.concat([Buffer.from('k'), int64(walEnd), int64(0n), Buffer.of(reply)]);
const message = (prefix: string, content: string): Buffer =>
  xlogData(
    Buffer.from('M'),
    Buffer.of(1),
    int64(5n),
    text(prefix),
    int32(Buffer.byteLength(content)),
    Buffer.from(content),
  );

/** By name: Jest's sandbox and Node's own code have different classes of it. */
const rangeError = expect.objectContaining({ name: 'RangeError' });

interface Seen {
  readonly calls: unknown[];
  readonly rows: Row[];
}

/** Decodes frames as the copy reader hands them over: as parts of a chunk that nobody writes to again. */
function decode(frames: readonly Buffer[]): Seen {
  const seen: Seen = { calls: [], rows: [] };
  const sink: FrameSink = {
    begin: (transaction) => seen.calls.push(['begin', transaction]),
    insert: (row) => seen.rows.push(row),
    commit: (endLsn) => seen.calls.push(['commit', endLsn]),
    keepalive: (given) => seen.calls.push(['keepalive', given]),
    message: (given) => seen.calls.push(['message', given.transactional, given.prefix, given.content.toString()]),
  };
  const decoder = new PgoutputDecoder(sink);
  for (const frame of frames) {
    const chunk = Buffer.concat([Buffer.alloc(7, 0xee), frame]);
    decoder.decode(chunk, 7, chunk.length);
  }
  return seen;
}

describe('pgoutput decoder', () => {
  it('tells begin, commit, keepalives and messages', () => {
    const second = 1_000_000n;
    expect(
      decode([
        begin(100n, 86_400n * second),
        commit(100n, 140n),
        keepalive(150n, 1),
        keepalive(160n, 0),
        message('p', 'é'),
      ]).calls,
    ).toEqual([
      ['begin', { commitLsn: 100n, commitTime: Date.UTC(2000, 0, 2) }],
      ['commit', 140n],
      ['keepalive', { walEnd: 150n, replyRequested: true }],
      ['keepalive', { walEnd: 160n, replyRequested: false }],
      ['message', true, 'p', 'é'],
    ]);
  });

  it('gives rows by the columns that their relation names, after the frame was overwritten', () => {
    const columns = fc.uniqueArray(fc.stringMatching(/^[a-zé_]{1,12}$/), { minLength: 1, maxLength: 12 });
    const value = fc.option(fc.string({ unit: 'binary', maxLength: 200 }));
    const table = columns.chain((names) =>
      fc.tuple(
        fc.constant(names),
        fc.array(fc.array(value, { minLength: names.length, maxLength: names.length }), { maxLength: 5 }),
      ),
    );
    fc.assert(
      fc.property(table, ([names, rows]) => {
        const { rows: seen } = decode([relation(9, names), ...rows.map((row) => insert(9, row))]);
        const read = seen.map((row) => row.relation.columns.map((_, index) => row.text(index)));
        // A lone surrogate has no bytes of its own in UTF-8.
        const asStored = (text: string | null): string | null => (text === null ? null : Buffer.from(text).toString());
        expect(read).toEqual(rows.map((row) => row.map(asStored)));
        expect(seen.every(({ relation }) => relation.schema === 'outbox' && relation.table === 'events')).toBe(true);
      }),
    );
  });

  it('reads no further than its frame, though another one lies behind it', () => {
    const decoder = new PgoutputDecoder({
      begin: () => undefined,
      insert: () => undefined,
      commit: () => undefined,
      keepalive: () => undefined,
    });
    decoder.decode(relation(9, ['a']));
    const frame = insert(9, ['long enough']);
    const chunk = Buffer.concat([frame, insert(9, ['another'])]);
    expect(() => decoder.decode(chunk, 0, frame.length - 1)).toThrow('the row ends early');
    expect(() => decoder.decode(chunk, 0, frame.length)).not.toThrow();
  });

  it('follows a table whose columns change', () => {
    const { rows } = decode([relation(9, ['a']), insert(9, ['1']), relation(9, ['b', 'a']), insert(9, ['2', '3'])]);
    expect(rows.map((row) => row.text(row.relation.columns.indexOf('a')))).toEqual(['1', '3']);
    expect(rows[0]?.bytes(5)).toBeNull();
  });

  it('tells of updates, with the rows where the key changed', () => {
    const seen: RowUpdate[] = [];
    const ignore = (): void => undefined;
    const sink = { begin: ignore, insert: ignore, commit: ignore, keepalive: ignore };
    const decoder = new PgoutputDecoder({ ...sink, update: (change) => seen.push(change) });
    const frames = [
      relation(9, ['id', 'large', 'note']),
      update(['1', 'x', null]),
      update(['1', 'x', null], { kind: 'O', row: ['1', 'y', 'n'] }),
      update(['2', undefined, null], { kind: 'K', row: ['1', null, null] }),
    ];
    for (const frame of frames) decoder.decode(frame);
    expect(seen.map(({ relation: { table } }) => table)).toEqual(['events', 'events', 'events']);
    expect(seen.map(({ rekeyed }) => rekeyed?.text(0))).toEqual([undefined, undefined, '2']);
    expect(seen[2]?.oldKey?.text(0)).toBe('1');
    expect([0, 1, 2].map((column) => seen[2]?.rekeyed?.isUnchanged(column))).toEqual([false, true, false]);
    expect(seen[2]?.rekeyed?.bytes(1)).toBeNull();
  });

  it('names the types of columns', () => {
    const { rows } = decode([relation(9, ['a', 'b']), insert(9, ['1', '2'])]);
    expect(rows[0]?.relation.types).toEqual([
      { oid: 25, modifier: -1 },
      { oid: 25, modifier: -1 },
    ]);
  });

  it('passes over what is no insert', () => {
    expect(decode(['U', 'D', 'T', 'O', 'Y'].map((kind) => xlogData(Buffer.from(kind), Buffer.alloc(20))))).toEqual({
      calls: [],
      rows: [],
    });
  });

  it.each([
    ['an unknown frame', Buffer.from('x')],
    ['an unknown message', xlogData(Buffer.from('?'))],
    ['an empty frame', Buffer.alloc(0)],
    ['a row of a relation that was not described', insert(1, ['a'])],
  ])('refuses %s', (_, frame) => {
    expect(() => decode([frame])).toThrow(rangeError);
  });

  it('refuses a row that ends early, wherever it is cut', () => {
    const whole = insert(9, ['abc', null, 'defg']);
    fc.assert(
      fc.property(fc.integer({ min: 26, max: whole.length - 1 }), (end) => {
        expect(() => decode([relation(9, ['a', 'b', 'c']), whole.subarray(0, end)])).toThrow(rangeError);
      }),
    );
  });

  it('refuses a format that was not asked for', () => {
    const binary = insert(9, ['abc']);
    binary[binary.indexOf('t', 25)] = 0x62;
    expect(() => decode([relation(9, ['a']), binary])).toThrow(/format b/);
  });
});
