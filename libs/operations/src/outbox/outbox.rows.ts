import type { Client } from 'pg';
import type { EventColumns } from '#kafka';

/** A row of outbox.events in Postgres's text output, as the replication stream gives it. */
export interface OutboxEvent extends EventColumns {
  readonly id: Buffer;
  readonly aggregateType: Buffer;
  readonly aggregateId: Buffer;
  readonly partitionKey: Buffer | null;
  readonly payload: Buffer;
  readonly createdAt: Date;
}

/** Instants as Postgres reads them; `from` is in the window, `to` is not. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

type Row = Record<Exclude<keyof OutboxEvent, 'partitionKey' | 'headers'>, string> &
  Record<'partitionKey' | 'headers', string | null>;

const BATCH_ROWS = 200;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const COLUMNS = `id::text, aggregate_type as "aggregateType", aggregate_id as "aggregateId", event_type as "eventType",
  event_version::text as "eventVersion", partition_key as "partitionKey", tenant_id as "tenantId", payload::text,
  headers::text, occurred_at::text as "occurredAt", created_at::text as "createdAt"`;

/** Values come as text: fixed as on the replication connection, so that records are the same byte for byte. */
export async function fixTextOutput(client: Client): Promise<void> {
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set extra_float_digits to 1`);
}

export async function countRows(client: Client, { from, to }: Window): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    'select count(*)::text as count from outbox.events where created_at >= $1 and created_at < $2',
    [from, to],
  );
  return Number(rows[0]?.count ?? 0);
}

/** Rows of a window in the order they were written, batch by batch. The connection must have `fixTextOutput`. */
export async function* readRows(client: Client, { from, to }: Window): AsyncGenerator<OutboxEvent[]> {
  let [createdAt, id] = [from, '00000000-0000-0000-0000-000000000000'];
  for (let isFirst = true; ; isFirst = false) {
    const { rows } = await client.query<Row>(
      `select ${COLUMNS} from outbox.events
        where created_at >= $1::timestamptz and created_at < $2
          and ($5 or (created_at, id) > ($1::timestamptz, $3::uuid))
        order by created_at, id limit $4`,
      [createdAt, to, id, BATCH_ROWS, isFirst],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(eventOf);
    [createdAt, id] = [last.createdAt, last.id];
  }
}

/**
 * The row of an event; undefined once its partition was dropped, and for an event that never had one. The connection must have
 * `fixTextOutput`.
 */
export async function readRow(client: Client, id: string): Promise<OutboxEvent | undefined> {
  const { rows: tables } = await client.query<{ is: boolean }>(`select to_regclass('outbox.events') is not null as is`);
  if (tables[0]?.is !== true) return undefined;
  const { rows } = await client.query<Row>(`select ${COLUMNS} from outbox.events where id = $1`, [id]);
  return rows[0] === undefined ? undefined : eventOf(rows[0]);
}

/** The rows of these events that are there still, in no order. The connection must have `fixTextOutput`. */
export async function readRowsById(client: Client, ids: readonly string[]): Promise<OutboxEvent[]> {
  const own = ids.filter((id) => UUID.test(id));
  const { rows } = await client.query<Row>(`select ${COLUMNS} from outbox.events where id = any($1::uuid[])`, [own]);
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
    createdAt: new Date(row.createdAt),
  };
}
