import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';

/** What an operator changed. `details` hold names, ids and numbers, never a value of a record. */
export interface AuditEntry {
  readonly by: string;
  readonly verb: string;
  readonly reason: string;
  readonly connectionId?: string | null;
  readonly recordKey?: string | null;
  readonly commandId?: string | null;
  readonly details?: JsonObject;
}

/** Writes down what operators did, in the transaction that does it. */
export async function putAudit(trx: QueryExecutorProvider, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = JSON.stringify(
    entries.map(({ by, verb, reason, connectionId, recordKey, commandId, details }, position) => ({
      by_whom: by,
      verb,
      reason,
      connection_id: connectionId ?? null,
      record_key: recordKey ?? null,
      command_id: commandId ?? null,
      details: details ?? {},
      position,
    })),
  );
  await sql`
    insert into ledger.audit (by_whom, verb, reason, connection_id, record_key, command_id, details)
    select by_whom, verb, reason, connection_id, record_key, command_id, details
      from jsonb_to_recordset(${rows}::jsonb)
             as r (by_whom text, verb text, reason text, connection_id text, record_key text, command_id bigint,
                   details jsonb, position integer)
     order by position`.execute(trx);
}
