import type { Client } from 'pg';
import { readSlotReport, type SlotReport } from '../slot/slot.report.ts';
import { withSource } from '../slot/source.client.ts';
import type { SourceTarget } from '../slot/source.target.ts';

export interface OutboxPartition {
  readonly name: string;
  readonly rows: number;
  /** With indexes and values out of line. */
  readonly bytes: number;
}

/** Everything `outbox status` prints. */
export interface OutboxReport {
  readonly source: string;
  readonly partitions: readonly OutboxPartition[];
  /** Oldest row written since the position was stored, RFC 3339; null when there is none. */
  readonly oldestUnconfirmed: string | null;
  readonly unconfirmedRows: number;
  /** WAL that may still be written before the server gives the slot up; null where it has no limit. */
  readonly safeWalBytes: number | null;
  readonly slot: SlotReport;
}

/**
 * How large the outbox is and how far it is published. Counts rows, so it reads the whole table once.
 * @throws CausewayError `POSTGRES_UNREACHABLE` or `KAFKA_UNREACHABLE`
 */
export async function readOutboxReport(target: SourceTarget): Promise<OutboxReport> {
  const slot = await readSlotReport(target);
  return withSource(target, async (client) => ({
    source: target.name,
    partitions: await readPartitions(client),
    ...(await readUnconfirmed(client, slot.position?.storedAt ?? null)),
    safeWalBytes: await readSafeWal(client, target.slot),
    slot,
  }));
}

/** Through the parent: the publisher's role may not read partitions by themselves. */
async function readPartitions(client: Client): Promise<OutboxPartition[]> {
  const { rows } = await client.query<{ name: string; rows: string; bytes: string }>(
    `select c.relname::text as name, coalesce(r.rows, 0)::text as rows, pg_total_relation_size(c.oid)::text as bytes
       from pg_partition_tree('outbox.events') t
       join pg_class c on c.oid = t.relid
       left join (select tableoid, count(*) as rows from outbox.events group by tableoid) r on r.tableoid = c.oid
      where t.isleaf order by c.relname`,
  );
  return rows.map(({ name, rows: count, bytes }) => ({ name, rows: Number(count), bytes: Number(bytes) }));
}

async function readUnconfirmed(
  client: Client,
  storedAt: string | null,
): Promise<Pick<OutboxReport, 'oldestUnconfirmed' | 'unconfirmedRows'>> {
  const { rows } = await client.query<{ oldest: Date | null; count: string }>(
    `select min(created_at) as oldest, count(*)::text as count from outbox.events
      where created_at > coalesce($1::timestamptz, '-infinity')`,
    [storedAt],
  );
  return { oldestUnconfirmed: rows[0]?.oldest?.toISOString() ?? null, unconfirmedRows: Number(rows[0]?.count ?? 0) };
}

async function readSafeWal(client: Client, slot: string): Promise<number | null> {
  const { rows } = await client.query<{ bytes: string | null }>(
    'select safe_wal_size::text as bytes from pg_replication_slots where slot_name = $1',
    [slot],
  );
  const bytes = rows[0]?.bytes ?? null;
  return bytes === null ? null : Number(bytes);
}
