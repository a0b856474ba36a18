import { sql, type QueryExecutorProvider } from 'kysely';
import { laneSchema, type Lane } from '#contracts';

/** Credits that a lane spent in the slot of five minutes that begins at `at` (epoch milliseconds). */
export interface CreditRow {
  readonly at: number;
  readonly lane: Lane;
  readonly credits: number;
}

/** What an organisation may do; `learnedAt` in epoch milliseconds. Null credits: no cap, or not known. */
export interface LimitsRow {
  readonly credits: number | null;
  readonly concurrency: number;
  readonly learnedAt: number;
}

const SLOT_MS = 300_000;
/** A slot leaves the window as a whole. */
const KEPT_MS = 24 * 3_600_000 + SLOT_MS;

/**
 * One connection's rolling window of credits in Postgres, for all replicas: what the CRM's client asks for as its credit
 * store. Instants are given, not taken from the server, so that a test can move its clock.
 */
export function creditStore(db: QueryExecutorProvider, connectionId: string) {
  return {
    async read(now: number): Promise<CreditRow[]> {
      const { rows } = await sql<{ at: number; lane: string; credits: number }>`
        select extract(epoch from slot)::double precision * 1000 as at, lane, credits
          from ledger.credits
         where connection_id = ${connectionId} and slot > ${instant(now - KEPT_MS)} and slot <= ${instant(now)}`.execute(
        db,
      );
      return rows.map(({ at, lane, credits }) => ({ at, lane: laneSchema.parse(lane), credits }));
    },

    /** Adds to the present slot; the first spend of a slot also drops what has left the window long ago. */
    async spend({ lane, credits, now }: { lane: Lane; credits: number; now: number }): Promise<void> {
      const { rows } = await sql<{ fresh: boolean }>`
        insert into ledger.credits as c (connection_id, slot, lane, credits)
        values (${connectionId}, ${instant(now - (now % SLOT_MS))}, ${lane}, ${Math.max(0, credits)})
            on conflict (connection_id, slot, lane) do update set credits = greatest(0, c.credits + ${credits})
        returning xmax = 0 as fresh`.execute(db);
      if (rows[0]?.fresh !== true) return;
      await sql`
        delete from ledger.credits
         where connection_id = ${connectionId} and slot < ${instant(now - 2 * KEPT_MS)}`.execute(db);
    },

    async readLimits(): Promise<LimitsRow | null> {
      const { rows } = await sql<{ credits: string | null; concurrency: number; learned_at: Date }>`
        select credits::text, concurrency, learned_at
          from ledger.credit_limits where connection_id = ${connectionId}`.execute(db);
      const [row] = rows;
      if (row === undefined) return null;
      const { credits, concurrency, learned_at: learnedAt } = row;
      return { credits: credits === null ? null : Number(credits), concurrency, learnedAt: learnedAt.getTime() };
    },

    async writeLimits({ credits, concurrency, learnedAt }: LimitsRow): Promise<void> {
      await sql`
        insert into ledger.credit_limits (connection_id, credits, concurrency, learned_at)
        values (${connectionId}, ${credits}, ${concurrency}, ${instant(learnedAt)})
            on conflict (connection_id) do update
           set credits = excluded.credits, concurrency = excluded.concurrency, learned_at = excluded.learned_at`.execute(
        db,
      );
    },
  };
}

function instant(milliseconds: number): Date {
  return new Date(milliseconds);
}
