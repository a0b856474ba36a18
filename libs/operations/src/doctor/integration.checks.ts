import { sql, type Kysely } from 'kysely';
import { ClientRegistry, checkSetUp, listConnections, type Connection } from '#connections';
import { createLogger, errorFields } from '#observability';
import { loadPack, type Pack } from '#packs';
import { connectClient, createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { createSecretBox } from '#zoho';
import { note, ok, wrong, type Finding } from './finding.ts';
import { checkHolds } from './hold.checks.ts';
import { checkCredits } from './credit.checks.ts';
import { checkRights } from './rights.checks.ts';
import { checkClock, checkMigrations } from './source.checks.ts';
import { checkWayBack } from './way-back.checks.ts';
import { checkReturnHolds } from './return.hold.checks.ts';

export interface IntegrationQuery {
  readonly url: string;
  readonly secretKey: string;
  readonly otherSecretKeys?: readonly string[];
  readonly packs: readonly string[];
}

/** The integration database: migrations, connections and their CRM, channels, what is parked, set aside or unreadable. */
export async function checkIntegration(query: IntegrationQuery): Promise<Finding[]> {
  try {
    const client = await connectClient({ url: query.url, applicationName: 'causeway-doctor' });
    const own = (finding: Finding): Finding => ({ ...finding, check: `integration: ${finding.check}` });
    const [migrations, others] = await closing(
      client,
      (async (): Promise<[Finding, Finding[]]> => {
        const found = await checkMigrations(client, 'integration');
        const isThere = found.status === 'ok';
        return [found, [...(isThere ? [await checkRights(client)] : []), await checkClock(client)]];
      })(),
    );
    const first = [migrations, ...others].map(own);
    return migrations.status === 'ok' ? [...first, ...(await checkContents(query))] : first;
  } catch (error) {
    return [
      wrong(
        'integration: database',
        errorFields(error).reason,
        'Check CAUSEWAY_INTEGRATION_URL and that Postgres runs.',
      ),
    ];
  }
}

/** Ends the connection once the work on it is done, however that ended. */
async function closing<T>(client: { end(): Promise<void> }, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await client.end();
  }
}

async function checkContents({
  url,
  secretKey,
  otherSecretKeys = [],
  packs: names,
}: IntegrationQuery): Promise<Finding[]> {
  const logger = createLogger({ service: 'doctor', level: 'silent' });
  const db = createDatabase<IntegrationDatabase>(createPool({ url, max: 3, applicationName: 'causeway-doctor' }));
  const locks = createDatabase<IntegrationDatabase>(createPool({ url, max: 1, applicationName: 'causeway-doctor' }));
  const clients = new ClientRegistry({
    db,
    locks,
    box: createSecretBox({ key: secretKey, otherKeys: otherSecretKeys }),
    callTimeoutMs: 10_000,
    logger,
  });
  try {
    const packs = await Promise.all(names.map((name) => loadPack(name)));
    const connections = await listConnections(db);
    const findings: Finding[] = [];
    for (const connection of connections) findings.push(...(await checkConnection(clients, connection, packs)));
    if (connections.length === 0) findings.push(wrong('connections', 'there is none', 'Add one for each tenant.'));
    return [
      ...findings,
      ...(await checkHolds(db)),
      ...(await checkReturnHolds(db)),
      ...(await checkWayBack(db, connections)),
      ...(await checkCredits(db)),
      ...(await checkPiles(db)),
    ];
  } finally {
    await clients.close();
    await Promise.all([db.destroy(), locks.destroy()]);
  }
}

async function checkConnection(
  clients: ClientRegistry,
  connection: Connection,
  packs: readonly Pack[],
): Promise<Finding[]> {
  const check = `connection ${connection.id}`;
  if (connection.state === 'disconnected') return [ok(check, 'removed: events of its tenant are ignored')];
  if (connection.state !== 'active') {
    const detail = `${connection.state}${connection.stateCode === null ? '' : ` (${connection.stateCode})`}`;
    return [wrong(check, detail, 'See the code in docs/reference/errors.md; commands wait meanwhile.')];
  }
  try {
    const client = await clients.clientOf(connection.id);
    const findings: Finding[] = [];
    for (const { mapping } of packs.filter(({ product }) => product === connection.tenantId)) {
      const result = await checkSetUp(client, mapping);
      if (result.kind !== 'ok')
        return [wrong(check, `the CRM: ${result.reason}`, 'Check credentials, scopes and that the CRM answers.')];
      const stops = result.differences.filter((difference) => difference.stops);
      const fields = stops.map(({ module, apiName, difference }) => `${module}.${apiName} ${difference}`).join(', ');
      if (stops.length > 0)
        findings.push(
          wrong(
            `${check} set-up`,
            fields,
            'Create or correct these in the CRM: npx causeway fields plan --pack <name>.',
          ),
        );
      else findings.push(ok(`${check} set-up`, `fields and pipelines of ${mapping.name} are there`));
    }
    return [ok(check, 'active, the CRM answers'), ...findings];
  } catch (error) {
    return [wrong(check, errorFields(error).reason, 'Check CAUSEWAY_SECRET_KEY and the credentials.')];
  }
}

async function checkPiles(db: Kysely<IntegrationDatabase>): Promise<Finding[]> {
  const { rows } = await sql<{ parked: number; set_aside: number; unreadable: number; stuck: number }>`
    select (select count(*)::integer from ledger.commands where state = 'parked') as parked,
           (select count(*)::integer from relay.set_aside where redriven_at is null) as set_aside,
           (select count(*)::integer from webhooks.deliveries where code is not null) as unreadable,
           (select count(*)::integer from ledger.commands c
             where c.behind_parked and c.state in ('ready', 'in_flight', 'unknown') and not exists (
               select 1 from ledger.commands o
                where o.connection_id = c.connection_id and o.record_key = c.record_key and o.id < c.id and o.state = 'parked'
               offset 0)) as stuck`.execute(db);
  const { parked = 0, set_aside: setAside = 0, unreadable = 0, stuck = 0 } = rows[0] ?? {};
  return [
    parked === 0 ? ok('parked commands', 'none') : note('parked commands', String(parked), 'causeway parked list'),
    ...(stuck === 0
      ? []
      : [
          {
            ...wrong('commands behind parked ones', `${stuck} wait behind none`, 'The relay frees them once an hour.'),
            fix: { name: 'parked-marks', of: '' } as const,
          },
        ]),
    setAside === 0
      ? ok('events set aside', 'none')
      : note('events set aside', String(setAside), 'causeway set-aside list'),
    unreadable === 0
      ? ok('unreadable notifications', 'none')
      : note(
          'unreadable notifications',
          String(unreadable),
          'Their bodies are in webhooks.deliveries (code NOTIFICATION_UNREADABLE).',
        ),
  ];
}
