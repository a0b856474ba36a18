import { sql, type Kysely } from 'kysely';
import { ERROR_CATALOGUE, type ErrorCode } from '#contracts';
import type { IntegrationDatabase } from '#postgres';
import type { ParkedReason } from './status.types.ts';

/** What the integration database tells of the flow; ages in seconds, null where nothing waits. */
export interface LedgerStatus {
  /** Commands that wait for their call, without those behind parked ones. */
  readonly ready: number;
  readonly readyOldest: number | null;
  readonly behindParked: number;
  /** Commands whose call is under way, or whose outcome is unknown. */
  readonly calling: number;
  readonly callingOldest: number | null;
  readonly deliveries: number;
  readonly deliveriesOldest: number | null;
  readonly dirty: number;
  readonly dirtyOldest: number | null;
  readonly setAside: number;
  readonly foldsPerMinute: number;
  readonly answersPerMinute: number;
  readonly notificationsPerMinute: number;
  readonly readingsPerMinute: number;
  /** Processes that take notifications. */
  readonly receivers: number;
}

/** The newest so many rows of a history are looked at for a rate: more in a minute are told as so many. */
const NEWEST = 100_000;

/** One statement over open rows and the newest ends of the histories: its cost does not grow with what is finished. */
export async function readLedgerStatus(db: Kysely<IntegrationDatabase>): Promise<LedgerStatus> {
  const age = (column: string) =>
    sql`extract(epoch from clock_timestamp() - min(${sql.ref(column)}))::double precision`;
  const lastMinute = sql`interval '1 minute'`;
  const { rows } = await sql<LedgerStatus>`
    select o.ready, o."readyOldest", o."behindParked", o.calling, f."callingOldest",
           d.deliveries, d."deliveriesOldest", r.dirty, r."dirtyOldest",
           (select count(*)::integer from relay.set_aside where redriven_at is null) as "setAside",
           (select count(*)::integer from (select folded_at from relay.folds order by id desc limit ${NEWEST}) n
             where folded_at > now() - ${lastMinute}) as "foldsPerMinute",
           (select count(*)::integer from outbox.events
             where id >= (lpad(to_hex((extract(epoch from now() - ${lastMinute}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
               and created_at >= now() - ${lastMinute} and aggregate_type = 'outcomes') as "answersPerMinute",
           (select count(*)::integer from (select received_at from webhooks.deliveries order by id desc limit ${NEWEST}) n
             where received_at > now() - ${lastMinute}) as "notificationsPerMinute",
           (select count(*)::integer from (select read_at from webhooks.readings order by id desc limit ${NEWEST}) n
             where read_at > now() - ${lastMinute}) as "readingsPerMinute",
           (select count(*)::integer from webhooks.receivers
             where stopped_at is null and beat_at > now() - ${lastMinute}) as receivers
      from (select (count(*) filter (where state = 'ready' and not behind_parked))::integer as ready,
                   extract(epoch from clock_timestamp() - min(created_at) filter (where state = 'ready' and not behind_parked))::double precision
                     as "readyOldest",
                   (count(*) filter (where behind_parked))::integer as "behindParked",
                   (count(*) filter (where state in ('in_flight', 'unknown')))::integer as calling
              from ledger.commands where state in ('ready', 'in_flight', 'unknown')) o,
           (select ${age('a.started_at')} as "callingOldest"
              from ledger.commands c
              join ledger.attempts a on a.command_id = c.id and a.number = c.attempts_started
             where c.state in ('in_flight', 'unknown')) f,
           (select count(*)::integer as deliveries, ${age('received_at')} as "deliveriesOldest"
              from webhooks.deliveries where processed_at is null) d,
           (select count(*)::integer as dirty, ${age('first_marked_at')} as "dirtyOldest" from webhooks.dirty) r`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a statement of aggregates gives a row');
  return row;
}

/** Parked commands by code, those with most of them first. */
export async function readParkedReasons(db: Kysely<IntegrationDatabase>): Promise<ParkedReason[]> {
  const { rows } = await sql<Omit<ParkedReason, 'owner'>>`
    select coalesce(code, '') as code, count(*)::integer as count, array_agg(distinct connection_id order by connection_id) as connections,
           round(extract(epoch from clock_timestamp() - min(created_at)))::integer as "oldestSeconds"
      from ledger.commands where state = 'parked' group by code order by count(*) desc, code`.execute(db);
  return rows.map((row) => ({ ...row, owner: ownerOf(row.code) }));
}

function ownerOf(code: string): string | null {
  return code in ERROR_CATALOGUE ? ERROR_CATALOGUE[code as ErrorCode].owner : null;
}
