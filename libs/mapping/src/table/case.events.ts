import type { CausewayEvent, Json, JsonObject } from '#contracts';
import { captureEvents, type RowChange } from '../capture/capture.events.ts';
import type { WorkedCase } from '../cases/case.schema.ts';
import type { CaseStep, EventStep, SqlRowStep } from '../cases/step.schema.ts';
import { sameJson } from '../fold/json.equality.ts';
import type { Mapping } from '../fold/mapping.types.ts';
import { eventOf } from './event.player.ts';

type Tables = Map<string, JsonObject[]>;
type Captured = Pick<Mapping, 'product' | 'capture'>;

/**
 * The events of a worked case: its `event` steps as they are, its `sql_row` steps as the capture writes them.
 * @throws Error for a step that needs a CRM.
 */
export function eventsOfCase(mapping: Captured, { steps }: Pick<WorkedCase, 'steps'>): CausewayEvent[] {
  const eventsOf = eventReader(mapping);
  return steps.flatMap((step) => eventsOf(step));
}

/** Reads the steps of one case in order: what each of them is in events. */
export function eventReader(mapping: Captured): (step: CaseStep) => CausewayEvent[] {
  const tables: Tables = new Map();
  let number = 0;
  return (step) =>
    eventsOfStep({ mapping, tables }, step).map((event) => {
      number += 1;
      return { ...event, id: event.id === '' ? `captured-${number}` : event.id };
    });
}

function eventsOfStep(context: { mapping: Captured; tables: Tables }, step: CaseStep): CausewayEvent[] {
  if ('event' in step) return [told(context.mapping, step.event)];
  if ('sql_row' in step) return captured(context, step.sql_row);
  throw new Error(`a step that needs a CRM: ${Object.keys(step).join(', ')}`);
}

function told(mapping: Captured, step: EventStep): CausewayEvent {
  return eventOf(mapping, {
    id: step.id,
    type: step.event_type,
    subject: step.aggregate_id,
    time: step.occurred_at,
    version: step.event_version ?? 1,
    tenantId: step.tenant_id ?? mapping.product,
    key: step.partition_key ?? step.aggregate_id,
    data: step.payload,
  });
}

function captured({ mapping, tables }: { mapping: Captured; tables: Tables }, step: SqlRowStep): CausewayEvent[] {
  const { capture } = mapping;
  if (step.rollback === true || capture === null || !sameTable(capture.table, step.table)) return [];
  const rows = tables.get(step.table) ?? [];
  const changes = changesOf(step, rows);
  const kept = rows.filter((row) => !changes.some(({ before }) => before === row));
  tables.set(step.table, [...kept, ...changes.flatMap(({ after }) => (after === null ? [] : [after]))]);
  return changes
    .flatMap((change) => captureEvents(capture, change))
    .map(({ eventType, aggregateId, tenantId, data }) =>
      eventOf(mapping, { id: '', type: eventType, subject: aggregateId, tenantId, data }),
    );
}

function changesOf({ op, key = {}, row = {} }: SqlRowStep, rows: readonly JsonObject[]): RowChange[] {
  if (op === 'insert') return [{ before: null, after: row }];
  const touched = rows.filter((candidate) =>
    Object.entries(key).every(([name, value]) => holds(candidate, name, value)),
  );
  return touched.map((before) => ({ before, after: op === 'delete' ? null : { ...before, ...row } }));
}

function holds(row: JsonObject, column: string, value: Json): boolean {
  return sameJson(row[column] ?? null, value);
}

/** A case may leave the schema out. */
function sameTable(captured: string, named: string): boolean {
  return captured === named || captured.endsWith(`.${named}`);
}
