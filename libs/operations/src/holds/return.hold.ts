import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Wakes the hydrator. */
const DIRTY_CHANNEL = 'causeway_dirty';

/** Which records of the CRM a hold of the way in is about: all that is said must fit; null says nothing. */
export interface ReturnScope {
  readonly connectionId: string;
  readonly module: string | null;
  /** The product's entity that the records stand for. */
  readonly entityType: string | null;
  readonly entityId: string | null;
}

export interface ReturnHold extends ReturnScope {
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
  /** Marked records that it keeps from being read. */
  readonly records: number;
}

/**
 * Keeps what people do in the CRM from being read, within two seconds, in every process: notifications are stored and records are marked on,
 * sweeps and channels go on, and the way out is not touched.
 * @returns false when the same is held already, or there is no such connection.
 */
export function pauseReturn(db: Kysely<IntegrationDatabase>, scope: ReturnScope, operator: Operator): Promise<boolean> {
  return transaction(db, async (trx) => {
    const { rows } = await sql`
      insert into webhooks.holds (connection_id, module, entity_type, entity_id, reason, held_by)
      select id, ${scope.module}, ${scope.entityType}, ${scope.entityId}, ${operator.reason}, ${operator.by}
        from connections.connections where id = ${scope.connectionId}
          on conflict do nothing
      returning id`.execute(trx);
    if (rows.length > 0) await putAudit(trx, [{ ...operator, verb: 'pause in', ...auditOf(scope) }]);
    return rows.length > 0;
  });
}

/** Lets go what `pauseReturn` held with the same scope: each record is read as it is then. @returns false when nothing was. */
export function resumeReturn(
  db: Kysely<IntegrationDatabase>,
  scope: ReturnScope,
  operator: Operator,
): Promise<boolean> {
  return transaction(db, async (trx) => {
    const { rows } = await sql`
      delete from webhooks.holds
       where (connection_id, module, entity_type, entity_id) is not distinct from
             (${scope.connectionId}::text, ${scope.module}::text, ${scope.entityType}::text, ${scope.entityId}::text)
      returning id`.execute(trx);
    if (rows.length === 0) return false;
    await putAudit(trx, [{ ...operator, verb: 'resume in', ...auditOf(scope) }]);
    await sql`select pg_notify(${DIRTY_CHANNEL}, '')`.execute(trx);
    return true;
  });
}

/** What is held of the way in, oldest first, with how many marked records wait for it. */
export async function readReturnHolds(db: QueryExecutorProvider): Promise<ReturnHold[]> {
  const { rows } = await sql<ReturnHold>`
    select h.connection_id as "connectionId", h.module, h.entity_type as "entityType", h.entity_id as "entityId",
           h.reason, h.held_by as by, h.held_at as at,
           (select count(*)::integer from webhooks.dirty d
             where d.connection_id = h.connection_id and (h.module is null or h.module = d.module)
               and (h.entity_id is null or exists (
                 select from ledger.links l
                  where (l.connection_id, l.module, l.record_id) = (d.connection_id, d.module, d.record_id)
                    and (l.entity_type, l.entity_id) = (h.entity_type, h.entity_id)))) as records
      from webhooks.holds h order by h.id`.execute(db);
  return rows;
}

function auditOf({ connectionId, module, entityType, entityId }: ReturnScope) {
  return { connectionId, details: { module, entityType, entityId } };
}
