import { sql, type QueryExecutorProvider } from 'kysely';
import { laneSchema, operationSchema, type JsonObject } from '#contracts';
import { IS_DUE, IS_FREE, LOOKUPS_ARE_KNOWN, NEEDS_ARE_KNOWN } from './command.conditions.ts';
import { mergeOf, type WaitingCommand } from './command.merge.ts';

/** Most commands that one claim takes over for a record; what is left goes with the next one. */
const MOST_FOLLOWERS = 200;

interface WaitingRow {
  head: string;
  id: string;
  product: string;
  entity_type: string;
  entity_id: string;
  lane: string;
  operation: string;
  identity_field: string;
  fields: JsonObject;
  trigger: string[];
  when_converted: string;
  link_only: boolean;
  ensure: boolean;
  lookups: string[];
  fresh: boolean;
}

/**
 * Merges into each of these commands, claimed in this transaction for the first time, what waits right behind it. Merged ones end as
 * skipped, name the command that carries their values, and have an outcome of their own in the outbox.
 * @returns how many were merged.
 */
export async function coalesceInto(trx: QueryExecutorProvider, heads: readonly string[]): Promise<number> {
  if (heads.length === 0) return 0;
  const merges = mergesOf(await readWaiting(trx, heads));
  const held = await lockWaiting(
    trx,
    merges.flatMap(({ followers }) => followers.map(({ id }) => id)),
  );
  const rows = merges.flatMap(({ head, followers }) => {
    // A person may have ended or parked one of them just now; what is behind it must not pass it.
    const end = followers.findIndex(({ id }) => !held.has(id));
    const { merged, fields, lookups } = mergeOf(head, end < 0 ? followers : followers.slice(0, end));
    return merged.length === 0 ? [] : [{ id: head.id, fields, lookups, merged: merged.map(({ id }) => id) }];
  });
  if (rows.length > 0) await writeMerges(trx, JSON.stringify(rows));
  return rows.reduce((sum, { merged }) => sum + merged.length, 0);
}

interface Candidates {
  readonly head: WaitingCommand;
  readonly followers: readonly WaitingCommand[];
}

function mergesOf(rows: readonly WaitingRow[]): Candidates[] {
  return [...Map.groupBy(rows, ({ head }) => head).values()].flatMap((group) => {
    // One that only makes its record may end without a call, and what it carried would be lost.
    if (group[0]?.ensure === true) return [];
    const [head, ...rest] = group.map(toWaiting);
    if (head === undefined) return [];
    const claimed = { ...head, fresh: true };
    const { merged } = mergeOf(claimed, rest);
    return merged.length === 0 ? [] : [{ head: claimed, followers: merged }];
  });
}

async function readWaiting(trx: QueryExecutorProvider, heads: readonly string[]): Promise<WaitingRow[]> {
  const { rows } = await sql<WaitingRow>`
    select h.id::text as head, c.id::text, c.product, c.entity_type, c.entity_id, c.lane, c.operation, c.identity_field, c.fields,
           c.trigger, c.when_converted, c.link_only, c.ensure, c.lookups, c.fresh
      from ledger.commands h
     cross join lateral (
       select c.*, c.state = 'ready' and c.attempts_started = 0 and ${IS_DUE} and ${NEEDS_ARE_KNOWN} and ${LOOKUPS_ARE_KNOWN}
                     and ${IS_FREE} and not c.ensure as fresh
         from ledger.commands c
        where c.connection_id = h.connection_id and c.record_key = h.record_key and c.id >= h.id
          and c.state in ('ready', 'in_flight', 'unknown', 'parked')
        order by c.id
        limit ${MOST_FOLLOWERS + 1}) c
     where h.id = any(${[...heads]}::bigint[])
     order by h.id, c.id`.execute(trx);
  return rows;
}

/** Those of the commands that are still waiting, locked; one that somebody else has his hands on is left out. */
async function lockWaiting(trx: QueryExecutorProvider, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select id::text from ledger.commands
     where id = any(${[...ids]}::bigint[]) and state = 'ready' and attempts_started = 0
     order by ledger.commands.id
       for update skip locked`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}

async function writeMerges(trx: QueryExecutorProvider, rows: string): Promise<void> {
  await sql`
    with given as (
      select r.id, r.fields, r.lookups, r.merged
        from jsonb_to_recordset(${rows}::jsonb) as r (id bigint, fields jsonb, lookups jsonb, merged jsonb)
    ), carriers as (
      update ledger.commands c
         set fields_before_merge = c.fields, fields = g.fields,
             lookups = array(select jsonb_array_elements_text(g.lookups))
        from given g
       where c.id = g.id
    ), ended as (
      update ledger.commands c
         set state = 'skipped', reason = 'merged', merged_into = g.id, finished_at = clock_timestamp()
        from given g cross join lateral jsonb_array_elements_text(g.merged) m (id)
       where c.id = m.id::bigint
      returning c.*
    )
    select outbox.emit('outcomes', e.entity_id, 'crm.command.merged', jsonb_build_object(
             'command_id', e.id::text, 'connection_id', e.connection_id, 'product', e.product, 'entity_type', e.entity_type,
             'entity_id', e.entity_id, 'event_id', e.event_id, 'operation', e.operation, 'module', e.module,
             'record_id', null, 'attempt', 0, 'state', e.state, 'code', null, 'field', null,
             'merged_into', e.merged_into::text), tenant_id => e.tenant_id)
      from (select ended.*, n.tenant_id
              from ended join connections.connections n on n.id = ended.connection_id order by ended.id) e`.execute(
    trx,
  );
}

function toWaiting(row: WaitingRow): WaitingCommand {
  return {
    id: row.id,
    product: row.product,
    entityType: row.entity_type,
    entityId: row.entity_id,
    lane: laneSchema.parse(row.lane),
    operation: operationSchema.parse(row.operation),
    identityField: row.identity_field,
    fields: row.fields,
    trigger: row.trigger,
    whenConverted: row.when_converted,
    linkOnly: row.link_only,
    lookups: row.lookups,
    fresh: row.fresh,
  };
}
