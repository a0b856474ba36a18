import { sql, type QueryExecutorProvider } from 'kysely';
import type { Mapping } from '#mapping';
import type { FoldedStep } from './batch.fold.ts';

/**
 * Records what was said about each step, with its place in the order of its key: the first half of a record's lifeline. What
 * Kafka does not hold is kept here, so that a replay of the key can fold it again in its place.
 */
export async function storeFolds(
  trx: QueryExecutorProvider,
  mapping: Pick<Mapping, 'name'>,
  folds: readonly FoldedStep[],
): Promise<void> {
  if (folds.length === 0) return;
  const rows = JSON.stringify(
    folds.map(({ step, result, sequence, commands }, position) => ({
      tenant_id: step.tenantId,
      key: step.key,
      source: step.source,
      sequence,
      event_id: step.id,
      event_type: step.type,
      occurred_at: step.occurredAt,
      reached_at: step.reachedAt / 1000,
      verdict: result.verdict,
      reason: result.verdict === 'ignored' ? result.reason : result.verdict === 'set_aside' ? result.code : null,
      problems: result.problems.map(({ code, field }) => ({ code, field })),
      commands: commands.length,
      input: step.input,
      position,
    })),
  );
  await sql`
    insert into relay.folds
      (mapping, tenant_id, key, source, sequence, event_id, event_type, occurred_at, produced_at, verdict, reason, problems,
       commands, input)
    select ${mapping.name}, tenant_id, key, source, sequence, event_id, event_type, occurred_at, to_timestamp(reached_at),
           verdict, reason, problems, commands, nullif(input, 'null'::jsonb)
      from jsonb_to_recordset(${rows}::jsonb)
             as r (tenant_id text, key text, source text, sequence bigint, event_id text, event_type text,
                   occurred_at timestamptz, reached_at double precision, verdict text, reason text, problems jsonb,
                   commands integer, input jsonb, position integer)
     order by position`.execute(trx);
}
