import { parseLsn, type Lsn } from './lsn.ts';
import type { SqlClient } from './sql.client.ts';

/** The output plugin that comes with Postgres. */
export const OUTPUT_PLUGIN = 'pgoutput';

export interface SlotState {
  readonly name: string;
  readonly plugin: string | null;
  readonly database: string | null;
  readonly active: boolean;
  readonly activePid: number | null;
  /** Oldest WAL that is kept for the slot. */
  readonly restartLsn: Lsn | null;
  /** The server sends transactions whose commit record is at or after this. */
  readonly confirmedFlush: Lsn | null;
  /** `reserved`, `extended`, `unreserved` or `lost`. */
  readonly walStatus: string | null;
  /** Postgres 17 and later: why the slot was invalidated. */
  readonly invalidationReason: string | null;
  /** WAL that the server must keep for this slot, in bytes. */
  readonly heldBackBytes: number | null;
  /** WAL that may still be written before the server gives the slot up; null where there is no limit. */
  readonly safeWalBytes: number | null;
  /** Postgres 17 and later: standbys keep a copy of the slot, so that it outlives a failover. Null on older servers. */
  readonly failover: boolean | null;
}

type SlotRow = {
  plugin: string | null;
  database: string | null;
  active: boolean;
  active_pid: number | null;
  restart_lsn: string | null;
  confirmed_flush_lsn: string | null;
  wal_status: string | null;
  invalidation_reason: string | null;
  held_back: string | null;
  safe: string | null;
  failover: boolean | null;
};

const lsnOrNull = (text: string | null): Lsn | null => (text === null ? null : parseLsn(text));

/** Reads one slot; undefined when there is none of this name. */
export async function inspectSlot(client: SqlClient, name: string): Promise<SlotState | undefined> {
  // Through jsonb, because these columns exist from Postgres 17 on only.
  const { rows } = await client.query<SlotRow>(
    `select plugin::text, database::text, active, active_pid, restart_lsn::text, confirmed_flush_lsn::text, wal_status,
            to_jsonb(s) ->> 'invalidation_reason' as invalidation_reason,
            (to_jsonb(s) ->> 'failover')::boolean as failover, safe_wal_size::text as safe,
            pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end,
                            restart_lsn)::text as held_back
       from pg_replication_slots s where slot_name = $1`,
    [name],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    name,
    plugin: row.plugin,
    database: row.database,
    active: row.active,
    activePid: row.active_pid,
    restartLsn: lsnOrNull(row.restart_lsn),
    confirmedFlush: lsnOrNull(row.confirmed_flush_lsn),
    walStatus: row.wal_status,
    invalidationReason: row.invalidation_reason,
    heldBackBytes: row.held_back === null ? null : Number(row.held_back),
    safeWalBytes: row.safe === null ? null : Number(row.safe),
    failover: row.failover,
  };
}

/** The server has given the slot up, whatever the reason; `wal_status` says so for each of them. */
export function isLost(slot: SlotState): boolean {
  return slot.walStatus === 'lost' || slot.invalidationReason !== null || slot.confirmedFlush === null;
}

/** First server that can keep copies of a slot on its standbys. */
const FAILOVER_VERSION = 170_000;

/**
 * Creates the slot and returns where it begins: only what commits after that is sent. Waits until all transactions that run
 * now have ended. From Postgres 17 on it is a failover slot unless that is not wanted.
 * @throws DatabaseError 42710 when it exists.
 */
export async function createSlot(
  client: SqlClient,
  name: string,
  { failover = true }: { readonly failover?: boolean } = {},
): Promise<Lsn> {
  const version = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  const knowsFailover = (version.rows[0]?.version ?? 0) >= FAILOVER_VERSION;
  // Neither temporary nor with two-phase decoding.
  const more = failover && knowsFailover ? ', false, false, true' : '';
  const { rows } = await client.query<{ lsn: string }>(
    `select lsn::text from pg_create_logical_replication_slot($1, $2${more})`,
    [name, OUTPUT_PLUGIN],
  );
  return parseLsn(rows[0]?.lsn ?? '');
}

/** Drops the slot if it exists. @throws DatabaseError 55006 while it is read. */
export async function dropSlot(client: SqlClient, name: string): Promise<void> {
  await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [
    name,
  ]);
}
