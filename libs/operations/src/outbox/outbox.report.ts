import type { Client } from 'pg';
import { readSlotReport, type SlotReport } from '../slot/slot.report.ts';
import { withSource } from '../slot/source.client.ts';
import type { SourceTarget } from '../slot/source.target.ts';
import { fixTextOutput } from './outbox.rows.ts';
import { openOutboxTable, whyUntold, type OutboxTable, type TableTarget } from './outbox.table.ts';
import { publishedUpTo } from './published.policy.ts';
import { readForecast, type WalForecast } from './wal.forecast.ts';

export interface OutboxPartition {
  readonly name: string;
  /** Null where the role may not read the table. */
  readonly rows: number | null;
  /** With indexes and values out of line. */
  readonly bytes: number;
  /** First and last instant at which its rows were written, RFC 3339; null when it is empty, or that is not known. */
  readonly oldest: string | null;
  readonly newest: string | null;
}

/** Everything `outbox status` prints. */
export interface OutboxReport {
  readonly source: string;
  /** With its schema. */
  readonly table: string;
  /** The table itself where it has no partitions. */
  readonly partitions: readonly OutboxPartition[];
  /** Oldest row written since the position was stored, RFC 3339; null when there is none, or that is not known. */
  readonly oldestUnconfirmed: string | null;
  /** Null when no column is known that says when a row was written, or the role may not read the table. */
  readonly unconfirmedRows: number | null;
  /** What is to be set or granted for what is not known; null when all of it is. */
  readonly unknownBecause: string | null;
  /** How fast WAL is written, and for how long there is room for it. */
  readonly wal: WalForecast;
  readonly slot: SlotReport;
}

/**
 * How large the outbox is and how far it is published. Counts rows, so it reads the whole table once.
 * @throws CausewayError `POSTGRES_UNREACHABLE`, `KAFKA_UNREACHABLE`, or `OUTBOX_LAYOUT_MISMATCH` when there is no such table
 */
export async function readOutboxReport(target: SourceTarget): Promise<OutboxReport> {
  const slot = await readSlotReport(target);
  return withSource(target, async (client) => {
    const rows = await readOutboxRows(client, { target, upTo: publishedUpTo(slot.position) });
    const wal = await readForecast(client, { slot: target.slot, diskBytes: target.walDiskBytes });
    return { source: target.name, ...rows, wal, slot };
  });
}

/** What the table alone tells, given up to which instant rows are in Kafka. */
export async function readOutboxRows(
  client: Client,
  { target, upTo }: { readonly target: TableTarget; readonly upTo: string | null },
): Promise<Omit<OutboxReport, 'source' | 'wal' | 'slot'>> {
  await fixTextOutput(client);
  const table = await openOutboxTable(client, target);
  return {
    table: table.name,
    partitions: await readPartitions(client, table),
    ...(await readUnconfirmed(client, table, upTo)),
    unknownBecause: unknownBecause(table),
  };
}

function unknownBecause(table: OutboxTable): string | null {
  const untold = whyUntold(table);
  return untold === null ? null : `${untold.what}: ${untold.action}`;
}

/** Through the parent: the publisher's role may not read partitions by themselves. A table without any is its own one. */
async function readPartitions(client: Client, table: OutboxTable): Promise<OutboxPartition[]> {
  const { isReadable, timeColumn, sql } = table;
  const time = (aggregate: string): string =>
    timeColumn === null ? 'null::timestamptz' : `${aggregate}(${timeColumn})::timestamptz`;
  const counted = isReadable
    ? `select tableoid, count(*) as rows, ${time('min')} as oldest, ${time('max')} as newest from ${sql} group by tableoid`
    : 'select null::oid as tableoid, null::bigint as rows, null::timestamptz as oldest, null::timestamptz as newest';
  const { rows } = await client.query<
    Record<'name' | 'bytes', string> & { rows: string | null } & Record<'oldest' | 'newest', Date | null>
  >(
    `select c.relname::text as name, case when $2 then coalesce(r.rows, 0)::text end as rows,
            pg_total_relation_size(c.oid)::text as bytes, r.oldest, r.newest
       from (select relid::oid from pg_partition_tree($1::oid) where isleaf
             union select oid from pg_class where oid = $1::oid and relkind = 'r') t
       join pg_class c on c.oid = t.relid
       left join (${counted}) r on r.tableoid = c.oid
      order by c.relname`,
    [table.oid, isReadable],
  );
  return rows.map(({ name, rows: count, bytes, oldest, newest }) => ({
    name,
    rows: count === null ? null : Number(count),
    bytes: Number(bytes),
    oldest: oldest?.toISOString() ?? null,
    newest: newest?.toISOString() ?? null,
  }));
}

async function readUnconfirmed(
  client: Client,
  { sql, timeColumn, isReadable }: OutboxTable,
  upTo: string | null,
): Promise<Pick<OutboxReport, 'oldestUnconfirmed' | 'unconfirmedRows'>> {
  if (timeColumn === null || !isReadable) return { oldestUnconfirmed: null, unconfirmedRows: null };
  const { rows } = await client.query<{ oldest: Date | null; count: string }>(
    `select min(${timeColumn})::timestamptz as oldest, count(*)::text as count from ${sql}
      where $1::timestamptz is null or ${timeColumn} > $1::timestamptz`,
    [upTo],
  );
  return { oldestUnconfirmed: rows[0]?.oldest?.toISOString() ?? null, unconfirmedRows: Number(rows[0]?.count ?? 0) };
}
