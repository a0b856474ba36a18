import { sql, type QueryExecutorProvider } from 'kysely';
import type { Json, JsonObject } from '#contracts';
import { conflictsAsJson, foldsAsJson, readingsOfNames } from './json.rows.ts';
import type { CommandRow, ConflictRow, FoldRow, ReadingRow } from './lifeline.query.ts';
import type { LifelineEntity, OwnMapping } from './lifeline.types.ts';

/** Most commands, folds and readings that are looked at; the newest tell why a field is as it is. */
const MOST = 50;

export interface FieldQuery extends LifelineEntity {
  readonly field: string;
  /** Null: of any of the entity's records. */
  readonly module: string | null;
  readonly mappings: readonly OwnMapping[];
}

/** A write that has the field, with its last attempt. */
export interface FieldCommandRow extends CommandRow {
  /** What went out, or will: with what was merged into it and what an operator changed. */
  readonly sentFields: JsonObject;
  readonly ownFields: JsonObject | null;
  readonly originalFields: JsonObject | null;
  readonly attempt: number | null;
  readonly attemptedAt: string | null;
  readonly outcome: string | null;
  readonly attemptReason: string | null;
}

export interface EchoRow {
  readonly connectionId: string;
  readonly recordKey: string;
  readonly value: Json;
  readonly source: string;
  readonly at: string;
  readonly sentBy: string | null;
  readonly sentAttempt: number | null;
}

export interface FieldRows {
  readonly echoes: readonly EchoRow[];
  /** Newest first. */
  readonly commands: readonly FieldCommandRow[];
  readonly folds: readonly FoldRow[];
  readonly readings: readonly ReadingRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly links: readonly {
    readonly connectionId: string;
    readonly recordKey: string;
    readonly module: string;
    readonly recordId: string;
  }[];
  readonly edits: readonly {
    readonly commandId: string;
    readonly by: string;
    readonly at: string;
    readonly reason: string;
  }[];
  /** Fields of the entity's records of which something is known. */
  readonly known: readonly string[];
}

/** All that tells why a field of an entity's records has its value, in one statement. */
export async function readFieldRows(db: QueryExecutorProvider, query: FieldQuery): Promise<FieldRows> {
  const { product, entityId, tenantId, field, module } = query;
  const mappings = query.mappings.filter((mapping) => mapping.product === product).map(({ name }) => name);
  const { rows } = await sql<FieldRows>`
    with own as materialized (
      select id from connections.connections where tenant_id = ${tenantId}
    ), command as materialized (
      select c.* from ledger.commands c
       where c.entity_id = ${entityId} and c.product = ${product} and c.connection_id in (select id from own) and c.operation = 'write'
         and c.fields -> ${field}::text is not null and (${module}::text is null or c.module = ${module})
       order by c.id + 0 desc limit ${MOST}
    ), link as materialized (
      select l.* from ledger.links l
       where l.product = ${product} and l.entity_id = ${entityId} and l.connection_id in (select id from own)
    ), name as materialized (
      select connection_id, record_key from command union
      select connection_id, record_key from link
       where ${module}::text is null or module = ${module} or split_part(record_key, '/', 1) = ${module}
    )
    select
      (select coalesce(json_agg(json_build_object(
         'connectionId', e.connection_id, 'recordKey', e.record_key, 'value', e.value, 'source', e.source, 'at', e.at,
         'sentBy', e.sent_by::text, 'sentAttempt', e.sent_attempt)), '[]')
         from name n join ledger.echoes e
           on e.connection_id = n.connection_id and e.record_key = n.record_key and e.field = ${field}) as echoes,
      (select coalesce(json_agg(json_build_object(
         'id', c.id::text, 'connectionId', c.connection_id, 'recordKey', c.record_key, 'mapping', c.mapping,
         'mappingVersion', c.mapping_version, 'eventId', c.event_id, 'lane', c.lane, 'operation', c.operation, 'state', c.state,
         'code', c.code, 'reason', c.reason, 'fields', c.fields, 'createdAt', c.created_at, 'finishedAt', c.finished_at,
         'mergedInto', c.merged_into::text, 'effectKey', c.effect_key, 'sentFields', c.fields, 'ownFields', c.fields_before_merge,
         'originalFields', c.original_fields, 'attempt', a.number, 'attemptedAt', a.finished_at, 'outcome', a.outcome,
         'attemptReason', a.reason) order by c.id desc), '[]')
         from command c left join lateral (
           select * from ledger.attempts a where a.command_id = c.id order by a.number desc limit 1) a on true) as commands,
      (select ${foldsAsJson}
         from (select g.* from (select distinct event_id from command) c join relay.folds g
                   on g.event_id = c.event_id and g.tenant_id = ${tenantId} and g.key = ${entityId}
               union
               select g.* from relay.states s cross join lateral (
                 select * from relay.folds x
                  where x.mapping = s.mapping and x.tenant_id = s.tenant_id and x.key = s.key and x.connection_id = s.connection_id
                    and x.source = 'crm'
                  order by x.id desc limit ${MOST}) g
                where s.key = ${entityId} and s.tenant_id = ${tenantId} and s.mapping = any(${mappings}::text[])) f) as folds,
      (${readingsOfNames(sql`${field} = any(r.changed_fields)`, MOST)}) as readings,
      (select ${conflictsAsJson}
         from name n cross join lateral (
           select * from webhooks.conflicts x
            where x.connection_id = n.connection_id and x.record_key = n.record_key and x.field = ${field}
            order by x.id desc limit 1) x) as conflicts,
      (select coalesce(json_agg(json_build_object(
         'connectionId', connection_id, 'recordKey', record_key, 'module', module, 'recordId', record_id)), '[]') from link) as links,
      (select coalesce(json_agg(json_build_object('commandId', x.command_id::text, 'by', x.by_whom, 'at', x.at, 'reason', x.reason)
                                order by x.id), '[]')
         from name n join ledger.audit x
           on x.connection_id = n.connection_id and x.record_key = n.record_key and x.verb = 'parked edit'
        where x.command_id in (select id from command where original_fields is not null)) as edits,
      (select coalesce(json_agg(distinct e.field), '[]')
         from name n join ledger.echoes e on e.connection_id = n.connection_id and e.record_key = n.record_key) as known`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a select without a table gives one row');
  return row;
}
