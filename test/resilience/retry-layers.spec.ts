import { sql } from 'kysely';
import { ClientRegistry, applySetUp, putConnection } from '#connections';
import { insertCommands, retryDecision } from '#ledger';
import { createRegistry } from '#observability';
import { loadPack, type Pack } from '#packs';
import { aBatch, aNewCommand, aRecord, anEvent, integrationDatabase, silentLogger, until, type IntegrationContext } from '#testing';
import { createSecretBox, type CallObservation } from '#zoho';
import { DispatchGate } from '../../apps/relay/src/dispatcher/dispatch.gate.ts';
import { dispatcherMetrics } from '../../apps/relay/src/dispatcher/dispatcher.metrics.ts';
import { DispatcherService } from '../../apps/relay/src/dispatcher/dispatcher.service.ts';
import { mapperMetrics } from '../../apps/relay/src/mapper/mapper.metrics.ts';
import { MapperService } from '../../apps/relay/src/mapper/mapper.service.ts';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.ts';

// The classic fault: each layer tries five times, and a call costs 5 x 5 x 5. Here the dispatcher alone tries again
// (packs/README.md section 4), whatever is restarted or delivered again meanwhile. Hours pass by moving all stored times.

const HOURS = 6;
const box = createSecretBox({ key: 'a1'.repeat(32) });

let context: IntegrationContext;
let pack: Pack;
let simulator: Simulator;
/** Calls of the API that left or tried to, but for the one that asks what the organisation may do. */
let calls: CallObservation[];
let running: { dispatcher: DispatcherService; clients: ClientRegistry }[];

beforeAll(async () => {
  context = await integrationDatabase('retry_layers');
  pack = await loadPack('signup-lead');
});
beforeEach(async () => {
  await context.clear();
  simulator = await startSimulator();
  [calls, running] = [[], []];
  const { accountsUrl, clientId, clientSecret, refreshToken, url } = simulator;
  const credentials = { accountsUrl, clientId, clientSecret, refreshToken, apiDomains: [url] };
  await putConnection(context.db, box, {
    id: 'c1',
    tenantId: 'portal',
    destination: 'zoho-crm',
    settings: { watch: {} },
    credentials,
  });
  const clients = registry();
  const applied = await applySetUp(await clients.clientOf('c1'), pack.mapping);
  expect(applied.kind).toBe('ok');
  await clients.close();
  calls = [];
});
afterEach(async () => {
  await stop();
  await simulator.close();
});
afterAll(() => context[Symbol.asyncDispose]());

function registry(): ClientRegistry {
  const onCall = (call: CallObservation): void => void (call.kind === 'org' || calls.push(call));
  const { db } = context;
  return new ClientRegistry({ db, locks: db, box, callTimeoutMs: 5000, onCall, logger: silentLogger });
}

/** One more relay's dispatcher, with clients of its own as another process has them. */
function start(): void {
  const clients = registry();
  const { db } = context;
  const dispatcher = new DispatcherService({
    db,
    clients,
    cleared: () => ['c1'],
    owner: `relay-${Math.random()}`,
    leaseMs: 60_000,
    batchSize: 100,
    concurrency: 2,
    logger: silentLogger,
    metrics: dispatcherMetrics(createRegistry('spec')),
    random: () => 0.5,
    gate: new DispatchGate({ db, logger: silentLogger, refreshMs: 20, random: () => 0.5 }),
  });
  dispatcher.start();
  running.push({ dispatcher, clients });
}

async function stop(): Promise<void> {
  await Promise.all(running.map(({ dispatcher }) => dispatcher.stop()));
  await Promise.all(running.map(({ clients }) => clients.close()));
  running = [];
}

/** The event as Kafka delivers it; after a rebalance it comes again, to another consumer. */
async function deliver(): Promise<void> {
  const metrics = mapperMetrics(createRegistry('spec'));
  const options = { db: context.db, mappings: [pack.mapping], topicPrefix: '', logger: silentLogger, metrics };
  const event = anEvent({ subject: 'a', data: { id: 'a', full_name: 'Ada Lovelace' } });
  await new MapperService(options).take(aBatch([aRecord(event)]));
}

interface State {
  readonly state: string;
  readonly attempts: number;
  /** Seconds until it may be claimed; null when something is under way. */
  readonly pause: number | null;
}

async function command(): Promise<State> {
  const { rows } = await sql<State>`
    select state, attempts_started as attempts,
           case when state <> 'in_flight' then extract(epoch from not_before - clock_timestamp())::double precision end as pause
      from ledger.commands`.execute(context.db);
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`${rows.length} commands`);
  return row;
}

