import { requireTransaction, runStatement, type TransactionHandle } from '#postgres';
import type { OutboxEvent } from './event.ts';

/** All go through the SQL function, so that rows do not differ by how they were written; null is what it takes for "left out". */
const statement = (name: 'emit' | 'emit_message'): string => `
  select outbox.${name}(
    aggregate_type => e.aggregate_type, aggregate_id => e.aggregate_id, event_type => e.event_type, payload => e.payload,
    tenant_id => e.tenant_id, event_version => e.event_version, partition_key => e.partition_key, headers => e.headers,
    occurred_at => e.occurred_at, id => e.id
  ) as id
  from (
    select r.* from rows from (jsonb_to_recordset($1::jsonb) as (
      aggregate_type text, aggregate_id text, event_type text, payload jsonb, tenant_id text, event_version integer,
      partition_key text, headers jsonb, occurred_at timestamptz, id uuid
    )) with ordinality as r
    order by r.ordinality
  ) as e`;

const EMIT = statement('emit');
const EMIT_MESSAGE = statement('emit_message');

/**
 * Tells of one event in the transaction of the change that it tells of: both are kept, or neither.
 * @param trx Kysely's transaction, or a pg client on which BEGIN was awaited
 * @returns the event's id
 * @throws CausewayError `TRANSACTION_REQUIRED` outside of a transaction; else what the database refuses (the transaction is then lost)
 */
export async function emit(trx: TransactionHandle, event: OutboxEvent): Promise<string> {
  const [id] = await call(trx, { events: [event], by: 'emit', sql: EMIT });
  if (id === undefined) throw new Error('outbox.emit() returned no id');
  return id;
}

/** Tells of several events in one round trip, in the order given; returns their ids in that order. */
export async function emitMany(trx: TransactionHandle, events: readonly OutboxEvent[]): Promise<string[]> {
  return call(trx, { events, by: 'emitMany', sql: EMIT });
}

/**
 * The same as `emit` without a row: the event is in the WAL alone, as a logical message. Nothing has to be dropped later, and
 * nothing can be read or sent again from the database. The publisher must be told of no other prefix (`CAUSEWAY_MESSAGE_PREFIX`).
 */
export async function emitMessage(trx: TransactionHandle, event: OutboxEvent): Promise<string> {
  const [id] = await call(trx, { events: [event], by: 'emitMessage', sql: EMIT_MESSAGE });
  if (id === undefined) throw new Error('outbox.emit_message() returned no id');
  return id;
}

/** The same as `emitMany`, as logical messages. */
export async function emitMessages(trx: TransactionHandle, events: readonly OutboxEvent[]): Promise<string[]> {
  return call(trx, { events, by: 'emitMessages', sql: EMIT_MESSAGE });
}

async function call(
  trx: TransactionHandle,
  given: { readonly events: readonly OutboxEvent[]; readonly by: string; readonly sql: string },
): Promise<string[]> {
  requireTransaction(trx, given.by);
  if (given.events.length === 0) return [];
  const rows = await runStatement<{ id: string }>(trx, {
    text: given.sql,
    values: [JSON.stringify(given.events.map(toRow))],
  });
  return rows.map(({ id }) => id);
}

function toRow(event: OutboxEvent): Record<string, unknown> {
  return {
    aggregate_type: event.aggregateType,
    aggregate_id: event.aggregateId,
    event_type: event.eventType,
    payload: event.payload,
    tenant_id: event.tenantId,
    event_version: event.eventVersion,
    partition_key: event.partitionKey,
    headers: event.headers,
    occurred_at: event.occurredAt,
    id: event.id,
  };
}
