import { sql } from 'kysely';
import { CausewayError } from '#contracts';
import { insertCommands } from '#ledger';
import { createRegistry } from '#observability';
import {
  aNewCommand,
  integrationDatabase,
  silentLogger,
  until,
  type IntegrationContext,
  type NewCommandSeed,
} from '#testing';
import { FakeCrm } from '../../test/fake.crm.ts';
import type { CrmWriter } from './crm.writer.ts';
import { dispatcherMetrics } from './dispatcher.metrics.ts';
import { DispatcherService, type DispatcherOptions } from './dispatcher.service.ts';

let context: IntegrationContext;
let crm: FakeCrm;
let running: DispatcherService[];
/** Connection id -> its CRM. */
let clients: Record<string, () => CrmWriter>;

beforeAll(async () => {
  context = await integrationDatabase('dispatchers');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  crm = new FakeCrm();
  clients = { c1: () => crm };
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((dispatcher) => dispatcher.stop()));
});
afterAll(() => context[Symbol.asyncDispose]());

function start(seed: Partial<DispatcherOptions> = {}): DispatcherService {
  const dispatcher = new DispatcherService({
    db: context.db,
    clients: { clientOf: async (id) => (clients[id] ?? missing)() },
    cleared: () => Object.keys(clients),
    owner: `relay-${running.length}`,
    leaseMs: 60_000,
    batchSize: 100,
    concurrency: 2,
    logger: silentLogger,
    metrics: dispatcherMetrics(createRegistry('spec')),
    random: () => 0,
    ...seed,
  });
  running.push(dispatcher);
  dispatcher.start();
  return dispatcher;
}

function missing(): never {
  throw new CausewayError('CONNECTION_MISSING');
}

const insert = (...seeds: NewCommandSeed[]): Promise<void> => insertCommands(context.db, seeds.map(aNewCommand));

async function states(): Promise<{ state: string }[]> {
  const { rows } = await sql<{ state: string }>`select state from ledger.commands order by id`.execute(context.db);
  return rows;
}

const settled = (...wanted: string[]): Promise<unknown> =>
  until(async () => JSON.stringify((await states()).map(({ state }) => state)) === JSON.stringify(wanted), {
    what: wanted.join(', '),
  });

describe('many dispatchers', () => {
  it('send each command once and keep the order of each record', async () => {
    const seeds = Array.from({ length: 200 }, (_, index) => ({
      user: `u${index % 17}`,
      command: { fields: { Last_Name: 'x', Phone: String(index) } },
    }));
    await insert(...seeds);
    const written: Record<string, number[]> = {};
    crm.before = (_call, records) => {
      for (const record of records) {
        const key = String(Number(record['Phone']) % 17);
        (written[key] ??= []).push(Number(record['Phone']));
      }
      return new Promise((resolve) => setImmediate(resolve));
    };
    for (let turn = 0; turn < 3; turn += 1) start({ concurrency: 2, batchSize: 7 });
    await until(async () => (await states()).every(({ state }) => state === 'succeeded'));
    const all = Object.values(written).flat();
    expect(all).toHaveLength(200);
    for (const phones of Object.values(written)) expect(phones).toEqual(phones.toSorted((a, b) => a - b));
    expect(crm.records('Leads')).toHaveLength(17);
  });

  it('regression: one whose claim ran out does not send after another took over', async () => {
    await context.addConnection({ id: 'c2', tenantId: 'other' });
    const other = new FakeCrm();
    // The first connection of the claim is slow, so slow that the lease of the second one's command runs out.
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    crm.before = () => opened;
    clients = { c1: () => crm, c2: () => other };
    await insert(
      { user: 'slow', connectionId: 'c1' },
      { user: 'a', connectionId: 'c2', command: { fields: { Phone: '1' } } },
      { user: 'a', connectionId: 'c2', command: { fields: { Phone: '2' } } },
    );
    const late = start({ concurrency: 1, leaseMs: 40 });
    await until(() => crm.count('upsert') === 1);
    start({ concurrency: 1, cleared: () => ['c2'] });
    await settled('in_flight', 'succeeded', 'succeeded');
    open();
    await late.stop();
    expect(other.records('Leads')).toEqual([expect.objectContaining({ Phone: '2' })]);
    expect(other.calls.map(({ call }) => call)).toEqual(['findByField', 'upsert', 'update']);
  });
});
