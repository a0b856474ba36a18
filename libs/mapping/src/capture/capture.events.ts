import type { Json, JsonObject } from '#contracts';
import { sameJson } from '../fold/json.equality.ts';
import type { Capture } from './capture.types.ts';

/** What the trigger of a captured table writes into the outbox, as far as it depends on the row. */
export interface CapturedEvent {
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly eventType: string;
  readonly tenantId: string;
  readonly data: JsonObject;
}

/** A row before and after a statement: an insert has no `before`, a delete no `after`. */
export interface RowChange {
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
}

/** The events of one row change, by the table in packs/signup-lead.md section 2; the same rules as the SQL trigger. */
export function captureEvents(capture: Capture, { before, after }: RowChange): CapturedEvent[] {
  const old = before === null ? null : listed(capture, before);
  const now = after === null ? null : listed(capture, after);
  if (old === null) return now === null ? [] : [created(capture, now)];
  if (now === null) return [deleted(capture, old)];
  if (!sameJson(idOf(capture, old), idOf(capture, now))) return [deleted(capture, old), created(capture, now)];
  const changed = capture.columns.filter((column) => !sameJson(old[column] ?? null, now[column] ?? null));
  return changed.length === 0 ? [] : [event(capture, 'updated', { ...now, changed })];
}

function created(capture: Capture, row: JsonObject): CapturedEvent {
  return event(capture, 'created', row);
}

function deleted(capture: Capture, row: JsonObject): CapturedEvent {
  return event(capture, 'deleted', { [capture.idColumn]: idOf(capture, row) });
}

function event(capture: Capture, what: string, data: JsonObject): CapturedEvent {
  const { aggregateType, tenantId } = capture;
  const id = idOf(capture, data);
  const aggregateId = typeof id === 'string' ? id : JSON.stringify(id);
  return { aggregateType, aggregateId, eventType: `${aggregateType}.${what}`, tenantId, data };
}

function listed({ columns }: Capture, row: JsonObject): JsonObject {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

function idOf({ idColumn }: Capture, row: JsonObject): Json {
  return row[idColumn] ?? null;
}
