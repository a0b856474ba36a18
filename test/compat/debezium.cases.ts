import type { Properties } from './debezium.worker.ts';
import {
  BYTES_TABLE,
  FURTHER_COLUMNS,
  JSONB_TABLE,
  NAMED_TABLE,
  TEXT_TABLE,
  UNROUTABLE_TABLE,
  UPDATED_TABLE,
  type CompatTable,
} from './debezium.tables.ts';

/** One configuration that both run with over one table. */
export interface CompatCase {
  readonly name: string;
  readonly table: CompatTable;
  /** Options of the event router, the same for both. */
  readonly router: Properties;
  /** Options of the connector and the worker that the preset takes too. */
  readonly connector?: Properties;
  /** Both must stop instead of coming to the end. */
  readonly stops?: true;
  readonly comparesTimestamps?: true;
  /** Stated on the page: differences like this, and so many of them. */
  readonly excepted?: { readonly difference: RegExp; readonly count: number };
  /** Stated on the page: Debezium's task fails at a row that goes to our dead letters. */
  readonly deadLetters?: number;
}

const header = (columns: readonly string[]): string => columns.map((column) => `${column}:header`).join(',');
const envelope = (columns: readonly string[]): string => columns.map((column) => `${column}:envelope`).join(',');
const placed = (fields: string): Properties => ({ 'table.fields.additional.placement': fields });

const BYTE_ARRAYS = 'org.apache.kafka.connect.converters.ByteArrayConverter';

export const CASES: readonly CompatCase[] = [
  { name: 'defaults', table: TEXT_TABLE, router: {} },
  {
    name: 'tombstones',
    table: TEXT_TABLE,
    router: { 'route.tombstone.on.empty.payload': 'true' },
  },
  {
    name: 'route',
    table: TEXT_TABLE,
    router: { 'route.topic.regex': '([a-z]+)[.-](?<rest>.*)', 'route.topic.replacement': '$1_${rest}_\\-$10' },
  },
  {
    name: 'route-first-match',
    table: TEXT_TABLE,
    router: { 'route.topic.regex': '(?<routedByValue>[^.]*)|.*', 'route.topic.replacement': 'to.${routedByValue}.all' },
  },
  { name: 'route-constant', table: TEXT_TABLE, router: { 'route.topic.replacement': 'all-events' } },
  { name: 'route-by-type', table: TEXT_TABLE, router: { 'route.by.field': 'type', 'table.field.event.key': 'id' } },
  { name: 'key-number', table: TEXT_TABLE, router: { 'table.field.event.key': 'big' } },
  { name: 'headers', table: TEXT_TABLE, router: placed(header(FURTHER_COLUMNS)) },
  { name: 'envelope', table: TEXT_TABLE, router: placed(envelope(FURTHER_COLUMNS)) },
  {
    name: 'aliases',
    table: TEXT_TABLE,
    router: placed('type:header:eventType, tenant:envelope:Mandant ,big:header:z,part:partition,small:header:a'),
  },
  { name: 'partition', table: TEXT_TABLE, router: placed('part:partition,type:header') },
  {
    name: 'missing-ignored',
    table: TEXT_TABLE,
    router: { ...placed('nowhere:header,tenant:header'), 'table.fields.additional.error.on.missing': 'false' },
  },
  { name: 'missing-stops', table: TEXT_TABLE, router: placed('nowhere:header'), stops: true },
  { name: 'expand', table: TEXT_TABLE, router: { 'table.expand.json.payload': 'true' } },
  {
    name: 'expand-nulls',
    table: TEXT_TABLE,
    router: {
      'table.expand.json.payload': 'true',
      'table.json.payload.null.behavior': 'optional_bytes',
      'route.tombstone.on.empty.payload': 'true',
    },
  },
  {
    name: 'expand-jsonb',
    table: JSONB_TABLE,
    router: { 'table.expand.json.payload': 'true', ...placed('created:header') },
  },
  {
    name: 'column-default',
    table: JSONB_TABLE,
    router: placed('note:header'),
    excepted: { difference: /header note: theirs "unset", ours null$/, count: 1 },
  },
  {
    name: 'expand-envelope',
    table: UPDATED_TABLE,
    router: { 'table.expand.json.payload': 'true', ...placed('type:envelope,aggregateid:envelope:key') },
  },
  { name: 'route-null', table: UNROUTABLE_TABLE, router: {}, deadLetters: 1 },
  { name: 'jsonb', table: JSONB_TABLE, router: placed('created:envelope') },
  {
    name: 'timestamp',
    table: TEXT_TABLE,
    router: { 'table.field.event.timestamp': 'happened' },
    comparesTimestamps: true,
  },
  {
    name: 'timestamp-ms',
    table: NAMED_TABLE,
    router: {
      'table.field.event.id': 'eventId',
      'table.field.event.key': 'k',
      'table.field.event.payload': 'body',
      'table.field.event.timestamp': 'at',
      'route.by.field': 'Topic',
      'route.topic.replacement': '${routedByValue}',
    },
    comparesTimestamps: true,
  },
  {
    name: 'timestamp-of-text-stops',
    table: TEXT_TABLE,
    router: { 'table.field.event.timestamp': 'seen' },
    stops: true,
  },
  {
    name: 'schema-version',
    table: TEXT_TABLE,
    router: { 'table.field.event.schema.version': 'version', ...placed('tenant:envelope,type:header') },
  },
  {
    name: 'modes',
    table: TEXT_TABLE,
    router: placed(header(FURTHER_COLUMNS)),
    connector: {
      'binary.handling.mode': 'base64',
      'decimal.handling.mode': 'string',
      'time.precision.mode': 'adaptive_time_microseconds',
    },
  },
  {
    name: 'modes-double',
    table: TEXT_TABLE,
    router: placed(envelope(FURTHER_COLUMNS)),
    connector: {
      'binary.handling.mode': 'hex',
      'decimal.handling.mode': 'double',
      'time.precision.mode': 'microseconds',
    },
  },
  {
    name: 'modes-nanos',
    table: TEXT_TABLE,
    router: placed(header(FURTHER_COLUMNS)),
    connector: { 'binary.handling.mode': 'base64-url-safe', 'time.precision.mode': 'nanoseconds' },
  },
  { name: 'bytea', table: BYTES_TABLE, router: {} },
  { name: 'bytea-envelope', table: BYTES_TABLE, router: placed('type:envelope') },
  {
    name: 'bytea-base64',
    table: BYTES_TABLE,
    router: { 'route.tombstone.on.empty.payload': 'true' },
    connector: { 'binary.handling.mode': 'base64' },
  },
  {
    name: 'bytea-bytes',
    table: BYTES_TABLE,
    router: { 'route.tombstone.on.empty.payload': 'true', ...placed('type:header') },
    connector: { 'value.converter': BYTE_ARRAYS },
  },
  {
    name: 'text-as-bytes-stops',
    table: TEXT_TABLE,
    router: {},
    connector: { 'value.converter': BYTE_ARRAYS },
    stops: true,
  },
  { name: 'updates-warn', table: UPDATED_TABLE, router: { 'table.op.invalid.behavior': 'warn' } },
  { name: 'updates-error', table: UPDATED_TABLE, router: { 'table.op.invalid.behavior': 'ERROR' } },
  { name: 'updates-fatal', table: UPDATED_TABLE, router: { 'table.op.invalid.behavior': 'fatal' }, stops: true },
];
