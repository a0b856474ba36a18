import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import { stateKey } from '#folding';
import type { Mapping } from '#mapping';
import type { Place, Time } from '../source/event.source.ts';

/** Names what a mapping folds of one entity. */
export interface HistoryKey {
  readonly tenantId: string;
  readonly key: string;
  /** Whose state it is, where states are those of connections; else `''`. */
  readonly connectionId: string;
}

/** One fold of a key, as far as a replay needs it. */
export interface FoldRow extends Place {
  readonly source: 'event' | 'crm';
  /** What was folded, where no topic holds it. */
  readonly input: JsonObject | null;
  readonly verdict: string;
}

interface Row {
  verdict: string;
  tenant_id: string;
  key: string;
  connection_id: string;
  event_id: string;
  source: 'event' | 'crm';
  topic: string | null;
  partition: number | null;
  offset: string | null;
  produced_at: number;
  input: JsonObject | null;
}

export interface FoldQuery extends Time {
  /** Each once. */
  readonly keys: readonly Omit<HistoryKey, 'connectionId'>[];
  /** Without what was set aside, or came while there was no connection: as the state was made, not as it could be. */
  readonly asFolded?: boolean;
}

/**
 * What was folded of these keys, each key's in the order in which that was done: the index of events by key. An event that was set aside and
 * folded later stands where it was folded. A key of which nothing was folded is absent.
 */
export async function readFoldRows(
  db: QueryExecutorProvider,
  { name }: Pick<Mapping, 'name'>,
  { keys, from, to, asFolded = false }: FoldQuery,
): Promise<Map<string, FoldRow[]>> {
  const { rows } = await sql<Row>`
    select f.tenant_id, f.key, f.connection_id, f.event_id, f.source, f.topic, f.partition, f."offset"::text as "offset",
           (extract(epoch from f.produced_at) * 1000)::double precision as produced_at, f.input, f.verdict
      from unnest(${keys.map(({ tenantId }) => tenantId)}::text[], ${keys.map(({ key }) => key)}::text[]) as k (tenant_id, key)
      join relay.folds f on f.mapping = ${name} and f.tenant_id = k.tenant_id and f.key = k.key
     where f.produced_at >= coalesce(to_timestamp(${seconds(from)}::double precision), '-infinity')
       and f.produced_at < coalesce(to_timestamp(${seconds(to)}::double precision), 'infinity')
       and (not ${asFolded} or f.verdict = 'applied' or (f.verdict = 'ignored' and f.reason is distinct from 'disconnected'))
     order by f.tenant_id, f.key, f.connection_id, f.sequence nulls first, f.id`.execute(db);
  const found = new Map<string, FoldRow[]>();
  for (const row of rows) {
    const name = stateKey({ tenantId: row.tenant_id, key: row.key, connectionId: row.connection_id });
    const own = found.get(name) ?? [];
    own.push(foldRow(row));
    found.set(name, own);
  }
  return new Map([...found].map(([name, own]) => [name, lastOfEach(own)]));
}

function seconds(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : milliseconds / 1000;
}

function foldRow(row: Row): FoldRow {
  const { topic, partition, offset } = row;
  const at = topic === null || partition === null || offset === null ? null : { topic, partition, offset };
  const { event_id: eventId, key, source, input, verdict } = row;
  return { eventId, key, source, input, verdict, at, producedAt: Math.round(row.produced_at) };
}

function lastOfEach(rows: readonly FoldRow[]): FoldRow[] {
  const last = new Map(rows.map(({ eventId }, index) => [eventId, index]));
  return last.size === rows.length ? [...rows] : rows.filter(({ eventId }, index) => last.get(eventId) === index);
}

/** Keys of which something was folded that no topic holds. */
export async function readSeenKeys(db: QueryExecutorProvider, { name }: Pick<Mapping, 'name'>): Promise<Set<string>> {
  const { rows } = await sql<{ tenant_id: string; key: string }>`
    select distinct tenant_id, key from relay.folds where mapping = ${name} and source = 'crm'`.execute(db);
  return new Set(rows.map(({ tenant_id: tenantId, key }) => JSON.stringify([tenantId, key])));
}
