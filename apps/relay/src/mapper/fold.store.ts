import { sql, type QueryExecutorProvider } from 'kysely';
import type { BatchRecord } from '#kafka';
import { instantOf, type Mapping } from '#mapping';
import type { FoldedEvent } from './batch.fold.ts';

/** Records what was said about each event: the first half of a record's lifeline. */
export async function storeFolds(
  trx: QueryExecutorProvider,
  mapping: Mapping,
  folds: readonly (FoldedEvent & { readonly record: BatchRecord })[],
): Promise<void> {
  if (folds.length === 0) return;
  const rows = JSON.stringify(
    folds.map(({ event, result, commands, record }, position) => ({
      tenant_id: event.tenantId,
      key: event.key,
      event_id: event.id,
      event_type: event.type,
      // A time that is none is a reason to set the event aside; it came when it was produced.
      occurred_at: instantOf(event.time) ?? new Date(record.timestamp).toISOString(),
      produced_at: record.timestamp / 1000,
      verdict: result.verdict,
      reason: result.verdict === 'ignored' ? result.reason : result.verdict === 'set_aside' ? result.code : null,
      problems: result.problems.map(({ code, field }) => ({ code, field })),
      commands: commands.length,
      position,
    })),
  );
  await sql`
    insert into relay.folds
      (mapping, tenant_id, key, event_id, event_type, occurred_at, produced_at, verdict, reason, problems, commands)
    select ${mapping.name}, tenant_id, key, event_id, event_type, occurred_at, to_timestamp(produced_at), verdict, reason,
           problems, commands
      from jsonb_to_recordset(${rows}::jsonb)
             as r (tenant_id text, key text, event_id text, event_type text, occurred_at timestamptz,
                   produced_at double precision, verdict text, reason text, problems jsonb, commands integer, position integer)
     order by position`.execute(trx);
}
