import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { eventStep, observationStep, readRecord, stateKey, type EventRecord, type FoldStep } from '#folding';
import type { Mapping, Observation } from '#mapping';
import type { StateName } from './plan.types.ts';

/** One step as `relay.folds` has it: what was folded, and in which order. */
export interface FoldRow extends StateName {
  readonly eventId: string;
  readonly source: 'event' | 'crm';
  readonly verdict: string;
  readonly reason: string | null;
  readonly input: JsonObject | null;
  readonly reachedAt: number;
}

/** Where the events of a mapping's keys are kept: an event by its id, with the Kafka record that it came in. */
export interface EventHistory {
  /** All events of these keys, whatever their tenant; by event id. */
  eventsOf(mapping: Mapping, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, KeptEvent>>;
}

export interface KeptEvent {
  readonly record: EventRecord;
  /** Aggregate type of the topic. */
  readonly entityType: string;
}

/** All that was folded into these states, each in its order; by `stateKey`. */
export async function readFolds(
  db: QueryExecutorProvider,
  { name }: Pick<Mapping, 'name'>,
  states: readonly StateName[],
): Promise<Map<string, FoldRow[]>> {
  const { rows } = await sql<FoldRow>`
    select f.tenant_id as "tenantId", f.key, f.connection_id as "connectionId", f.event_id as "eventId", f.source, f.verdict,
           f.reason, f.input, (extract(epoch from f.produced_at) * 1000)::float8 as "reachedAt"
      from relay.folds f
      join unnest(${states.map(({ tenantId }) => tenantId)}::text[], ${states.map(({ key }) => key)}::text[],
                  ${states.map(({ connectionId }) => connectionId)}::text[]) as k (tenant_id, key, connection_id)
        on f.tenant_id = k.tenant_id and f.key = k.key and f.connection_id = k.connection_id
     where f.mapping = ${name}
     order by f.sequence nulls first, f.id`.execute(db);
  return Map.groupBy(rows, stateKey);
}

/**
 * The steps of one key, in the order in which they were folded, whatever topics they came from. What was set aside then stays aside, unless it was redriven:
 * it was folded in its new place. Pure. Null where an event is not kept any more.
 */
export function stepsOf(
  mapping: Mapping,
  { rows, events }: { readonly rows: readonly FoldRow[]; readonly events: ReadonlyMap<string, KeptEvent> },
): FoldStep[] | null {
  const steps: FoldStep[] = [];
  for (const row of rows.filter(wasFolded)) {
    const step = row.source === 'crm' ? observedStep(row) : keptStep(mapping, row, events.get(row.eventId));
    if (step === null) return null;
    steps.push(step);
  }
  return steps;
}

function wasFolded({ verdict, reason }: FoldRow): boolean {
  return verdict === 'applied' || (verdict === 'ignored' && reason !== 'disconnected');
}

function keptStep(mapping: Mapping, row: FoldRow, kept: KeptEvent | undefined): FoldStep | null {
  if (kept === undefined) return null;
  const reading = readRecord(kept.record, mapping);
  if (reading.code !== undefined) return null;
  return { ...eventStep(reading.event, { record: kept.record, entityType: kept.entityType }), ...ownerOf(row) };
}

function observedStep(row: FoldRow): FoldStep | null {
  if (row.input === null) return null;
  const { tenantId, key, reachedAt } = row;
  const of = { tenantId, key, entityType: '', reachedAt, ...ownerOf(row) };
  return observationStep(row.input as unknown as Observation, of);
}

function ownerOf({ connectionId }: StateName): { connectionId?: string } {
  return connectionId === '' ? {} : { connectionId };
}
