import { createHash } from 'node:crypto';
import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import type { Conflict, Observation } from '#mapping';

/** A line for operators with the reading that it comes from. */
export interface RecordedConflict {
  readonly connectionId: string;
  readonly observation: Observation;
  readonly conflict: Conflict;
}

/** Keeps conflicts in the transaction given; of the values hashes only. */
export async function storeConflicts(
  trx: QueryExecutorProvider,
  conflicts: readonly RecordedConflict[],
): Promise<void> {
  if (conflicts.length === 0) return;
  const rows = JSON.stringify(
    conflicts.map(({ connectionId, observation, conflict }) => ({
      connection_id: connectionId,
      module: observation.module,
      record_id: observation.recordId,
      record_key: conflict.recordKey,
      kind: conflict.kind,
      field: conflict.field,
      product_hash: hashOf(conflict.productValue),
      crm_hash: hashOf(conflict.crmValue),
      restored: conflict.restored,
      changed_by: observation.changedBy?.id ?? null,
      changed_at: observation.changedAt,
      fold_id: observation.id,
    })),
  );
  await sql`
    insert into webhooks.conflicts
      (connection_id, module, record_id, record_key, kind, field, product_hash, crm_hash, restored, changed_by, changed_at, fold_id)
    select connection_id, module, record_id, record_key, kind, field, decode(product_hash, 'hex'), decode(crm_hash, 'hex'),
           restored, changed_by, changed_at, fold_id
      from jsonb_to_recordset(${rows}::jsonb)
             as r (connection_id text, module text, record_id text, record_key text, kind text, field text, product_hash text,
                   crm_hash text, restored boolean, changed_by text, changed_at timestamptz, fold_id text)`.execute(
    trx,
  );
}

function hashOf(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
