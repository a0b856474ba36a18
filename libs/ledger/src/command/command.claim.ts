import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { LANES, commandSchema, laneSchema, withLinks, type Json, type JsonObject, type Lane } from '#contracts';
import { transaction, type IntegrationDatabase } from '#postgres';
import { coalesceInto } from './command.coalesce.ts';
import { CLAIMABLE, IS_DUE, NOT_BEHIND_PARKED } from './command.conditions.ts';
import { HAS_TOKENS, IS_PACED_BY, TOKENS_NOW } from '../throttle/throttle.condition.ts';
import type { ClaimedCommand } from './command.row.ts';

/**
 * Where several lanes have work, a claim takes one command of a lane for so many turns: what a person waits for comes before what
 * failed, a backfill before a sweep. How much of the day's credits a lane may use is the client's matter.
 */
const TURN_EVERY: Readonly<Record<Lane, number>> = { live: 1, retry: 4, replay: 2, backfill: 1, reconcile: 4 };

export interface ClaimOptions {
  /** Names this process; a claim is fenced by it. */
  readonly owner: string;
  /** Milliseconds; longer than a call may take. */
  readonly leaseMs: number;
  readonly limit: number;
  /** Connections whose set-up was found in order; commands of others wait. */
  readonly connectionIds: readonly string[];
  /** Only commands of these lanes; all of them unless said. */
  readonly lanes?: readonly Lane[];
  /** Asks throttles what may go now: for connections that are throttled. `batch`: commands that one call carries. */
  readonly paced?: { readonly batch: number };
  /** Merges what waits behind a write into it; not unless said. */
  readonly coalesce?: boolean;
  /** Hears how many commands were merged. */
  readonly onMerged?: (merged: number) => void;
}

interface ClaimedRow {
  id: string;
  connection_id: string;
  record_key: string;
  product: string;
  entity_type: string;
  entity_id: string;
  tenant_id: string;
  event_id: string;
  lane: string;
  operation: string;
  module: string;
  identity_field: string;
  identity_value: string;
  identity_numeric: boolean;
  fields: JsonObject;
  trigger: string[];
  when_converted: string;
  effect_key: string | null;
  link_only: boolean;
  ensure: boolean;
  makes: unknown;
  linked: Record<string, string> | null;
  attempts_started: number;
  failures: number;
  was: string;
  link_module: string | null;
  link_record_id: string | null;
  link_generation: number | null;
}

/**
 * Claims the oldest open command of each record that has one ready, and counts its attempt as started. A command whose claim
 * expired, or whose outcome is unknown, comes with `verify`: its effect may be there already. With `coalesce` a write that goes out for
 * the first time takes those that wait right behind it along.
 *
 * `skip locked` keeps two dispatchers from waiting for each other. Each connection and lane has its turn, oldest first, so one with
 * very many waiting commands takes nothing from the others, and their commands are found without reading past its own.
 * @returns the claimed commands in the order of their ids.
 */
export async function claimCommands(db: Kysely<IntegrationDatabase>, options: ClaimOptions): Promise<ClaimedCommand[]> {
  const { claimed, merged } = await transaction(db, async (trx) => {
    const taken = await take(trx, options);
    if (taken.length === 0) return { claimed: [], merged: 0 };
    const fresh = taken.filter(({ was, operation, attempts_started: attempt }) => {
      return was === 'ready' && operation === 'write' && attempt === 1;
    });
    const merged =
      options.coalesce === true
        ? await coalesceInto(
            trx,
            fresh.map(({ id }) => id),
          )
        : 0;
    return { claimed: await readClaimed(trx, taken), merged };
  });
  if (merged > 0) options.onMerged?.(merged);
  return claimed;
}

interface TakenRow {
  id: string;
  was: string;
  operation: string;
  attempts_started: number;
}

async function take(trx: QueryExecutorProvider, options: ClaimOptions): Promise<TakenRow[]> {
  const lanes = options.lanes ?? LANES;
  const { paced } = options;
  const [hasTokens, hasRoom] = paced === undefined ? [sql``, sql``] : [sql` and ${HAS_TOKENS}`, roomOf(paced)];
  const { rows } = await sql<TakenRow>`
    with offered as (
      select p.id, p.was, p.weight * row_number() over (partition by p.connection_id, p.lane order by p.id) as turn
        from (
          select c.id, c.was, n.id as connection_id, l.lane, l.weight
            from connections.connections n
           cross join unnest(${[...lanes]}::text[], ${lanes.map((lane) => TURN_EVERY[lane])}::integer[]) l (lane, weight)
           cross join lateral (
             select c.id, c.state as was
               from ledger.commands c
              where c.connection_id = n.id and c.lane = l.lane and c.state in ('ready', 'in_flight', 'unknown') and ${CLAIMABLE}${hasTokens}
              order by c.id
              limit ${options.limit}
                for update of c skip locked) c
           where n.id = any(${[...options.connectionIds]}::text[]) and n.state = 'active') p
    ), candidate as (
      select id, was from offered ${hasRoom} order by turn, id limit ${options.limit}
    ), claimed as (
      update ledger.commands c
         set state = 'in_flight', lease_owner = ${options.owner},
             lease_until = now() + make_interval(secs => ${options.leaseMs / 1000}),
             attempts_started = attempts_started + 1
        from candidate
       where c.id = candidate.id
      returning c.id, c.operation, c.attempts_started, candidate.was
    ), started as (
      insert into ledger.attempts (command_id, number) select id, attempts_started from claimed
    )
    select id::text, was, operation, attempts_started from claimed`.execute(trx);
  return rows;
}

