import { setTimeout as wait } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { CaseStep } from '#mapping';
import { planRemoval, removeFromCrm } from '#operations';
import { loadPack } from '#packs';
import type { IntegrationDatabase } from '#postgres';
import { seedConnections } from '#system';
import type { CaseSystem } from './case.system.ts';

export type DisconnectStep = Extract<CaseStep, { disconnect: object }>['disconnect'];

/** How long calls that are under way, and channels that come again, may take. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 200;
const OPERATOR = { by: 'worked case', reason: 'the case ends the connection' };

/** Ends a connection as `causeway connections remove` does. @throws Error when the step names none, several, or what is not done here. */
export async function disconnect({ system, integration }: CaseSystem, step: DisconnectStep): Promise<void> {
  if (step.data === 'delete')
    throw new Error('a removal keeps what the connection made in the CRM: data has to be keep');
  const { rows } = await sql<{ id: string }>`
    select id from connections.connections
     where destination = ${step.destination} and state <> 'disconnected'
       and tenant_id = coalesce(${step.tenant_id ?? null}::text, tenant_id)`.execute(integration);
  const [found, ...others] = rows;
  if (found === undefined || others.length > 0)
    throw new Error(`${rows.length} connections are to ${step.destination}; a step ends one: tenant_id says whose`);
  const { secretKey, integration: database } = system.details;
  await eventually(`the calls of ${found.id} end`, async () => {
    const plan = await planRemoval(integration, found.id);
    return plan !== null && (await removeFromCrm({ url: database.url, secretKey }, plan, OPERATOR)).done;
  });
}

/** Connects the products of the system again, as they were at its start, for the case that comes next. */
export async function reconnect({ system, integration }: CaseSystem): Promise<void> {
  const { secretKey, simulator, packs: names, integration: database } = system.details;
  const packs = await Promise.all(names.map((name) => loadPack(name)));
  await seedConnections({ integrationUrl: database.url, secretKey, simulator, packs, watch: {} });
  // What people do from here on has to be seen.
  for (const { product, mapping } of packs) {
    const wanted = Object.keys(mapping.watched).length;
    await eventually(`the channels of ${product} are there`, async () => {
      return (await channelsOf(integration, product)) >= wanted;
    });
  }
}

async function channelsOf(db: Kysely<IntegrationDatabase>, tenantId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct c.module)::integer as count
      from webhooks.channels c join connections.connections n on n.id = c.connection_id
     where n.tenant_id = ${tenantId} and c.subscribed_at is not null`.execute(db);
  return rows[0]?.count ?? 0;
}

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await wait(PAUSE_MS);
  }
}