/** Waits until nothing can happen before time passes. */
function idle(): Promise<State> {
  return until(async () => {
    for (const { dispatcher } of running) dispatcher.wake();
    const now = await command();
    return now.state === 'parked' || (now.pause !== null && now.pause > 0) ? now : null;
  });
}

async function pass(seconds: number): Promise<void> {
  const span = sql`make_interval(secs => ${seconds})`;
  await sql`update ledger.commands set not_before = not_before - ${span}, lease_until = lease_until - ${span}`.execute(
    context.db,
  );
  await sql`update ledger.circuits set until_at = until_at - ${span}`.execute(context.db);
}

async function arm(fault: object): Promise<void> {
  const answer = await fetch(`${simulator.url}/_control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(answer.ok).toBe(true);
}

/** What the schedule allows in so many hours. */
function attemptsWithin(hours: number): number {
  let [attempts, elapsed] = [0, 0];
  while (elapsed <= hours * 3600) {
    attempts += 1;
    elapsed += retryDecision(attempts, 0.5).delayMs / 1000;
  }
  return attempts;
}

describe('a command that is always rejected', () => {
  it('costs one call, though the relay is restarted, the event delivered again and hours pass', async () => {
    const details = { api_name: 'Company', json_path: '$.data[0].Company' };
    const item = { code: 'MANDATORY_NOT_FOUND', details, message: 'required field not found', status: 'error' };
    await arm({ kind: 'upsert', effect: { status: 202, body: { data: [item] } } });
    await deliver();
    start();
    await idle();
    for (let round = 0; round < 3; round += 1) {
      await stop();
      await deliver();
      await pass(3600);
      start();
      start();
      // Another record shows that the dispatchers have looked at what there is.
      await insertCommands(context.db, [aNewCommand({ user: `other-${round}`, command: { operation: 'delete', fields: {} } })]);
      await until(async () => {
        for (const { dispatcher } of running) dispatcher.wake();
        const { rows } = await sql<{ open: number }>`
          select count(*)::integer as open from ledger.commands where state in ('ready', 'in_flight', 'unknown')`.execute(
          context.db,
        );
        return rows[0]?.open === 0;
      });
      await sql`delete from ledger.commands where entity_id <> 'a'`.execute(context.db);
    }
    expect(await command()).toMatchObject({ state: 'parked', attempts: 1 });
    expect(calls.filter(({ kind }) => kind === 'upsert')).toHaveLength(1);
    expect(calls.map(({ kind }) => kind)).toEqual(['upsert', 'coql', 'coql', 'coql']);
  });
});

describe('a command whose destination is away', () => {
  it.each<[string, () => Promise<void>]>([
    ['answers that it is in trouble', () => arm({ path: '/crm/*', effect: { status: 503 } })],
    ['takes calls and never answers', () => arm({ path: '/crm/*', effect: 'drop_answer' })],
    ['refuses every connection', () => simulator.close()],
  ])('costs the schedule of pauses and no more: the CRM %s', async (_, goAway) => {
    // With a token and the limits known, so that only the command's own calls count.
    const clients = registry();
    await (await clients.clientOf('c1')).fields('Leads');
    await clients.close();
    calls = [];
    await goAway();
    await deliver();
    start();
    start();
    let elapsed = 0;
    for (;;) {
      const { attempts, pause } = await idle();
      if (pause === null || elapsed + pause > HOURS * 3600) break;
      if ([2, 5, 8, 12, 20].includes(attempts)) {
        await stop();
        await deliver();
        start();
        start();
      }
      elapsed += pause;
      await pass(pause);
    }
    const { attempts } = await command();
    expect(attempts).toBe(attemptsWithin(HOURS));
    expect(calls).toHaveLength(attempts);
  });
});

describe('a token that expired', () => {
  it('is refreshed once, however many calls of however many processes find out', async () => {
    const warm = registry();
    await (await warm.clientOf('c1')).fields('Leads');
    await warm.close();
    await fetch(`${simulator.url}/_control/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceMs: 61 * 60_000 }),
    });
    calls = [];
    // Each a call of its own, since their triggers differ.
    const seeds = Array.from({ length: 12 }, (_, at) => aNewCommand({ user: `u${at}`, command: { trigger: [`t${at}`] } }));
    await insertCommands(context.db, seeds);
    start();
    start();
    start();
    await until(async () => {
      const { rows } = await sql<{ open: number }>`
        select count(*)::integer as open from ledger.commands where state <> 'succeeded'`.execute(context.db);
      return rows[0]?.open === 0;
    });
    expect(calls.filter(({ kind }) => kind === 'token')).toHaveLength(1);
  });
});
