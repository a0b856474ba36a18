import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { COMMANDS_CHANNEL, dropHold, listHolds, putAudit, putHold, type Hold, type HoldScope } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Newest commands among which a name is looked for. */
const LOOKED_AT = 100_000;

/** A hold, or a connection that is paused as a whole. */
export interface HeldScope extends HoldScope {
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
  /** Open commands that it holds back. */
  readonly commands: number;
}

/**
 * Holds commands back, from each process's next call on. A connection alone is paused as a whole, which also keeps every other call
 * of the relay from leaving: the kill switch (packs/README.md section 7). Events are folded on, and commands wait.
 * @returns false when it is held already, or there is no such connection.
 */
export function pause(db: Kysely<IntegrationDatabase>, scope: HoldScope, operator: Operator): Promise<boolean> {
  return transaction(db, async (trx) => {
    const done = isConnection(scope)
      ? await pauseConnection(trx, scope.connectionId, operator)
      : await putHold(trx, scope, operator);
    if (done) await putAudit(trx, [{ ...operator, verb: 'pause', ...auditOf(scope) }]);
    return done;
  });
}

/** Lets go what `pause` held with the same scope. @returns false when nothing was. */
export function resume(db: Kysely<IntegrationDatabase>, scope: HoldScope, operator: Operator): Promise<boolean> {
  return transaction(db, async (trx) => {
    const done = isConnection(scope) ? await resumeConnection(trx, scope.connectionId) : await dropHold(trx, scope);
    if (!done) return false;
    await putAudit(trx, [{ ...operator, verb: 'resume', ...auditOf(scope) }]);
    await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
    return true;
  });
}

/** Everything that a person holds back. */
export async function readHolds(db: QueryExecutorProvider): Promise<HeldScope[]> {
  const { rows } = await sql<HeldScope>`
    select n.id as "connectionId", null as pack, null as operation, null as module, null as "recordKey",
           coalesce(n.state_reason, '') as reason, coalesce(a.by_whom, '') as by, coalesce(a.at, n.updated_at) as at,
           (select count(*)::integer from ledger.commands c
             where c.connection_id = n.id and c.state in ('ready', 'in_flight', 'unknown')) as commands
      from connections.connections n
      left join lateral (
        select by_whom, at from ledger.audit
         where verb = 'pause' and connection_id = n.id and record_key is null order by id desc limit 1) a on true
     where n.state = 'paused' order by n.id`.execute(db);
  return [...rows, ...(await listHolds(db)).map(scopeOf)];
}

function scopeOf({ connectionId, pack, operation, module, recordKey, reason, by, at, commands }: Hold): HeldScope {
  return { connectionId, pack, operation, module, recordKey, reason, by, at, commands };
}

/**
 * Whether a command is of this, among all of a record and the newest of anything else: a hold on a name that is misspelt holds
 * nothing, and looks like one that does.
 */
export async function isOfCommands(db: QueryExecutorProvider, scope: HoldScope): Promise<boolean> {
  const { connectionId, pack, operation, module, recordKey } = scope;
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select from (
        select connection_id, mapping, operation, module from ledger.commands
         where ${recordKey}::text is null or record_key = ${recordKey}::text order by id desc limit ${LOOKED_AT}) c
       where (${connectionId}::text is null or c.connection_id = ${connectionId}::text)
         and (${pack}::text is null or c.mapping = ${pack}::text)
         and (${operation}::text is null or c.operation = ${operation}::text)
         and (${module}::text is null or c.module = ${module}::text)) as found`.execute(db);
  return rows[0]?.found ?? false;
}

/** What a hold is about, for people. */
export function heldName({ connectionId, pack, operation, module, recordKey }: HoldScope): string {
  return [connectionId, pack, operation, module, recordKey].filter((part) => part !== null).join(', ');
}

function isConnection(scope: HoldScope): scope is HoldScope & { readonly connectionId: string } {
  const { connectionId, pack, operation, module, recordKey } = scope;
  return connectionId !== null && [pack, operation, module, recordKey].every((part) => part === null);
}

async function pauseConnection(trx: QueryExecutorProvider, id: string, { reason }: Operator): Promise<boolean> {
  const { rows } = await sql`
    update connections.connections
       set state = 'paused', state_code = null, state_reason = ${reason}, updated_at = now()
     where id = ${id} and state in ('active', 'action_needed')
    returning id`.execute(trx);
  return rows.length > 0;
}

/** What else is wrong with it shows with the first call. */
async function resumeConnection(trx: QueryExecutorProvider, id: string): Promise<boolean> {
  const { rows } = await sql`
    update connections.connections
       set state = 'active', state_code = null, state_reason = null, updated_at = now()
     where id = ${id} and state = 'paused'
    returning id`.execute(trx);
  return rows.length > 0;
}

function auditOf({ connectionId, recordKey, pack, operation, module }: HoldScope) {
  return { connectionId, recordKey, details: { pack, operation, module } };
}
