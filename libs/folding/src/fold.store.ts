import { sql, type QueryExecutorProvider } from 'kysely';
import type { Mapping } from '#mapping';
import { rowColumns, type RowColumn } from '#postgres';
import type { FoldedStep } from './batch.fold.ts';
import { recordInstant } from './record.instant.ts';
import { changesText } from './state.changes.ts';

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
  const { names, values, source } = rowColumns(folds, COLUMNS);
  await sql`
    insert into relay.folds (mapping, ${names})
    select ${mapping.name}::text, ${values} from ${source}`.execute(trx);
}

const COLUMNS: readonly RowColumn<FoldedStep>[] = [
  { name: 'event_id', type: 'text', of: ({ step }) => step.id },
  { name: 'tenant_id', type: 'text', of: ({ step }) => step.tenantId },
  { name: 'key', type: 'text', of: ({ step }) => step.key },
  { name: 'connection_id', type: 'text', of: ({ step }) => step.connectionId ?? '' },
  { name: 'source', type: 'text', of: ({ step }) => step.source },
  { name: 'sequence', type: 'bigint', of: ({ sequence }) => sequence },
  { name: 'event_type', type: 'text', of: ({ step }) => step.type },
  { name: 'occurred_at', type: 'timestamptz', of: ({ step }) => step.occurredAt },
  { name: 'produced_at', type: 'timestamptz', of: ({ step }) => recordInstant(step.reachedAt) },
  { name: 'verdict', type: 'text', of: ({ result }) => result.verdict },
  { name: 'reason', type: 'text', of: ({ result }) => reasonOf(result) },
  { name: 'problems', type: 'jsonb', of: ({ result }) => problemsText(result) },
  { name: 'commands', type: 'integer', of: ({ commands }) => commands.length },
  { name: 'changes', type: 'jsonb', of: ({ before, result }) => changesText(before, result.state) },
  // Where Kafka holds it: by its folds a key's events are found.
  { name: 'topic', type: 'text', of: ({ step }) => step.record?.topic ?? null },
  { name: 'partition', type: 'integer', of: ({ step }) => step.record?.partition ?? null },
  { name: 'offset', type: 'bigint', of: ({ step }) => step.record?.offset ?? null },
  { name: 'input', type: 'jsonb', of: ({ step }) => (step.input === null ? null : JSON.stringify(step.input)) },
];

function reasonOf(result: FoldedStep['result']): string | null {
  if (result.verdict === 'applied') return null;
  return result.verdict === 'ignored' ? result.reason : result.code;
}

function problemsText({ problems }: FoldedStep['result']): string {
  return problems.length === 0 ? '[]' : JSON.stringify(problems.map(({ code, field }) => ({ code, field })));
}
