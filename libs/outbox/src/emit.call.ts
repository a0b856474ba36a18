import { requireTransaction, runStatement, type TransactionHandle } from '#postgres';
import type { OutboxEvent } from './event.ts';

/** All go through the SQL function, so that rows do not differ by how they were written; null is what it takes for "left out". */
const EMIT = `
  select outbox.emit(
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

/**
 * Tells of one event in the transaction of the change that it tells of: both are kept, or neither.
 * @param trx Kysely's transaction, or a pg client on which BEGIN was awaited
 * @returns the event's id
 * @throws CausewayError `TRANSACTION_REQUIRED` outside of a transaction; else what the database refuses (the transaction is then lost)
 */
export async function emit(trx: TransactionHandle, event: OutboxEvent): Promise<string> {
  const [id] = await insert(trx, { events: [event], call: 'emit' });
  if (id === undefined) throw new Error('outbox.emit() returned no id');
  return id;
}

/** Tells of several events in one round trip, in the order given; returns their ids in that order. */
export async function emitMany(trx: TransactionHandle, events: readonly OutboxEvent[]): Promise<string[]> {
  return insert(trx, { events, call: 'emitMany' });
}

async function insert(
  trx: TransactionHandle,
  given: { events: readonly OutboxEvent[]; call: string },
): Promise<string[]> {
  requireTransaction(trx, given.call);
  if (given.events.length === 0) return [];
  const rows = await runStatement<{ id: string }>(trx, {
    text: EMIT,
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
