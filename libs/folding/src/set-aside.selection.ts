import { sql, type RawBuilder } from 'kysely';

/** Which of the records set aside are meant: those for which all that is said holds. Nothing said means all. */
export interface SetAsideSelection {
  readonly ids?: readonly string[];
  readonly code?: string;
  readonly topic?: string;
  readonly tenantId?: string;
  /** Set aside at or after it. */
  readonly since?: Date;
  /** Set aside before it. */
  readonly until?: Date;
}

/** The condition on rows of relay.set_aside that were not redriven yet. */
export function selected({ ids, code, topic, tenantId, since, until }: SetAsideSelection): RawBuilder<unknown> {
  const conditions = [
    sql`redriven_at is null`,
    ...(ids === undefined ? [] : [sql`id = any(${[...ids]}::bigint[])`]),
    ...(code === undefined ? [] : [sql`code = ${code}`]),
    ...(topic === undefined ? [] : [sql`topic = ${topic}`]),
    ...(tenantId === undefined ? [] : [sql`tenant_id = ${tenantId}`]),
    ...(since === undefined ? [] : [sql`set_aside_at >= ${since.toISOString()}::timestamptz`]),
    ...(until === undefined ? [] : [sql`set_aside_at < ${until.toISOString()}::timestamptz`]),
  ];
  return sql.join(conditions, sql` and `);
}
