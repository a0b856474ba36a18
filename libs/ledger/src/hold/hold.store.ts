import { sql, type QueryExecutorProvider } from 'kysely';
import { isHeld } from './hold.condition.ts';

/** Which commands a hold is about: all that is said must fit; null says nothing. */
export interface HoldScope {
  readonly connectionId: string | null;
  /** The mapping's name, which is that of its pack. */
  readonly pack: string | null;
  readonly operation: string | null;
  readonly module: string | null;
  readonly recordKey: string | null;
}

export interface Hold extends HoldScope {
  readonly id: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
  /** Open commands that it holds back. */
  readonly commands: number;
}

/** Holds commands back in every process from its next claim or call on. @returns false when the same is held already. */
export async function putHold(
  trx: QueryExecutorProvider,
  scope: HoldScope,
  { reason, by }: { readonly reason: string; readonly by: string },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into ledger.holds (connection_id, mapping, operation, module, record_key, reason, held_by)
    values (${scope.connectionId}, ${scope.pack}, ${scope.operation}, ${scope.module}, ${scope.recordKey}, ${reason}, ${by})
        on conflict do nothing
    returning id::text`.execute(trx);
  return rows.length > 0;
}

/** Ends the hold of exactly this scope. @returns false when there is none. */
export async function dropHold(trx: QueryExecutorProvider, scope: HoldScope): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    delete from ledger.holds
     where (connection_id, mapping, operation, module, record_key) is not distinct from
           (${scope.connectionId}::text, ${scope.pack}::text, ${scope.operation}::text, ${scope.module}::text,
            ${scope.recordKey}::text)
    returning id::text`.execute(trx);
  return rows.length > 0;
}

/** What is held, oldest first, with how much of it waits. */
export async function listHolds(db: QueryExecutorProvider): Promise<Hold[]> {
  const { rows } = await sql<Hold>`
    select h.id::text, h.connection_id as "connectionId", h.mapping as pack, h.operation, h.module,
           h.record_key as "recordKey", h.reason, h.held_by as by, h.held_at as at,
           (select count(*)::integer from ledger.commands c
             where c.state in ('ready', 'in_flight', 'unknown')
               and (h.connection_id is null or h.connection_id = c.connection_id)
               and (h.mapping is null or h.mapping = c.mapping) and (h.operation is null or h.operation = c.operation)
               and (h.module is null or h.module = c.module)
               and (h.record_key is null or h.record_key = c.record_key)) as commands
      from ledger.holds h order by h.id`.execute(db);
  return rows;
}

/** Open commands that holds keep back, by connection. Nothing is counted while there is no hold. */
export async function countHeld(db: QueryExecutorProvider): Promise<Map<string, number>> {
  const { rows } = await sql<{ connection_id: string; count: number }>`
    select c.connection_id, count(*)::integer as count
      from ledger.commands c
     where exists (select 1 from ledger.holds) and c.state in ('ready', 'in_flight', 'unknown') and ${isHeld}
     group by c.connection_id`.execute(db);
  return new Map(rows.map(({ connection_id: id, count }) => [id, count]));
}
