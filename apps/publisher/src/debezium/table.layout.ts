import { CausewayError } from '#contracts';
import type { Relation, Row } from '#replication';
import type { AdditionalField } from '#config';
import { readerOf, type ColumnReader } from './column.types.ts';
import { sendsRawBytes, type DebeziumOptions } from '#config';

/** A column of the table as the router reads it. */
export interface LayoutColumn {
  readonly index: number;
  readonly reader: ColumnReader;
  /** Stands for a large value that an update left as it was: the server does not send it again. */
  readonly unavailable: Buffer;
}

export interface LayoutField extends LayoutColumn {
  readonly alias: string;
}

/** Where everything that becomes a record stands in one description of the table. */
export interface TableLayout {
  readonly id: LayoutColumn;
  readonly route: LayoutColumn;
  readonly key: LayoutColumn;
  readonly payload: LayoutColumn;
  readonly timestamp: LayoutColumn | undefined;
  readonly headers: readonly LayoutField[];
  readonly envelope: readonly LayoutField[];
  readonly partition: LayoutColumn | undefined;
}

/**
 * Finds the router's columns in a table.
 * @throws CausewayError `OUTBOX_LAYOUT_MISMATCH` where Debezium's task would fail at every row, and for a type whose text cannot be made here
 */
export function layoutOf(relation: Relation, options: DebeziumOptions): TableLayout {
  const fail = (column: string, problem: string): never => {
    const table = `${relation.schema}.${relation.table}`;
    throw new CausewayError('OUTBOX_LAYOUT_MISMATCH', { details: { table, column, problem } });
  };
  const unavailable = Buffer.from(options['unavailable.value.placeholder']);
  const find = (column: string): LayoutColumn | undefined => {
    const index = relation.columns.indexOf(column);
    const type = relation.types?.[index];
    if (index === -1 || type === undefined) return undefined;
    const reader = readerOf(type, options);
    return 'problem' in reader ? fail(column, reader.problem) : { index, reader, unavailable };
  };
  const need = (column: string): LayoutColumn => find(column) ?? fail(column, 'the publication does not send it');
  const needType = (column: string, type: ColumnReader['type']): LayoutColumn => {
    const found = need(column);
    return found.reader.type === type ? found : fail(column, `it must be ${type}`);
  };
  const fields = (placement: AdditionalField['placement']): LayoutField[] =>
    options['table.fields.additional.placement'].flatMap((field) => {
      if (field.placement !== placement) return [];
      const strict = placement === 'envelope' || options['table.fields.additional.error.on.missing'];
      const found = strict ? need(field.column) : find(field.column);
      return found === undefined ? [] : [{ ...found, alias: field.alias }];
    });

  const envelope = fields('envelope');
  const version = options['table.field.event.schema.version'];
  // Connect's StringConverter knows no versions of schemas, so only the column's type matters.
  if (version !== undefined && envelope.length > 0) needType(version, 'int32');
  const time = options['table.field.event.timestamp'];
  const timestamp = time === undefined ? undefined : need(time);
  if (time !== undefined && timestamp?.reader.epochMs === undefined)
    fail(time, 'it must be a timestamp without time zone');
  const [partition] = fields('partition');
  if (partition !== undefined && partition.reader.type !== 'int32') fail(partition.alias, 'it must be int32');
  const payloadType = sendsRawBytes(options) ? 'bytes' : undefined;
  const payloadName = options['table.field.event.payload'];
  return {
    id: need(options['table.field.event.id']),
    route: needType(options['route.by.field'], 'string'),
    key: need(options['table.field.event.key']),
    payload: payloadType === undefined ? need(payloadName) : needType(payloadName, payloadType),
    timestamp,
    headers: fields('header'),
    envelope,
    partition,
  };
}

/** A column's value as text; null for null. */
export function textOf(row: Row, { index, reader, unavailable }: LayoutColumn): Buffer | null {
  const value = row.bytes(index);
  if (value !== null) return reader.text(value);
  return row.isUnchanged(index) ? (reader.textOfBytes?.(unavailable) ?? unavailable) : null;
}

/** `Struct.toString` of a row's key. */
export function keyOf(oldKey: Row, options: DebeziumOptions): Buffer {
  const { columns, types = [] } = oldKey.relation;
  const fields = columns.flatMap((name, index) => {
    const [value, type] = [oldKey.bytes(index), types[index]];
    if (value === null || type === undefined) return [];
    const reader = readerOf(type, options);
    return 'problem' in reader ? [] : [`${name}=${reader.text(value).toString('utf8')}`];
  });
  return Buffer.from(`Struct{${fields.join(',')}}`);
}
