import type { Client } from 'pg';
import type { EventColumns } from '#kafka';
import { timeOf, type OutboxTable } from './outbox.table.ts';

/** A row of a table laid out like outbox.events, in Postgres's text output, as the replication stream gives it. */
export interface OutboxEvent extends EventColumns {
  readonly id: Buffer;
  readonly aggregateType: Buffer;
  readonly aggregateId: Buffer;
  readonly partitionKey: Buffer | null;
  readonly payload: Buffer;
  /** Null where the table does not say. */
  readonly createdAt: Date | null;
}

/** Instants as Postgres reads them; `from` is in the window, `to` is not. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

type Row = Record<Exclude<keyof OutboxEvent, Nullable>, string> & Record<Nullable, string | null>;
type Nullable = 'partitionKey' | 'headers' | 'createdAt';

const BATCH_ROWS = 200;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const COLUMNS = `id::text, aggregate_type as "aggregateType", aggregate_id as "aggregateId", event_type as "eventType",
  event_version::text as "eventVersion", partition_key as "partitionKey", tenant_id as "tenantId", payload::text,
  headers::text, occurred_at::text as "occurredAt"`;

/** With the instant at which the row was written, in UTC; a table without such a column says none. */
const columnsOf = ({ timeColumn }: OutboxTable): string =>
  `${COLUMNS}, ${timeColumn === null ? 'null' : `${timeColumn}::timestamptz::text`} as "createdAt"`;

/** Values come as text: fixed as on the replication connection, so that records are the same byte for byte. */
export async function fixTextOutput(client: Client): Promise<void> {
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set extra_float_digits to 1`);
}

/** The connection must have `fixTextOutput`. @throws CausewayError `OUTBOX_NOT_RESENDABLE` without a column of time */
export async function countRows(client: Client, table: OutboxTable, { from, to }: Window): Promise<number> {
  const time = timeOf(table);
  const { rows } = await client.query<{ count: string }>(
    `select count(*)::text as count from ${table.sql} where ${time} >= $1::timestamptz and ${time} < $2::timestamptz`,
    [from, to],
  );
  return Number(rows[0]?.count ?? 0);
}

/**
 * Rows of a window in the order they were written, batch by batch. The connection must have `fixTextOutput`.
 * @throws CausewayError `OUTBOX_NOT_RESENDABLE` without a column of time
 */
export async function* readRows(
  client: Client,
  table: OutboxTable,
  { from, to }: Window,
): AsyncGenerator<OutboxEvent[]> {
  const time = timeOf(table);
  let [createdAt, id] = [from, '00000000-0000-0000-0000-000000000000'];
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await client.query<Row>(
      `select ${columnsOf(table)} from ${table.sql}
        where ${time} >= $1::timestamptz and ${time} < $2::timestamptz
          and ($5 or (${time}, id) > ($1::timestamptz, $3::uuid))
        order by ${time}, id limit $4`,
      [createdAt, to, id, BATCH_ROWS, isFirst],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(eventOf);
    [createdAt, id] = [last.createdAt ?? to, last.id];
  }
}

/** The row of an event; undefined once it was dropped, and for an event that never had one. The connection must have `fixTextOutput`. */
export async function readRow(client: Client, table: OutboxTable, id: string): Promise<OutboxEvent | undefined> {
  const { rows } = await client.query<Row>(`select ${columnsOf(table)} from ${table.sql} where id = $1`, [id]);
  return rows[0] === undefined ? undefined : eventOf(rows[0]);
}

/** The rows of these events that are there still, in no order. The connection must have `fixTextOutput`. */
export async function readRowsById(client: Client, table: OutboxTable, ids: readonly string[]): Promise<OutboxEvent[]> {
  const own = ids.filter((id) => UUID.test(id));
  const { rows } = await client.query<Row>(`select ${columnsOf(table)} from ${table.sql} where id = any($1::uuid[])`, [
    own,
  ]);
  return rows.map(eventOf);
}

function eventOf(row: Row): OutboxEvent {
  return {
    id: Buffer.from(row.id),
    aggregateType: Buffer.from(row.aggregateType),
    aggregateId: Buffer.from(row.aggregateId),
    eventType: Buffer.from(row.eventType),
    eventVersion: Buffer.from(row.eventVersion),
    partitionKey: row.partitionKey === null ? null : Buffer.from(row.partitionKey),
    tenantId: Buffer.from(row.tenantId),
    payload: Buffer.from(row.payload),
    headers: row.headers === null ? null : Buffer.from(row.headers),
    occurredAt: Buffer.from(row.occurredAt),
    createdAt: row.createdAt === null ? null : new Date(row.createdAt),
  };
}
