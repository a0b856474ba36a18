import { sql } from 'kysely';
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
import { dispatcherMetrics } from '../../apps/relay/src/dispatcher/dispatcher.metrics.ts';
import { DispatcherService } from '../../apps/relay/src/dispatcher/dispatcher.service.ts';
import { IDENTITY, zohoContext, type ZohoContext } from '../zoho/zoho.context.ts';

let crm: ZohoContext;
let database: IntegrationContext;
let dispatcher: DispatcherService;

beforeAll(async () => {
  database = await integrationDatabase('batches');
});
beforeEach(async () => {
  await database.clear();
  await database.addConnection();
  crm = await zohoContext();
  await crm.identityField('Leads');
  dispatcher = new DispatcherService({
    db: database.db,
    clients: { clientOf: () => Promise.resolve(crm.zoho) },
    cleared: () => ['c1'],
    owner: 'relay',
    leaseMs: 60_000,
    batchSize: 100,
    concurrency: 4,
    logger: silentLogger,
    metrics: dispatcherMetrics(createRegistry('spec')),
    random: () => 0,
  });
});
afterEach(async () => {
  await dispatcher.stop();
  await crm[Symbol.asyncDispose]();
});
afterAll(() => database[Symbol.asyncDispose]());

const COUNT = 30;
const users = Array.from({ length: COUNT }, (_, at) => `u${at}`);
const TOO_LONG = 'x'.repeat(200);

const insert = (of: (user: string, at: number) => NewCommandSeed['command']): Promise<void> =>
  insertCommands(
    database.db,
    users.map((user, at) =>
      aNewCommand({ user, command: { identity: { field: IDENTITY, value: user }, ...of(user, at) } }),
    ),
  );
const writeAll = (Last_Name: (at: number) => string): Promise<void> =>
  insert((_user, at) => ({ fields: { Last_Name: Last_Name(at) } }));
const arm = (kind: string, effect: unknown): Promise<unknown> => crm.act('faults', { kind, effect, count: 1 });

/** Runs until every command has ended or is parked; pauses are cut short. @returns how many ended how. */
async function run(): Promise<Record<string, number>> {
  dispatcher.start();
  await until(async () => {
    await sql`update ledger.commands set not_before = now() where state in ('ready', 'unknown') and not_before > now()`.execute(
      database.db,
    );
    const { rows } = await sql<{ open: number }>`
      select count(*)::integer as open from ledger.commands where state in ('ready', 'in_flight', 'unknown')`.execute(
      database.db,
    );
    return rows[0]?.open === 0;
  });
  const { rows } = await sql<{ state: string; count: number }>`
    select state, count(*)::integer as count from ledger.commands group by state`.execute(database.db);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

/** How many records each call of a kind had. */
async function sizes(kind: string): Promise<number[]> {
  const { calls } = (await crm.look('calls')) as { calls: { kind: string; recordCount: number }[] };
  return calls.filter((call) => call.kind === kind).map(({ recordCount }) => recordCount);
}

const names = async (): Promise<unknown[]> => (await crm.records('Leads')).map((record) => record['Last_Name']);

/** Leads for all users, made and linked. */
async function made(): Promise<void> {
  await writeAll((at) => `L${at}`);
  await run();
}

describe('a batch is split by record', () => {
  it('one that is refused is parked, the others are done, with one call', async () => {
    await writeAll((at) => (at % 10 === 3 ? TOO_LONG : `L${at}`));
    expect(await run()).toEqual({ succeeded: 27, parked: 3 });
    expect(await sizes('records.upsert')).toEqual([COUNT]);
    expect(await names()).toHaveLength(27);
  });

  it.each<[string, unknown]>([
    ['lost', 'drop_answer'],
    ['cut in the middle', { cut_answer_at: 300 }],
    ['an error', { status: 502, body: '<html/>', after: true }],
  ])('regression: whose answer is %s, does not go out again where it took effect', async (_what, effect) => {
    await writeAll((at) => (at % 10 === 3 ? TOO_LONG : `L${at}`));
    await arm('records.upsert', effect);
    expect(await run()).toEqual({ succeeded: 27, parked: 3 });
    // The second call has those alone that were not found.
    expect(await sizes('records.upsert')).toEqual([COUNT, 3]);
    expect(new Set(await names()).size).toBe(27);
  });

  it('that did not take effect at all goes out again', async () => {
    await writeAll((at) => `L${at}`);
    await arm('records.upsert', 'cut_request');
    expect(await run()).toEqual({ succeeded: COUNT });
    expect(await names()).toHaveLength(COUNT);
  });

  it('updates are read by id after a lost answer', async () => {
    await made();
    await insert((_user, at) => ({ fields: { Phone: `+4790000${String(at).padStart(3, '0')}` } }));
    await arm('records.update', 'drop_answer');
    expect(await run()).toEqual({ succeeded: 2 * COUNT });
    expect(await sizes('records.update')).toEqual([COUNT]);
  });

  it('deletes share a call, and one whose answer was lost is not repeated', async () => {
    await made();
    await insert(() => ({ operation: 'delete', fields: {} }));
    await arm('records.delete', 'drop_answer');
    expect((await run())['parked']).toBeUndefined();
    expect(await sizes('records.delete')).toHaveLength(1);
    expect(await crm.records('Leads')).toEqual([]);
  });

  it('notes share a call, and each is there once after a lost answer', async () => {
    await made();
    const content = (user: string): string => `Hello\n[causeway:portal/hello/${user}]`;
    await insert((user) => ({
      operation: 'note',
      effectKey: `portal/hello/${user}`,
      fields: { Note_Title: 'Hi', Note_Content: content(user) },
      trigger: [],
    }));
    await arm('records.insert', 'drop_answer');
    expect(await run()).toEqual({ succeeded: 2 * COUNT });
    expect(await sizes('records.insert')).toEqual([COUNT]);
    const leads = await crm.records('Leads');
    for (const { id } of leads) {
      const { notes } = (await crm.look(`notes?module=Leads&id=${String(id)}`)) as { notes: unknown[] };
      expect(notes).toHaveLength(1);
    }
  });

  it('tasks share a call, and each is there once after a lost answer', async () => {
    await made();
    await insert((user) => ({
      operation: 'task',
      effectKey: `portal/call/${user}`,
      fields: { Subject: 'Call', Status: 'Not Started', Description: `Call\n[causeway:portal/call/${user}]` },
    }));
    await arm('records.insert', 'drop_answer');
    expect(await run()).toEqual({ succeeded: 2 * COUNT });
    expect(await sizes('records.insert')).toEqual([COUNT]);
    expect(await crm.records('Tasks')).toHaveLength(COUNT);
  });
});
