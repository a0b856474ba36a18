import type { Client } from 'pg';
import { readSlotReport, type SlotReport } from '../slot/slot.report.ts';
import { withSource } from '../slot/source.client.ts';
import type { SourceTarget } from '../slot/source.target.ts';
import { publishedUpTo } from './published.policy.ts';
import { readForecast, type WalForecast } from './wal.forecast.ts';

export interface OutboxPartition {
  readonly name: string;
  readonly rows: number;
  /** With indexes and values out of line. */
  readonly bytes: number;
  /** First and last instant at which its rows were written, RFC 3339; null when it is empty. */
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** Everything `outbox status` prints. */
export interface OutboxReport {
  readonly source: string;
  readonly partitions: readonly OutboxPartition[];
  /** Oldest row written since the position was stored, RFC 3339; null when there is none. */
  readonly oldestUnconfirmed: string | null;
  readonly unconfirmedRows: number;
  /** How fast WAL is written, and for how long there is room for it. */
  readonly wal: WalForecast;
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
    ...(await readUnconfirmed(client, slot)),
    wal: await readForecast(client, { slot: target.slot, diskBytes: target.walDiskBytes }),
    slot,
  }));
}

/** Through the parent: the publisher's role may not read partitions by themselves. */
async function readPartitions(client: Client): Promise<OutboxPartition[]> {
  const { rows } = await client.query<
    Record<'name' | 'rows' | 'bytes', string> & Record<'oldest' | 'newest', Date | null>
  >(
    `select c.relname::text as name, coalesce(r.rows, 0)::text as rows, pg_total_relation_size(c.oid)::text as bytes,
            r.oldest, r.newest
       from pg_partition_tree('outbox.events') t
       join pg_class c on c.oid = t.relid
       left join (select tableoid, count(*) as rows, min(created_at) as oldest, max(created_at) as newest
                    from outbox.events group by tableoid) r on r.tableoid = c.oid
      where t.isleaf order by c.relname`,
  );
  return rows.map(({ name, rows: count, bytes, oldest, newest }) => ({
    name,
    rows: Number(count),
    bytes: Number(bytes),
    oldest: oldest?.toISOString() ?? null,
    newest: newest?.toISOString() ?? null,
  }));
}

async function readUnconfirmed(
  client: Client,
  { position }: SlotReport,
): Promise<Pick<OutboxReport, 'oldestUnconfirmed' | 'unconfirmedRows'>> {
  const { rows } = await client.query<{ oldest: Date | null; count: string }>(
    `select min(created_at) as oldest, count(*)::text as count from outbox.events
      where created_at > coalesce($1::timestamptz, '-infinity')`,
    [publishedUpTo(position)],
  );
  return { oldestUnconfirmed: rows[0]?.oldest?.toISOString() ?? null, unconfirmedRows: Number(rows[0]?.count ?? 0) };
}