/** No more of each throttle than it has tokens for; what is above would only be given back. */
function roomOf({ batch }: { readonly batch: number }) {
  return sql`where id not in (
        select p.id
          from (select o.id, row_number() over (partition by t.id order by o.turn, o.id) as place,
                       floor(${TOKENS_NOW}) * case t.unit when 'calls' then ${batch}::integer else 1 end as room
                  from offered o
                  join ledger.commands c on c.id = o.id
                  join ledger.throttles t on ${IS_PACED_BY}) p
         where p.place > p.room)`;
}

async function readClaimed(trx: QueryExecutorProvider, taken: readonly TakenRow[]): Promise<ClaimedCommand[]> {
  const { rows } = await sql<ClaimedRow>`
    select c.id::text, c.connection_id, c.record_key, c.product, c.entity_type, c.entity_id, a.tenant_id, c.event_id,
           c.lane, c.operation, c.module, c.identity_field, c.identity_value, c.identity_numeric, c.fields,
           c.trigger, c.when_converted, c.effect_key, c.link_only, c.ensure, c.makes,
           c.attempts_started, c.failures, t.was,
           l.module as link_module, l.record_id as link_record_id, l.generation as link_generation,
           case when cardinality(c.lookups) > 0 then
             (select jsonb_object_agg(n.record_key, n.record_id) from ledger.links n
               where n.connection_id = c.connection_id and n.record_key = any(c.lookups) and n.lost_at is null) end as linked
      from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as t (id bigint, was text)
      join ledger.commands c on c.id = t.id
      join connections.connections a on a.id = c.connection_id
      left join ledger.links l on l.connection_id = c.connection_id and l.record_key = c.record_key
     order by c.id`.execute(trx);
  return rows.map(toClaimedCommand);
}

/**
 * Those of the connections that have a command whose pause is over: what a look from time to time asks, for work that nobody was
 * told of. It says nothing about links and earlier commands; the claim does.
 */
export async function connectionsWithWork(
  db: QueryExecutorProvider,
  connectionIds: readonly string[],
): Promise<string[]> {
  if (connectionIds.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select n.id from unnest(${[...connectionIds]}::text[]) n (id)
     where exists (
       select 1 from ledger.commands c
        where c.connection_id = n.id and c.state in ('ready', 'in_flight', 'unknown')
          and ${NOT_BEHIND_PARKED} and ${IS_DUE}
       offset 0)`.execute(db);
  return rows.map(({ id }) => id);
}

function toClaimedCommand(row: ClaimedRow): ClaimedCommand {
  const command = commandSchema.parse({
    operation: row.operation,
    module: row.module,
    identity: {
      field: row.identity_field,
      value: row.identity_numeric ? Number(row.identity_value) : row.identity_value,
    },
    fields: withIds(row.fields, row.linked ?? {}),
    trigger: row.trigger,
    whenConverted: row.when_converted,
    ...(row.effect_key === null ? {} : { effectKey: row.effect_key }),
    ...(row.link_only ? { linkOnly: true } : {}),
    ...(row.ensure ? { ensure: true } : {}),
    ...(row.operation === 'convert' ? { makes: row.makes } : {}),
  });
  const link =
    row.link_module === null || row.link_record_id === null
      ? null
      : { module: row.link_module, recordId: row.link_record_id, generation: row.link_generation ?? 1 };
  return {
    ...command,
    id: row.id,
    connectionId: row.connection_id,
    recordKey: row.record_key,
    product: row.product,
    entityType: row.entity_type,
    entityId: row.entity_id,
    tenantId: row.tenant_id,
    eventId: row.event_id,
    lane: laneSchema.parse(row.lane),
    attempt: row.attempts_started,
    failures: row.failures,
    verify: row.was !== 'ready',
    link,
  };
}

/** Lookups, those in rows of a subform among them, with the ids of their records; one whose record was deleted is left out. */
function withIds(fields: JsonObject, linked: Readonly<Record<string, string>>): JsonObject {
  const idOf = (key: string): JsonObject | undefined => (linked[key] === undefined ? undefined : { id: linked[key] });
  const resolved = Object.entries(fields).map(([name, value]): [string, Json | undefined] => [
    name,
    withLinks(value, idOf),
  ]);
  return Object.fromEntries(resolved.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
