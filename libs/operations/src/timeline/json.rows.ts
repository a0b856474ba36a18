import { sql, type RawBuilder } from 'kysely';

/** Rows `f` of relay.folds, as `FoldRow`s. */
export const foldsAsJson = sql`coalesce(json_agg(json_build_object(
         'id', f.id::text, 'mapping', f.mapping, 'connectionId', f.connection_id, 'eventId', f.event_id, 'eventType', f.event_type,
         'producedAt', f.produced_at, 'foldedAt', f.folded_at, 'verdict', f.verdict, 'reason', f.reason, 'problems', f.problems,
         'commands', f.commands, 'source', f.source, 'changes', f.changes, 'input', f.input)), '[]')`;

/** Rows `x` of webhooks.conflicts, as `ConflictRow`s. */
export const conflictsAsJson = sql`coalesce(json_agg(json_build_object(
         'connectionId', x.connection_id, 'recordKey', x.record_key, 'kind', x.kind, 'field', x.field, 'restored', x.restored,
         'recordedAt', x.recorded_at)), '[]')`;

/** The newest readings `r` of each record in `name`, with the events that told the product of them, as `ReadingRow`s. */
export function readingsOfNames(condition: RawBuilder<unknown>, limit: number): RawBuilder<unknown> {
  return sql`select coalesce(json_agg(json_build_object(
         'id', r.id::text, 'connectionId', r.connection_id, 'recordKey', r.record_key, 'module', r.module, 'recordId', r.record_id,
         'notifiedAt', r.notified_at, 'readAt', r.read_at, 'result', r.result, 'changedFields', r.changed_fields,
         'eventId', r.event_id::text, 'eventType', e.event_type, 'eventAt', e.created_at, 'payload', e.payload) order by r.id desc), '[]')
         from name n cross join lateral (
           select * from webhooks.readings r
            where r.connection_id = n.connection_id and r.record_key = n.record_key and ${condition}
            order by r.id desc limit ${limit}) r
         left join lateral (
           select e.event_type, e.created_at, e.payload from outbox.events e
            where e.id = r.event_id and e.created_at between r.read_at - interval '1 day' and r.read_at + interval '1 day'
            limit 1) e on r.event_id is not null`;
}
