import { sql, type Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';

/**
 * Runs `work` if no other process does work of this name now. The advisory lock makes one replica the leader for that long, and goes
 * with the connection if the process dies. False: another one leads.
 */
export async function asLeader(
  db: Kysely<IntegrationDatabase>,
  name: string,
  work: () => Promise<void>,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ leads: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${`causeway/${name}`}, 0)) as leads`.execute(trx);
    if (rows[0]?.leads !== true) return false;
    await work();
    return true;
  });
}
