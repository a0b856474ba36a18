import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
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
  const texts = (of: (fold: FoldedStep) => string | null): RawBuilder<unknown> => sql`${folds.map(of)}::text[]`;
  await sql`
    insert into relay.folds
      (mapping, tenant_id, key, connection_id, source, sequence, event_id, event_type, occurred_at, produced_at, verdict, reason, problems,
       commands, input)
    select ${mapping.name}, r.tenant_id, r.key, r.connection_id, r.source, r.sequence, r.event_id, r.event_type, r.occurred_at::timestamptz,
           to_timestamp(r.reached_at), r.verdict, r.reason, r.problems::jsonb, r.commands, r.input::jsonb
      from unnest(${texts(({ step }) => step.tenantId)}, ${texts(({ step }) => step.key)},
                  ${texts(({ step }) => step.connectionId ?? '')}, ${texts(({ step }) => step.source)},
                  ${folds.map(({ sequence }) => sequence)}::bigint[], ${texts(({ step }) => step.id)},
                  ${texts(({ step }) => step.type)}, ${texts(({ step }) => step.occurredAt)},
                  ${folds.map(({ step }) => step.reachedAt / 1000)}::double precision[], ${texts(({ result }) => result.verdict)},
                  ${texts(({ result }) => reasonOf(result))}, ${texts(({ result }) => problemsText(result))},
                  ${folds.map(({ commands }) => commands.length)}::integer[],
                  ${texts(({ step }) => (step.input === null ? null : JSON.stringify(step.input)))})
             with ordinality as r
             (tenant_id, key, connection_id, source, sequence, event_id, event_type, occurred_at, reached_at, verdict, reason, problems,
              commands, input, position)
     order by r.position`.execute(trx);
}

function reasonOf(result: FoldedStep['result']): string | null {
  if (result.verdict === 'applied') return null;
  return result.verdict === 'ignored' ? result.reason : result.code;
}

function problemsText({ problems }: FoldedStep['result']): string {
  return problems.length === 0 ? '[]' : JSON.stringify(problems.map(({ code, field }) => ({ code, field })));
}
