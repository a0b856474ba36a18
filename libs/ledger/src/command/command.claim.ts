import { sql, type QueryExecutorProvider } from 'kysely';
import { LANES, commandSchema, laneSchema, linkedKeyOf, type Json, type JsonObject, type Lane } from '#contracts';
import { isHeld } from '../hold/hold.condition.ts';
import type { ClaimedCommand } from './command.row.ts';

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
 * Claims the oldest open command of each record that has one ready, oldest first, and counts its attempt as started.
 * A command whose claim expired, or whose outcome is unknown, comes with `verify`: its effect may be there already.
 *
 * `skip locked` keeps two dispatchers from waiting for each other; the `not exists` keeps the order of a record: as
 * long as an earlier command of it is open, in whatever state, later ones are invisible here. So are commands that need a link
 * that is not known yet.
 */
export async function claimCommands(db: QueryExecutorProvider, options: ClaimOptions): Promise<ClaimedCommand[]> {
  const { rows } = await sql<ClaimedRow>`
    with candidate as (
      select c.id, c.state as was, n.tenant_id
        from ledger.commands c
        join connections.connections n on n.id = c.connection_id and n.state = 'active'
       where c.connection_id = any(${[...options.connectionIds]}::text[])
         and c.lane = any(${[...(options.lanes ?? LANES)]}::text[])
         and c.state in ('ready', 'in_flight', 'unknown')
         and (c.state = 'in_flight' and c.lease_until < now() or c.state <> 'in_flight' and c.not_before <= now())
         and not exists (
           select 1 from ledger.commands o
            where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id < c.id
              and o.state in ('ready', 'in_flight', 'unknown', 'parked'))
         and not exists (
           select 1 from unnest(c.needs) n (record_key)
            where not exists (
              select 1 from ledger.links l where l.connection_id = c.connection_id and l.record_key = n.record_key))
         and not exists (
           select 1 from unnest(c.lookups) n (record_key)
            where not exists (
              select 1 from ledger.links l where l.connection_id = c.connection_id and l.record_key = n.record_key)
              and not exists (
              select 1 from ledger.unlinked u where u.connection_id = c.connection_id and u.record_key = n.record_key))
         and not ${isHeld}
       order by c.id
       limit ${options.limit}
       for update of c skip locked
    ), claimed as (
      update ledger.commands c
         set state = 'in_flight', lease_owner = ${options.owner},
             lease_until = now() + make_interval(secs => ${options.leaseMs / 1000}),
             attempts_started = attempts_started + 1
        from candidate
       where c.id = candidate.id
      returning c.*, candidate.was, candidate.tenant_id
    ), started as (
      insert into ledger.attempts (command_id, number) select id, attempts_started from claimed
    )
    select c.id::text, c.connection_id, c.record_key, c.product, c.entity_type, c.entity_id, c.tenant_id, c.event_id,
           c.lane, c.operation, c.module, c.identity_field, c.identity_value, c.identity_numeric, c.fields,
           c.trigger, c.when_converted, c.effect_key, c.link_only, c.makes,
           c.attempts_started, c.failures, c.was,
           l.module as link_module, l.record_id as link_record_id, l.generation as link_generation,
           (select jsonb_object_agg(n.record_key, n.record_id) from ledger.links n
             where n.connection_id = c.connection_id and n.record_key = any(c.lookups) and n.lost_at is null) as linked
      from claimed c
      left join ledger.links l on l.connection_id = c.connection_id and l.record_key = c.record_key
     order by c.id`.execute(db);
  return rows.map(toClaimedCommand);
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

/** Lookups with the ids of their records; one whose record was deleted is left out. */
function withIds(fields: JsonObject, linked: Readonly<Record<string, string>>): JsonObject {
  const resolved = Object.entries(fields).flatMap(([name, value]): [string, Json][] => {
    const key = linkedKeyOf(value);
    if (key === null) return [[name, value]];
    const id = linked[key];
    return id === undefined ? [] : [[name, { id }]];
  });
  return Object.fromEntries(resolved);
}
