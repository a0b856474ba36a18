import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { emitEnds, putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { EndOutcome, SecretBox } from '#zoho';
import { withClients, type CrmTarget } from '../crm.access.ts';
import type { Operator } from '../operator.ts';

/** What a removal would end. */
export interface RemovalPlan {
  readonly id: string;
  readonly tenantId: string;
  readonly state: string;
  /** Notification channels that the CRM has. */
  readonly channels: readonly string[];
  /** Commands that would end without a call. */
  readonly open: number;
  /** Commands whose call is under way: they have to end first. */
  readonly underWay: number;
  /** Records that it is linked to; they stay in the CRM as they are. */
  readonly links: number;
}

export interface Removal {
  /** False while calls were under way: the connection is stopped, and the rest wants another run. */
  readonly done: boolean;
  readonly underWay: number;
  /** Commands that ended without a call. */
  readonly skipped: number;
  /** Channels that the CRM could not be told of; it ends them by itself within a week. */
  readonly channelsLeft: readonly string[];
}

export interface RemoveParts {
  readonly db: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  /** Tells the CRM that channels are over. */
  readonly endChannels: (ids: readonly string[]) => Promise<readonly EndOutcome[]>;
}

/** Null when there is no such connection. */
export async function planRemoval(db: QueryExecutorProvider, id: string): Promise<RemovalPlan | null> {
  const { rows } = await sql<RemovalPlan>`
    select n.id, n.tenant_id as "tenantId", n.state,
           coalesce((select array_agg(c.id::text order by c.id) from webhooks.channels c
                      where c.connection_id = n.id and c.subscribed_at is not null), '{}') as channels,
           (select count(*)::integer from ledger.commands c
             where c.connection_id = n.id and c.state in ('ready', 'unknown', 'parked')) as open,
           (select count(*)::integer from ledger.commands c where c.connection_id = n.id and ${UNDER_WAY}) as "underWay",
           (select count(*)::integer from ledger.links l where l.connection_id = n.id) as links
      from connections.connections n where n.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** A process has it and may be in the middle of its call. */
const UNDER_WAY = sql`c.state = 'in_flight' and c.lease_until >= now()`;

/**
 * Ends a connection: nothing goes out any more and events of its tenant are ignored, its channels are ended, what waits is skipped, its
 * secrets are erased. Links and history stay, and so does everything in the CRM. It may be run again at any point.
 */
export async function removeConnection(parts: RemoveParts, plan: RemovalPlan, operator: Operator): Promise<Removal> {
  const { db, box } = parts;
  const { id } = plan;
  await transaction(db, async (trx) => {
    await sql`
      update connections.connections
         set state = 'disconnected', state_code = null, state_reason = ${operator.reason}, updated_at = now()
       where id = ${id}`.execute(trx);
    await putAudit(trx, [{ ...operator, verb: 'connections remove', connectionId: id, details: countsOf(plan) }]);
  });
  const channelsLeft = await endChannels(parts, plan.channels);
  return transaction(db, async (trx) => {
    const skipped = await skipOpen(trx, id);
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from ledger.commands c where c.connection_id = ${id} and ${UNDER_WAY}`.execute(
      trx,
    );
    const underWay = rows[0]?.count ?? 0;
    // Their token may have to be renewed.
    if (underWay > 0) return { done: false, underWay, skipped, channelsLeft };
    await erase(trx, id, box.seal('', id));
    return { done: true, underWay, skipped, channelsLeft };
  });
}

/** The same, with the CRM of the connection told by its own client. */
export function removeFromCrm(target: CrmTarget, plan: RemovalPlan, operator: Operator): Promise<Removal> {
  return withClients(target, ({ db, box, clients }) => {
    const endChannels = async (ids: readonly string[]): Promise<readonly EndOutcome[]> =>
      (await clients.clientOf(plan.id)).watch.disable(ids);
    return removeConnection({ db, box, endChannels }, plan, operator);
  });
}

function countsOf({ open, underWay, channels }: RemovalPlan) {
  return { open, underWay, channels: channels.length };
}

async function endChannels({ endChannels: end }: RemoveParts, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  // A CRM that is away, or that refuses us, is a reason to remove it and not one to keep it.
  const outcomes = await end(ids).catch((): readonly EndOutcome[] => []);
  return ids.filter((_, at) => {
    const outcome = outcomes[at];
    return outcome?.kind !== 'ended' && !(outcome?.kind === 'rejected' && outcome.gone);
  });
}

async function skipOpen(trx: QueryExecutorProvider, id: string): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    update ledger.commands c
       set state = 'skipped', reason = 'connection removed', finished_at = clock_timestamp(), lease_owner = null, lease_until = null
     where c.connection_id = ${id} and c.state in ('ready', 'in_flight', 'unknown', 'parked') and not (${UNDER_WAY})
    returning c.id::text`.execute(trx);
  await emitEnds(trx, { ids: rows.map((row) => row.id), what: 'skipped', cause: 'connection_removed' });
  return rows.length;
}

async function erase(trx: QueryExecutorProvider, id: string, nothing: string): Promise<void> {
  await sql`
    update connections.connections set client_secret_sealed = ${nothing}, refresh_token_sealed = ${nothing} where id = ${id}`.execute(
    trx,
  );
  await sql`delete from connections.tokens where connection_id = ${id}`.execute(trx);
  await sql`delete from webhooks.channels where connection_id = ${id}`.execute(trx);
  await sql`delete from webhooks.dirty where connection_id = ${id}`.execute(trx);
  await sql`delete from ledger.holds where connection_id = ${id}`.execute(trx);
  await sql`delete from ledger.throttles where connection_id = ${id}`.execute(trx);
}
