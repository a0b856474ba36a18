import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { parseLsn, type Lsn } from '#replication';

export interface WalForecast {
  /** WAL that the whole server writes, measured between two looks. */
  readonly bytesPerSecond: number;
  /** True when the slot's confirmed position did not move between the looks although WAL was written. */
  readonly standsStill: boolean;
  /** WAL that may still be written before it goes wrong; null when nothing tells. */
  readonly roomBytes: number | null;
  /** What tells: the server gives the slot up at its limit, or the disk of the WAL is full. */
  readonly roomKnownBy: 'max_slot_wal_keep_size' | 'CAUSEWAY_WAL_DISK' | null;
  /** Until that is used up at the present rate if nothing is confirmed meanwhile; null when unknown, or nothing is written. */
  readonly secondsToFull: number | null;
}

export interface WalSample {
  readonly atMs: number;
  readonly walEnd: Lsn;
  readonly confirmed: Lsn | null;
  /** What the server itself allows the slot; null without a limit. */
  readonly safeBytes: number | null;
  /** All that lies in pg_wal, where the role may see that; else what is held back. */
  readonly usedBytes: number;
}

/** SQL cannot see how large a disk is, so without a limit of the server only the setting tells. Pure. */
export function forecastWal(first: WalSample, second: WalSample, diskBytes: number | undefined): WalForecast {
  const seconds = Math.max(0.001, (second.atMs - first.atMs) / 1000);
  const written = Math.max(0, Number(second.walEnd - first.walEnd));
  const bytesPerSecond = Math.round(written / seconds);
  const onDisk = diskBytes === undefined ? null : Math.max(0, diskBytes - second.usedBytes);
  const slotFirst = second.safeBytes !== null && (onDisk === null || second.safeBytes <= onDisk);
  const roomBytes = slotFirst ? second.safeBytes : onDisk;
  const knownBy = slotFirst ? 'max_slot_wal_keep_size' : 'CAUSEWAY_WAL_DISK';
  return {
    bytesPerSecond,
    standsStill: written > 0 && first.confirmed === second.confirmed,
    roomBytes,
    roomKnownBy: roomBytes === null ? null : knownBy,
    secondsToFull: roomBytes === null || bytesPerSecond === 0 ? null : Math.round(roomBytes / bytesPerSecond),
  };
}

/** Long enough that WAL of a steady stream counts, short enough for a person who waits. */
const BETWEEN_MS = 1500;

export async function readForecast(
  client: Client,
  { slot, diskBytes }: { readonly slot: string; readonly diskBytes: number | undefined },
): Promise<WalForecast> {
  const first = await sample(client, slot);
  await wait(BETWEEN_MS);
  return forecastWal(first, await sample(client, slot), diskBytes);
}

async function sample(client: Client, slot: string): Promise<WalSample> {
  const { rows } = await client.query<{
    wal_end: string;
    confirmed: string | null;
    safe: string | null;
    held: string | null;
  }>(
    `select w.lsn::text as wal_end, s.confirmed_flush_lsn::text as confirmed, s.safe_wal_size::text as safe,
            pg_wal_lsn_diff(w.lsn, s.restart_lsn)::text as held
       from (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end as lsn) w
       left join pg_replication_slots s on s.slot_name = $1`,
    [slot],
  );
  const [row] = rows;
  return {
    atMs: performance.now(),
    walEnd: parseLsn(row?.wal_end ?? '0/0'),
    confirmed: row?.confirmed == null ? null : parseLsn(row.confirmed),
    safeBytes: row?.safe == null ? null : Number(row.safe),
    usedBytes: (await walFolderBytes(client)) ?? Number(row?.held ?? 0),
  };
}

/** Only members of pg_monitor may list the folder. */
async function walFolderBytes(client: Client): Promise<number | null> {
  const { rows } = await client.query<{ may: boolean }>(
    `select has_function_privilege('pg_ls_waldir()', 'execute') as may`,
  );
  if (!rows[0]?.may) return null;
  const listed = await client.query<{ bytes: string | null }>('select sum(size)::text as bytes from pg_ls_waldir()');
  return Number(listed.rows[0]?.bytes ?? 0);
}
