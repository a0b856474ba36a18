import { setTimeout as wait } from 'node:timers/promises';
import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { transaction, type IntegrationDatabase } from '#postgres';
import { IS_PACED_BY, TOKENS_NOW } from './throttle.condition.ts';
import { spend, type ThrottleUnit } from './throttle.policy.ts';

/** A connection whose commands are throttled; null stands for all of them. */
export async function throttledConnections(db: QueryExecutorProvider): Promise<ReadonlySet<string | null>> {
  const { rows } = await sql<{ id: string | null }>`
    select distinct connection_id as id from ledger.throttles where direction = 'out'`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

interface LockedRow {
  id: string;
  unit: ThrottleUnit;
  tokens: number;
  throttles: string[];
}

/**
 * Takes what one call of these commands needs from the buckets of the throttles that they fall under. Buckets are locked, so that all
 * processes together keep to them, and a server's clock that goes back fills none twice.
 * @returns the ids of those that may not go now
 */
export function spendTokens(
  db: Kysely<IntegrationDatabase>,
  commands: readonly { readonly id: string }[],
): Promise<ReadonlySet<string>> {
  const ids = commands.map(({ id }) => id);
  return transaction(db, async (trx) => {
    const { rows: paced } = await sql<{ id: string; throttles: string[] }>`
      select c.id::text, array_agg(t.id::text) as throttles
        from ledger.commands c join ledger.throttles t on ${IS_PACED_BY}
       where c.id = any(${ids}::bigint[])
       group by c.id`.execute(trx);
    if (paced.length === 0) return new Set<string>();
    const wanted = [...new Set(paced.flatMap(({ throttles }) => throttles))];
    const { rows: buckets } = await sql<Omit<LockedRow, 'throttles'>>`
      select t.id::text, t.unit, ${TOKENS_NOW} as tokens
        from ledger.throttles t where t.id = any(${wanted}::bigint[]) order by t.id for update`.execute(trx);
    const byId = new Map(paced.map(({ id, throttles }) => [id, throttles]));
    const inOrder = ids.map((id) => ({ id, throttles: byId.get(id) ?? [] }));
    const { back, spent } = spend(buckets, inOrder);
    const taken = JSON.stringify([...spent].map(([id, count]) => ({ id, count })));
    await sql`
      update ledger.throttles t set tokens = ${TOKENS_NOW} - s.count, filled_at = greatest(t.filled_at, clock_timestamp())
        from jsonb_to_recordset(${taken}::jsonb) as s (id bigint, count integer) where t.id = s.id`.execute(trx);
    return back;
  });
}

/** Longest that a call waits for its turn; longer than that it is held back. Milliseconds. */
const LONGEST_WAIT = 10_000;
/** How often a call that waits looks whether it still has to. Milliseconds. */
const LOOK_AGAIN = 500;

/**
 * Waits for the turn of a call that reads the CRM, where its connection is throttled. What is cleared meanwhile is noticed.
 * @returns false when its turn would come too late: it shall be tried again later
 */
export async function awaitCallTurn(
  db: Kysely<IntegrationDatabase>,
  connectionId: string,
  longestMs = LONGEST_WAIT,
): Promise<boolean> {
  const turn = await reserveCall(db, { connectionId, longestMs });
  if (turn === null) return false;
  const due = performance.now() + turn.waitMs;
  for (let left = turn.waitMs; left > 0; left = due - performance.now()) {
    await wait(Math.min(left, LOOK_AGAIN));
    if (!(await areThere(db, turn.ids))) return true;
  }
  return true;
}

/** A place in the row of calls: buckets may go below zero, by as much as calls wait. Null: it would wait too long, and has no place. */
function reserveCall(
  db: Kysely<IntegrationDatabase>,
  { connectionId, longestMs }: { readonly connectionId: string; readonly longestMs: number },
): Promise<{ readonly ids: readonly string[]; readonly waitMs: number } | null> {
  return transaction(db, async (trx) => {
    const { rows } = await sql<{ id: string; wait_ms: number }>`
      select t.id::text, greatest(0, (1 - ${TOKENS_NOW}) / t.per_second * 1000)::double precision as wait_ms
        from ledger.throttles t
       where t.direction = 'in' and (t.connection_id is null or t.connection_id = ${connectionId})
       order by t.id for update`.execute(trx);
    const waitMs = Math.max(0, ...rows.map(({ wait_ms: ms }) => ms));
    if (waitMs > longestMs) return null;
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0)
      await sql`
        update ledger.throttles t set tokens = ${TOKENS_NOW} - 1, filled_at = greatest(t.filled_at, clock_timestamp())
         where t.id = any(${ids}::bigint[])`.execute(trx);
    return { ids, waitMs };
  });
}

async function areThere(db: QueryExecutorProvider, ids: readonly string[]): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    select id::text from ledger.throttles where id = any(${[...ids]}::bigint[])`.execute(db);
  return rows.length === ids.length;
}
