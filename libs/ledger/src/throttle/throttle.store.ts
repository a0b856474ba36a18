import { sql, type QueryExecutorProvider } from 'kysely';
import type { HoldScope } from '../hold/hold.store.ts';
import type { ThrottleUnit } from './throttle.policy.ts';

/** What a throttle is about: all that is said must fit; null says nothing. */
export interface ThrottleScope extends HoldScope {
  /** `out`: commands to the CRM. `in`: calls that read it; those know connections only. */
  readonly direction: 'out' | 'in';
}

export interface Throttle extends ThrottleScope {
  readonly unit: ThrottleUnit;
  readonly perSecond: number;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

/** Sets how much a second may go; another number for the same scope takes the place of the one before. */
export async function putThrottle(
  trx: QueryExecutorProvider,
  throttle: Omit<Throttle, 'at'>,
): Promise<{ readonly isNew: boolean }> {
  const { direction, connectionId, pack, operation, module, recordKey, unit, perSecond, reason, by } = throttle;
  const { rows } = await sql<{ is_new: boolean }>`
    insert into ledger.throttles as t
      (direction, connection_id, mapping, operation, module, record_key, unit, per_second, tokens, reason, set_by)
    values (${direction}, ${connectionId}, ${pack}, ${operation}, ${module}, ${recordKey}, ${unit}, ${perSecond}, 1, ${reason}, ${by})
        on conflict (direction, connection_id, mapping, operation, module, record_key) do update
       set unit = excluded.unit, per_second = excluded.per_second, tokens = least(1, t.tokens), filled_at = clock_timestamp(),
           reason = excluded.reason, set_by = excluded.set_by, set_at = now()
    returning xmax = 0 as is_new`.execute(trx);
  return { isNew: rows[0]?.is_new ?? false };
}

/** Takes the throttle of exactly this scope away. @returns false when there is none. */
export async function dropThrottle(trx: QueryExecutorProvider, scope: ThrottleScope): Promise<boolean> {
  const { direction, connectionId, pack, operation, module, recordKey } = scope;
  const { rows } = await sql<{ id: string }>`
    delete from ledger.throttles
     where direction = ${direction}
       and (connection_id, mapping, operation, module, record_key) is not distinct from
           (${connectionId}::text, ${pack}::text, ${operation}::text, ${module}::text, ${recordKey}::text)
    returning id::text`.execute(trx);
  return rows.length > 0;
}

/** All of them, oldest first. */
export async function listThrottles(db: QueryExecutorProvider): Promise<Throttle[]> {
  const { rows } = await sql<Throttle>`
    select direction, connection_id as "connectionId", mapping as pack, operation, module, record_key as "recordKey", unit,
           per_second as "perSecond", reason, set_by as by, set_at as at
      from ledger.throttles order by id`.execute(db);
  return rows;
}
