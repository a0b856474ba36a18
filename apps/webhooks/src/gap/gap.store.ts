import { sql, type QueryExecutorProvider } from 'kysely';

/** Why notifications may be missing. */
export type GapReason = 'downtime' | 'postgres' | 'rate' | 'expired' | 'forgotten' | 'new' | 'asked';

/** A time in which notifications may not have arrived. Null: every connection, every module. */
export interface Gap {
  readonly connectionId: string | null;
  readonly module: string | null;
  readonly since: Date;
  readonly until: Date;
  readonly reason: GapReason;
}

/** Remembers a gap and makes the sweeps due that close it. */
export async function storeGap(db: QueryExecutorProvider, gap: Gap): Promise<void> {
  const { connectionId, module, since, until, reason } = gap;
  await sql`
    select webhooks.note_gap(${connectionId}::text, ${module}::text, ${since.toISOString()}::timestamptz,
                             ${until.toISOString()}::timestamptz, ${reason}::text)`.execute(db);
}
