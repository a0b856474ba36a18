import type { Kysely, QueryExecutorProvider } from 'kysely';
import {
  COMMANDS_CHANNEL,
  dropThrottle,
  listThrottles,
  putAudit,
  putThrottle,
  type Throttle,
  type ThrottleScope,
  type ThrottleUnit,
} from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import { sql } from 'kysely';
import type { Operator } from '../operator.ts';

/**
 * Lets so much go a second, counted over all processes together, from each process's next claim or call on (within two seconds). Another
 * number for the same scope takes the place of the one before.
 * @returns false when the scope names a connection that is not there
 */
export function setThrottle(
  db: Kysely<IntegrationDatabase>,
  {
    scope,
    unit,
    perSecond,
  }: { readonly scope: ThrottleScope; readonly unit: ThrottleUnit; readonly perSecond: number },
  operator: Operator,
): Promise<boolean> {
  return transaction(db, async (trx) => {
    if (scope.connectionId !== null && !(await hasConnection(trx, scope.connectionId))) return false;
    await putThrottle(trx, { ...scope, unit, perSecond, ...operator });
    await putAudit(trx, [{ ...operator, verb: 'throttle set', ...auditOf(scope, { unit, perSecond }) }]);
    return true;
  });
}

/** Takes the throttle of exactly this scope away; what waited goes on at once. @returns false when there is none. */
export function clearThrottle(
  db: Kysely<IntegrationDatabase>,
  scope: ThrottleScope,
  operator: Operator,
): Promise<boolean> {
  return transaction(db, async (trx) => {
    if (!(await dropThrottle(trx, scope))) return false;
    await putAudit(trx, [{ ...operator, verb: 'throttle clear', ...auditOf(scope) }]);
    await sql`select pg_notify(${COMMANDS_CHANNEL}, '')`.execute(trx);
    return true;
  });
}

/** All throttles, oldest first. */
export function readThrottles(db: QueryExecutorProvider): Promise<Throttle[]> {
  return listThrottles(db);
}

/** What a throttle is about, for people. */
export function throttleName({ direction, connectionId, pack, operation, module, recordKey }: ThrottleScope): string {
  const parts = { connection: connectionId, pack, operation, module, record: recordKey };
  const named = Object.entries(parts).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  return [direction === 'out' ? 'to the CRM' : 'from the CRM', ...named].join(', ');
}

async function hasConnection(db: QueryExecutorProvider, id: string): Promise<boolean> {
  const { rows } = await sql`select 1 from connections.connections where id = ${id}`.execute(db);
  return rows.length > 0;
}

function auditOf(
  { direction, connectionId, recordKey, pack, operation, module }: ThrottleScope,
  rate: { readonly unit?: ThrottleUnit; readonly perSecond?: number } = {},
) {
  return { connectionId, recordKey, details: { direction, pack, operation, module, ...rate } };
}
