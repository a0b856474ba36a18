import { readRow, type Relation, type Row } from '#replication';

/** Columns that are no text. */
const TYPES: Readonly<Record<string, { readonly oid: number; readonly modifier: number }>> = {
  bytes: { oid: 17, modifier: -1 },
  part: { oid: 23, modifier: -1 },
  big: { oid: 20, modifier: -1 },
  happened: { oid: 1114, modifier: -1 },
  seen: { oid: 1184, modifier: -1 },
};
const TEXT = { oid: 25, modifier: -1 };

/** A row of a table in Debezium's layout, as the stream gives it; `undefined` stands for a value that was not sent again. */
export function routerRow(change: Readonly<Record<string, string | null | undefined>> = {}): Row {
  const row = { id: 'e-1', aggregatetype: 'order', aggregateid: '42', type: 'placed', payload: '{"a":1}', ...change };
  const columns = Object.keys(row);
  const relation: Relation = {
    id: 7,
    schema: 'public',
    table: 'outbox',
    columns,
    types: columns.map((name) => TYPES[name] ?? TEXT),
  };
  const parts = Object.values(row).map((value) => {
    if (value === undefined) return Buffer.from('u');
    if (value === null) return Buffer.from('n');
    const text = Buffer.from(value);
    const head = Buffer.from([0x74, 0, 0, 0, 0]);
    head.writeUInt32BE(text.length, 1);
    return Buffer.concat([head, text]);
  });
  return readRow(relation, { frame: Buffer.concat([Buffer.from([0, parts.length]), ...parts]), offset: 0 });
}
