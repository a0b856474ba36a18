import { sql, type QueryExecutorProvider } from 'kysely';
import { IS_PACED_BY } from './throttle.condition.ts';
import type { Throttle } from './throttle.store.ts';

/** A throttle, and how many commands that are ready it is about; null of what comes in, where calls wait in processes. */
export type WaitingThrottle = Pick<
  Throttle,
  'direction' | 'connectionId' | 'pack' | 'operation' | 'module' | 'recordKey' | 'unit' | 'perSecond'
> & { readonly waiting: number | null };

/** All throttles, oldest first, with what waits for each. A command that several are about counts with each of them. */
export async function countThrottled(db: QueryExecutorProvider): Promise<WaitingThrottle[]> {
  const { rows } = await sql<WaitingThrottle>`
    select t.direction, t.connection_id as "connectionId", t.mapping as pack, t.operation, t.module, t.record_key as "recordKey", t.unit,
           t.per_second as "perSecond",
           case when t.direction = 'out'
                then (select count(*)::integer from ledger.commands c where c.state = 'ready' and ${IS_PACED_BY}) end as waiting
      from ledger.throttles t order by t.id`.execute(db);
  return rows;
}
