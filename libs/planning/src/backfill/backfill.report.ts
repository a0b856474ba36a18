import { sql, type QueryExecutorProvider } from 'kysely';
import type { Backfill } from './backfill.store.ts';

/** How a backfill stands, from the product's table to the CRM. */
export interface BackfillReport {
  readonly id: string;
  readonly pack: string;
  readonly state: 'running' | 'done';
  /** Rows of the table when it began, and those that are written into the outbox. */
  readonly users: number;
  readonly emitted: number;
  /** Of those, folded by the relay; and of these, for how many nothing had to be written. */
  readonly folded: number;
  readonly unchanged: number;
  /** Users whose writes are done, refused, or wait. */
  readonly done: number;
  readonly rejected: number;
  readonly waiting: number;
  /** Users that are not through yet. */
  readonly left: number;
  /** Of the lane since it began. */
  readonly credits: number;
  readonly perMinute: number;
  /** RFC 3339, at this pace; null: nothing is left, or there is no pace yet. */
  readonly expectedEnd: string | null;
}

interface Counted {
  folded: number;
  done: number;
  rejected: number;
  waiting: number;
  credits: number;
}

/** Counts by the ledger what became of a backfill's users. */
export async function reportBackfill(
  db: QueryExecutorProvider,
  backfill: Backfill,
  now = Date.now(),
): Promise<BackfillReport> {
  const { id, pack, eventType, startedAt, state, total, emitted } = backfill;
  const { rows } = await sql<Counted>`
    with users as (
      select c.entity_id, bool_or(c.state = 'parked') as rejected, bool_or(c.state in ('ready', 'in_flight', 'unknown')) as waiting
        from ledger.commands c
       where c.lane = 'backfill' and c.mapping = ${pack} and c.created_at >= ${startedAt}::timestamptz
       group by c.entity_id
    )
    select (select count(distinct (tenant_id, key))::integer from relay.folds
             where mapping = ${pack} and event_type = ${eventType} and folded_at >= ${startedAt}::timestamptz) as folded,
           (select count(*)::integer from users where not rejected and not waiting) as done,
           (select count(*)::integer from users where rejected) as rejected,
           (select count(*)::integer from users where waiting and not rejected) as waiting,
           (select coalesce(sum(credits), 0)::integer from ledger.credits
             where lane = 'backfill' and slot > ${startedAt}::timestamptz - interval '5 minutes') as credits`.execute(
    db,
  );
  const counted = rows[0] ?? { folded: 0, done: 0, rejected: 0, waiting: 0, credits: 0 };
  const unchanged = Math.max(0, counted.folded - counted.done - counted.rejected - counted.waiting);
  const through = counted.done + counted.rejected + unchanged;
  const left = Math.max(0, total - through);
  const minutes = Math.max(1 / 60, (now - startedAt.getTime()) / 60_000);
  const perMinute = Math.round(through / minutes);
  return {
    id,
    pack,
    state,
    users: total,
    emitted,
    ...counted,
    unchanged,
    left,
    perMinute,
    expectedEnd: left === 0 || perMinute === 0 ? null : new Date(now + (left / perMinute) * 60_000).toISOString(),
  };
}
