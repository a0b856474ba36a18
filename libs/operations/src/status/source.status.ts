import type { Client } from 'pg';
import { inspectSlot, type StoredPosition } from '#replication';
import type { DoctorTarget } from '../doctor/doctor.target.ts';
import { readOutboxDepth } from '../outbox/outbox.depth.ts';
import { isOwnOutbox, type Untold } from '../outbox/outbox.table.ts';
import { publishedUpTo } from '../outbox/published.policy.ts';
import { newestPosition } from '../slot/position.side.ts';
import { withSource } from '../slot/source.client.ts';
import type { SlotStatus } from './status.types.ts';

/** A source's outbox and slot. `null` where the position in Kafka would be needed and cannot be read. */
export interface SourceStatus {
  readonly slot: SlotStatus;
  /** Rows written since the position, at most `MOST_COUNTED`. */
  readonly waitingRows: number | null;
  readonly oldestSeconds: number | null;
  readonly rowsPerMinute: number | null;
  /** Of these, what the dispatcher says about commands. */
  readonly outcomesPerMinute: number | null;
  /** Why its rows are not counted; null when they are, and where only the position is missing. */
  readonly untold: Untold | null;
}

/** More rows than this are not counted, so that a look costs the same however far a publisher is behind. */
const MOST_COUNTED = 100_000;
/** A look must not load the database. */
const STATEMENT_MS = 3000;

type Source = DoctorTarget['sources'][number];
type Kafka = Pick<DoctorTarget, 'kafkaBrokers' | 'kafkaSecurity' | 'topicPrefix'>;

/**
 * How much of a source waits. Rows of outbox.events are found by their ids, which are UUIDv7 unless a product chose others: those are not
 * counted. Rows of another table are found by the column that says when they were written, where one is known.
 * @throws CausewayError `POSTGRES_UNREACHABLE` and what refuses a connection
 */
export async function readSourceStatus(
  source: Source,
  { kafka, hasKafka }: { readonly kafka: Kafka; readonly hasKafka: boolean },
): Promise<SourceStatus> {
  // The slot is read before the position, which only grows: so a publisher at work never looks ahead of its slot.
  return withSource(source, async (client) => {
    await client.query(`set statement_timeout = ${STATEMENT_MS}`);
    const { slot, walEnd } = await readSlot(client, source);
    const position = hasKafka ? await readPosition(source, kafka) : undefined;
    const behind = position === undefined ? null : await bytesBetween(client, { from: position.lsn, to: walEnd });
    const upTo =
      position === undefined || behind === null
        ? null
        : publishedUpTo({
            storedAt: position.storedAt,
            committedAt: position.committedAt ?? null,
            behindBytes: behind,
          });
    const rows = isOwnOutbox(source) ? await readRows(client, upTo) : await readOtherRows(client, source, upTo);
    return { slot, ...rows };
  });
}

/** Without a position nothing of the outbox is in Kafka; what cannot be read as one is the doctor's matter. */
async function readPosition(source: Source, kafka: Kafka): Promise<StoredPosition | undefined> {
  const target = { ...kafka, ...source, publication: '' };
  return newestPosition(target).catch(() => undefined);
}

async function readSlot(client: Client, source: Source): Promise<{ slot: SlotStatus; walEnd: string }> {
  const slot = await inspectSlot(client, source.slot);
  const { rows } = await client.query<{ wal_end: string; lag: string | null }>(
    `select w.lsn::text as wal_end, greatest(0, pg_wal_lsn_diff(w.lsn, s.confirmed_flush_lsn))::bigint::text as lag
       from (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end as lsn) w
       left join pg_replication_slots s on s.slot_name = $1`,
    [source.slot],
  );
  const [row] = rows;
  return {
    walEnd: row?.wal_end ?? '0/0',
    slot: {
      source: source.name,
      slot: source.slot,
      exists: slot !== undefined,
      isRead: slot?.active ?? false,
      walStatus: slot?.walStatus ?? null,
      lagBytes: row?.lag == null ? null : Number(row.lag),
      heldBackBytes: slot?.heldBackBytes ?? null,
    },
  };
}

async function bytesBetween(client: Client, { from, to }: { from: bigint; to: string }): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    `select greatest(0, pg_wal_lsn_diff($1::pg_lsn, '0/0') - $2::numeric)::bigint::text as bytes`,
    [to, from.toString()],
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** The lowest UUIDv7 of an instant. */
const lowestId = (instant: string): string =>
  `(lpad(to_hex((extract(epoch from ${instant}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;

async function readRows(client: Client, upTo: string | null): Promise<Omit<SourceStatus, 'slot'>> {
  const nothing = {
    waitingRows: null,
    oldestSeconds: null,
    rowsPerMinute: null,
    outcomesPerMinute: null,
    untold: null,
  };
  const there = await client.query<{ has: boolean }>(`select to_regclass('outbox.events') is not null as has`);
  if (!there.rows[0]?.has) {
    const untold = { what: 'the database has no table outbox.events', action: 'causeway migrate product' };
    return { ...nothing, untold };
  }
  const { rows } = await client.query<{ written: number; outcomes: number; waiting: number; oldest: number | null }>(
    `select m.written, m.outcomes, w.waiting, w.oldest
       from (select count(*)::integer as written, (count(*) filter (where aggregate_type = 'outcomes'))::integer as outcomes
               from (select aggregate_type from outbox.events
                      where id >= ${lowestId(`now() - interval '1 minute'`)} and created_at >= now() - interval '1 minute'
                      limit ${MOST_COUNTED}) r) m,
            (select count(*)::integer as waiting, extract(epoch from clock_timestamp() - min(created_at))::double precision as oldest
               from (select created_at from outbox.events
                      where id >= ${lowestId(`$1::timestamptz - interval '1 minute'`)} and created_at > $1::timestamptz
                      limit ${MOST_COUNTED}) r) w`,
    [upTo],
  );
  const [row] = rows;
  if (row === undefined) return nothing;
  return {
    waitingRows: upTo === null ? null : row.waiting,
    oldestSeconds: row.oldest === null ? null : Math.max(0, Math.round(row.oldest)),
    rowsPerMinute: row.written,
    outcomesPerMinute: row.outcomes,
    untold: null,
  };
}

async function readOtherRows(client: Client, source: Source, upTo: string | null): Promise<Omit<SourceStatus, 'slot'>> {
  const { rows, oldestSeconds, perMinute, untold } = await readOutboxDepth(client, source, {
    after: upTo,
    most: MOST_COUNTED,
  });
  // Without a position it is not known which of them are in Kafka.
  const waiting = upTo === null ? { waitingRows: null, oldestSeconds: null } : { waitingRows: rows, oldestSeconds };
  return { ...waiting, rowsPerMinute: perMinute, outcomesPerMinute: perMinute === null ? null : 0, untold };
}
