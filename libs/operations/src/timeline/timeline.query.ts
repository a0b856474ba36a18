import { sql, type QueryExecutorProvider } from 'kysely';

/** One step in the life of a record. */
export interface TimelineStep {
  readonly at: Date;
  readonly step: string;
  readonly detail: string;
}

export interface TimelineQuery {
  readonly product: string;
  readonly entityId: string;
}

/**
 * What happened to one entity of a product on its way to the CRM and back, oldest first, in one query: events and folds,
 * commands with their attempts, notifications and readings, events about the CRM.
 */
export async function readTimeline(
  db: QueryExecutorProvider,
  { product, entityId }: TimelineQuery,
): Promise<TimelineStep[]> {
  const { rows } = await sql<TimelineStep>`
    with command as (
      select id, record_key, connection_id, operation, module, created_at, merged_into, finished_at
        from ledger.commands where product = ${product} and entity_id = ${entityId}
    ), fold as (
      select f.* from relay.folds f
       where f.event_id in (select event_id from ledger.commands where product = ${product} and entity_id = ${entityId})
          or (f.tenant_id = ${product} and f.key = ${entityId})
    ), reading as (
      select r.* from webhooks.readings r
       where (r.connection_id, r.record_key) in (select connection_id, record_key from command)
    )
    select produced_at as at, 'in Kafka' as step, event_type as detail from fold
    union all
    select folded_at, 'folded', verdict || coalesce(' (' || reason || ')', '') || ', ' || commands || ' command(s)' from fold
    union all
    select created_at, 'command', '#' || id || ' ' || operation || ' ' || module from command
    union all
    select finished_at, 'merged', '#' || id || ' into #' || merged_into from command where merged_into is not null
    union all
    select a.started_at, 'call', '#' || a.command_id || ' attempt ' || a.number
      from ledger.attempts a join command on command.id = a.command_id
    union all
    select a.finished_at, 'answer', '#' || a.command_id || ' ' || a.outcome || coalesce(' ' || a.code, '') || case when a.reason = 'saved' then ' (saved)' else '' end
      from ledger.attempts a join command on command.id = a.command_id where a.finished_at is not null
    union all
    select notified_at, 'notified', module || ' ' || record_id from reading
    union all
    select read_at, 'read again', result || case when result = 'edit' then ': ' || array_to_string(changed_fields, ', ') else '' end
      from reading
    union all
    select e.created_at, 'event', e.event_type
      from outbox.events e join reading on reading.event_id = e.id
    order by 1, 2`.execute(db);
  return rows;
}
