import { sql, type QueryExecutorProvider } from 'kysely';
import type { DirtyBatch, DirtyRecord } from '../dirty/dirty.store.ts';
import type { CrmEvent } from './crm.event.ts';
import type { FieldChange } from './reading.policy.ts';

/** One record that was read, with what that meant. */
export interface StoredReading {
  readonly dirty: DirtyRecord;
  readonly recordKey: string | null;
  readonly result: 'echo' | 'edit' | 'not_ours' | 'gone' | 'busy';
  /** What people changed; empty unless the result is `edit`. */
  readonly changes: readonly FieldChange[];
  /** Fields in which a pack saw an edit. */
  readonly packFields?: readonly string[];
  readonly event: CrmEvent | null;
  readonly tenantId: string;
}

/** Emits the events of edits and records every reading, in the transaction given. */
export async function storeReadings(
  trx: QueryExecutorProvider,
  batch: DirtyBatch,
  readings: readonly StoredReading[],
): Promise<void> {
  const rows = JSON.stringify(
    readings.map((reading, position) => ({
      record_id: reading.dirty.recordId,
      record_key: reading.recordKey,
      notified_at: reading.dirty.firstMarkedAt,
      result: reading.result,
      changed_fields: [...new Set([...reading.changes.map(({ field }) => field), ...(reading.packFields ?? [])])],
      aggregate_type: reading.event?.aggregateType ?? null,
      entity_id: reading.event?.entityId ?? null,
      event_type: reading.event?.eventType ?? null,
      payload: reading.event?.payload ?? null,
      tenant_id: reading.tenantId,
      position,
    })),
  );
  await sql`
    with given as materialized (
      select r.*, case when r.event_type is null then null
                       else outbox.emit(r.aggregate_type, r.entity_id, r.event_type, r.payload, tenant_id => r.tenant_id) end as event_id
        from (select * from jsonb_to_recordset(${rows}::jsonb)
                as r (record_id text, record_key text, notified_at timestamptz, result text, changed_fields jsonb,
                      aggregate_type text, entity_id text, event_type text, payload jsonb, tenant_id text, position integer)
               order by position) r
    )
    insert into webhooks.readings (connection_id, module, record_id, record_key, notified_at, result, changed_fields, event_id)
    select ${batch.connectionId}, ${batch.module}, record_id, record_key, notified_at, result,
           array(select jsonb_array_elements_text(changed_fields)), event_id
      from given order by position`.execute(trx);
}
