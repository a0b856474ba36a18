import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json, JsonObject } from '#contracts';
import { conflictsAsJson, foldsAsJson, readingsOfNames } from './json.rows.ts';
import type { LifelineEntity, LifelineRecord, OwnMapping } from './lifeline.types.ts';

/** Whose life, and how much of it. */
export interface LifelineQuery extends LifelineEntity {
  readonly mappings: readonly OwnMapping[];
  /** Most rows of each kind, the newest ones. */
  readonly limit: number;
}

/** Rows as they are stored: what a lifeline is made of. Times are text, as Postgres puts them into JSON. */
export interface LifelineRows {
  readonly commands: readonly CommandRow[];
  readonly attempts: readonly AttemptRow[];
  readonly folds: readonly FoldRow[];
  readonly records: readonly RecordRow[];
  readonly readings: readonly ReadingRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly audit: readonly AuditRow[];
}

export interface CommandRow {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly mapping: string;
  readonly mappingVersion: number;
  readonly eventId: string;
  readonly lane: string;
  readonly operation: string;
  readonly state: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly fields: JsonObject;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly mergedInto: string | null;
  readonly effectKey: string | null;
}

export interface AttemptRow {
  readonly commandId: string;
  readonly number: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly credits: number | null;
}

export interface FoldRow {
  readonly id: string;
  readonly mapping: string;
  readonly connectionId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly producedAt: string;
  readonly foldedAt: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly problems: readonly { readonly code: string; readonly field: string }[];
  readonly commands: number;
  readonly source: string;
  readonly changes: Readonly<Record<string, readonly Json[]>> | null;
  /** Of what was seen in the CRM. */
  readonly input: JsonObject | null;
}

export interface RecordRow extends Omit<LifelineRecord, 'since' | 'until' | 'lostAt'> {
  readonly since: string;
  readonly until: string | null;
  readonly lostAt: string | null;
}

export interface ReadingRow {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly module: string;
  readonly recordId: string;
  readonly notifiedAt: string;
  readonly readAt: string;
  readonly result: string;
  readonly changedFields: readonly string[];
  readonly eventId: string | null;
  /** Of the event that told the product; null where its partition is gone. */
  readonly eventType: string | null;
  readonly eventAt: string | null;
  readonly payload: JsonObject | null;
}

export interface ConflictRow {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly kind: string;
  readonly field: string | null;
  readonly restored: boolean;
  readonly recordedAt: string;
}

export interface AuditRow {
  readonly at: string;
  readonly by: string;
  readonly verb: string;
  readonly reason: string;
  readonly connectionId: string | null;
  readonly recordKey: string | null;
  readonly commandId: string | null;
}

/**
 * All that is stored of one entity, in one statement. Each part goes by an index that begins with what is known of it by then, so it costs
 * what the entity has lived through, whatever else is stored. The newest come first.
 */
export async function readLifelineRows(db: QueryExecutorProvider, query: LifelineQuery): Promise<LifelineRows> {
  const { product, entityId, tenantId, limit } = query;
  const mappings = query.mappings.filter((mapping) => mapping.product === product).map(({ name }) => name);
  // A sum keeps Postgres from walking all commands by their number in the hope to meet those of the entity.
  const { rows } = await sql<LifelineRows>`
    with own as materialized (
      select id from connections.connections where tenant_id = ${tenantId}
    ), command as materialized (
      select c.* from ledger.commands c
       where c.entity_id = ${entityId} and c.product = ${product} and c.connection_id in (select id from own)
       order by c.id + 0 desc limit ${limit}
    ), record as materialized (
      select l.connection_id, l.record_key, l.module, l.record_id, l.generation, l.linked_at, null::timestamptz as ended_at, l.lost_at
        from ledger.links l
       where l.product = ${product} and l.entity_id = ${entityId} and l.connection_id in (select id from own)
      union all
      select l.connection_id, l.record_key, l.module, l.record_id, l.generation, l.linked_at, l.ended_at, null
        from ledger.former_links l
       where l.product = ${product} and l.entity_id = ${entityId} and l.connection_id in (select id from own)
    ), name as materialized (
      select connection_id, record_key from command union select connection_id, record_key from record
    ), state as materialized (
      select s.mapping, s.tenant_id, s.key, s.connection_id from relay.states s
       where s.key = ${entityId} and s.tenant_id = ${tenantId}
         and (s.mapping = any(${mappings}::text[]) or s.mapping in (select mapping from command))
    )
    select
      (select coalesce(json_agg(json_build_object(
         'id', id::text, 'connectionId', connection_id, 'recordKey', record_key, 'mapping', mapping, 'mappingVersion', mapping_version,
         'eventId', event_id, 'lane', lane, 'operation', operation, 'state', state, 'code', code, 'reason', reason,
         'fields', coalesce(fields_before_merge, original_fields, fields), 'createdAt', created_at, 'finishedAt', finished_at,
         'mergedInto', merged_into::text, 'effectKey', effect_key)), '[]') from command) as commands,
      (select coalesce(json_agg(json_build_object(
         'commandId', a.command_id::text, 'number', a.number, 'startedAt', a.started_at, 'finishedAt', a.finished_at,
         'outcome', a.outcome, 'code', a.code, 'reason', a.reason, 'credits', a.credits)), '[]')
         from command c cross join lateral (
           select * from ledger.attempts a where a.command_id = c.id order by a.number desc limit ${limit}) a) as attempts,
      (select ${foldsAsJson}
         from state s cross join lateral (
           select * from relay.folds f
            where f.mapping = s.mapping and f.tenant_id = s.tenant_id and f.key = s.key and f.connection_id = s.connection_id
            order by f.id desc limit ${limit}) f) as folds,
      (select coalesce(json_agg(json_build_object(
         'connectionId', connection_id, 'recordKey', record_key, 'module', module, 'recordId', record_id, 'generation', generation,
         'since', linked_at, 'until', ended_at, 'lostAt', lost_at) order by linked_at, generation), '[]') from record) as records,
      (${readingsOfNames(sql`true`, limit)}) as readings,
      (select ${conflictsAsJson}
         from name n cross join lateral (
           select * from webhooks.conflicts x where x.connection_id = n.connection_id and x.record_key = n.record_key
            order by x.id + 0 desc limit ${limit}) x) as conflicts,
      (select coalesce(json_agg(json_build_object(
         'at', x.at, 'by', x.by_whom, 'verb', x.verb, 'reason', x.reason, 'connectionId', x.connection_id, 'recordKey', x.record_key,
         'commandId', x.command_id::text)), '[]')
         from (select connection_id, record_key from name union select connection_id, null from name) n cross join lateral (
           (select * from ledger.audit x where x.connection_id = n.connection_id and x.record_key = n.record_key
             order by x.id desc limit ${limit})
           union all
           (select * from ledger.audit x where x.connection_id is null and x.record_key = n.record_key
             order by x.id desc limit ${limit})
           union all
           (select * from ledger.audit x where n.record_key is null and x.connection_id = n.connection_id and x.record_key is null
             order by x.id desc limit ${limit})) x) as audit`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('a select without a table gives one row');
  return row;
}
