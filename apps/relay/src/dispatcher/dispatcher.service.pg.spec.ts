import { sql } from 'kysely';
import { CausewayError } from '#contracts';
import { claimCommands, insertCommands, readEchoes, retryParked } from '#ledger';
import { createRegistry } from '#observability';
import {
  aNewCommand,
  capturedLogger,
  integrationDatabase,
  until,
  type CapturedLogger,
  type IntegrationContext,
  type NewCommandSeed,
} from '#testing';
import type { Throttled, Unavailable } from '#zoho';
import { FakeCrm, refusal } from '../../test/fake.crm.ts';
import type { CrmWriter } from './crm.writer.ts';
import { dispatcherMetrics } from './dispatcher.metrics.ts';
import { DispatcherService, type DispatcherOptions } from './dispatcher.service.ts';

const throttled: Throttled = { kind: 'throttled', code: 'CRM_THROTTLED', reason: '429', cause: 'calls', until: null };
const unavailable: Unavailable = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: '500' };
const revoked = refusal('invalid_code', { concerns: 'connection', code: 'CRM_GRANT_REVOKED' });

let context: IntegrationContext;
let crm: FakeCrm;
let captured: CapturedLogger;
let running: DispatcherService[];
/** Connection id -> its CRM. */
let clients: Record<string, () => CrmWriter>;

beforeAll(async () => {
  context = await integrationDatabase('dispatcher');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  crm = new FakeCrm();
  captured = capturedLogger();
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
    // One worker: two may share a claim's commands between them, which many.dispatchers.pg.spec.ts is about.
    concurrency: 1,
    // Each command for itself; queue.pg.spec.ts is about those that wait together.
    coalesce: false,
    logger: captured.logger,
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
/** Pauses are over. */
const hurry = async (): Promise<void> => {
  await sql`update ledger.commands set not_before = now()`.execute(context.db);
};

interface State {
  readonly state: string;
  readonly code: string | null;
  readonly attempts: number;
}

async function states(): Promise<State[]> {
  const { rows } = await sql<State>`
    select state, code, attempts_started as attempts from ledger.commands order by id`.execute(context.db);
  return rows;
}

const settled = (...wanted: string[]): Promise<unknown> =>
  until(async () => JSON.stringify((await states()).map(({ state }) => state)) === JSON.stringify(wanted), {
    what: wanted.join(', '),
  });
const leads = (): unknown[] =>
  crm.records('Leads').map((record) => [record['External_User_ID'], record['Last_Name'], record['Phone']]);

describe('DispatcherService', () => {
  it('sends commands in one call, and links the records', async () => {
    await insert({ user: 'a' }, { user: 'b' }, { user: 'c' });
    start();
    await settled('succeeded', 'succeeded', 'succeeded');
    expect(crm.calls).toEqual([{ call: 'upsert', module: 'Leads', count: 3, trigger: ['workflow'] }]);
    const { rows } = await sql`select record_key, record_id from ledger.links order by record_key`.execute(context.db);
    expect(rows).toEqual(
      crm.records('Leads').map((lead, index) => ({ record_key: `Leads/${'abc'[index]}`, record_id: lead.id })),
    );
    const { rows: events } = await sql`select event_type from outbox.events`.execute(context.db);
    expect(events).toHaveLength(3);
  });

  it('is woken', async () => {
    const dispatcher = start({ concurrency: 1 });
    await insert({ user: 'a' });
    dispatcher.wake();
    await settled('succeeded');
    expect(leads()).toHaveLength(1);
  });

  it('waits for connections whose set-up was not found in order', async () => {
    await insert({ user: 'a' });
    let cleared: string[] = [];
    const dispatcher = start({ cleared: () => cleared });
    dispatcher.wake();
    await dispatcher.stop();
    expect(crm.calls).toEqual([]);
    cleared = ['c1'];
    start({ cleared: () => cleared });
    await settled('succeeded');
  });

  it('sends the commands of a record in order, later ones by its id', async () => {
    await insert(
      { command: { fields: { Last_Name: 'One' } } },
      { command: { fields: { Phone: '2' } } },
      { command: { fields: { Phone: null, Last_Name: 'Three' } } },
    );
    start({ concurrency: 4 });
    await settled('succeeded', 'succeeded', 'succeeded');
    expect(crm.calls.map(({ call }) => call)).toEqual(['upsert', 'update', 'update']);
    expect(leads()).toEqual([['42', 'Three', null]]);
  });

  it('sends each lane with what it may start', async () => {
    await insert({ user: 'a', lane: 'live' }, { user: 'b', lane: 'replay' }, { user: 'c', lane: 'backfill' });
    start({ concurrency: 1 });
    await settled('succeeded', 'succeeded', 'succeeded');
    expect(crm.calls.map(({ trigger, count }) => [trigger, count])).toEqual([
      [['workflow'], 1],
      [[], 2],
    ]);
  });

  it('remembers what it sends before it sends it', async () => {
    await insert({ command: { fields: { Last_Name: 'Lovelace', Phone: null } } });
    let known: unknown;
    crm.before = async (call) => {
      if (call !== 'upsert') return;
      const echoes = await readEchoes(context.db, { connectionId: 'c1', recordKeys: ['Leads/42'] });
      known = Object.fromEntries(echoes.get('Leads/42') ?? []);
    };
    start();
    await settled('succeeded');
    expect(known).toEqual({ Last_Name: 'Lovelace', Phone: null });
  });

  it('parks a rejected record, and no other; its later commands wait until a person has acted', async () => {
    await insert({ user: 'a' }, { user: 'b' }, { user: 'b', command: { fields: { Phone: '2' } } }, { user: 'c' });
    crm.refuse = ({ External_User_ID: id }) =>
      id === 'b' ? refusal('MANDATORY_NOT_FOUND', { code: 'CRM_MANDATORY_MISSING', field: 'Company' }) : null;
    start();
    await settled('succeeded', 'parked', 'ready', 'succeeded');
    expect((await states())[1]).toEqual({ state: 'parked', code: 'CRM_MANDATORY_MISSING', attempts: 1 });
    expect(captured.lines.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ code: 'CRM_MANDATORY_MISSING', field: 'Company', commandId: '2', connection: 'c1' }),
    ]);
    crm.refuse = () => null;
    await retryParked(context.db, ['2']);
    running[0]?.wake();
    await settled('succeeded', 'succeeded', 'succeeded', 'succeeded');
    expect(leads()).toContainEqual(['b', 'Lovelace', '2']);
  });

  it.each([throttled, unavailable])('tries again what was $kind, after a pause', async (failure) => {
    await insert({ user: 'a' }, { user: 'b' });
    crm.fail('upsert', failure);
    // Closed from the first call on, so that a slow machine does not see the second one before it has looked at the first.
    let isOpen = true;
    crm.before = async () => {
      isOpen = false;
    };
    start({ cleared: () => (isOpen ? ['c1'] : []) });
    await until(async () => (await states()).every(({ attempts, state }) => attempts === 1 && state === 'ready'));
    expect(await states()).toMatchObject([{ code: failure.code }, { code: failure.code }]);
    expect(leads()).toEqual([]);
    crm.before = async () => undefined;
    isOpen = true;
    await hurry();
    running[0]?.wake();
    await settled('succeeded', 'succeeded');
    expect(crm.count('findByField')).toBe(0);
  });

  it('settles a write whose answer was lost by reading, and does not send it twice', async () => {
    await insert({ user: 'a' }, { user: 'a', command: { fields: { Phone: '2' } } });
    crm.lose('upsert');
    start();
    await settled('unknown', 'ready');
    await hurry();
    running[0]?.wake();
    await settled('succeeded', 'succeeded');
    expect(crm.calls.map(({ call }) => call)).toEqual(['upsert', 'findByField', 'update']);
    expect(leads()).toEqual([['a', 'Lovelace', '2']]);
  });

  it('sends again a write whose answer was lost and that did not take effect', async () => {
    await insert({ user: 'a' });
    crm.fail('upsert', { kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN', reason: 'TIMEOUT' });
    start();
    await settled('unknown');
    await hurry();
    running[0]?.wake();
    await settled('succeeded');
    expect(crm.calls.map(({ call }) => call)).toEqual(['upsert', 'findByField', 'upsert']);
    expect(leads()).toHaveLength(1);
  });

  it('reads before it goes on with what a dead process left in flight', async () => {
    await insert({ user: 'a' }, { user: 'b' });
    await claimCommands(context.db, { owner: 'dead', leaseMs: -1000, limit: 10, connectionIds: ['c1'] });
    crm.put('Leads', { External_User_ID: 'a', Last_Name: 'Lovelace' });
    start();
    await settled('succeeded', 'succeeded');
    expect(crm.calls.map(({ call, count }) => [call, count])).toEqual([
      ['findByField', 2],
      ['upsert', 1],
    ]);
    expect(leads()).toHaveLength(2);
  });

  it('leaves unknown what cannot be read, and goes on with the others', async () => {
    await insert({ user: 'a' });
    await claimCommands(context.db, { owner: 'dead', leaseMs: -1000, limit: 10, connectionIds: ['c1'] });
    await insert({ user: 'b' });
    crm.fail('findByField', unavailable);
    start();
    await settled('unknown', 'succeeded');
    expect(leads()).toHaveLength(1);
  });

  it('deletes by link, and then knows the record no more', async () => {
    await insert({ user: 'a' });
    const dispatcher = start();
    await settled('succeeded');
    await insert({ user: 'a', command: { operation: 'delete', fields: {}, trigger: [] } }, { user: 'a' });
    dispatcher.wake();
    await settled('succeeded', 'succeeded', 'succeeded');
    expect(crm.calls.map(({ call }) => call)).toEqual(['upsert', 'remove', 'upsert']);
    expect(leads()).toHaveLength(1);
  });

  it('makes nothing that is deleted before it was sent', async () => {
    await insert({ user: 'a' }, { user: 'a', command: { operation: 'delete', fields: {}, trigger: [] } });
    start();
    await settled('skipped', 'succeeded');
    expect(crm.calls.map(({ call }) => call)).toEqual(['findByField']);
    expect(leads()).toEqual([]);
  });

  it('follows a Lead that a person converted', async () => {
    await insert({ user: 'a' });
    const dispatcher = start();
    await settled('succeeded');
    const contact = crm.convertByPerson(crm.records('Leads')[0]?.id ?? '');
    await insert(
      { user: 'a', command: { fields: { Phone: '1' } } },
      { user: 'a', command: { fields: { Phone: '2' } } },
    );
    dispatcher.wake();
    await settled('succeeded', 'succeeded', 'succeeded');
    expect(crm.records('Contacts')).toEqual([{ id: contact, Last_Name: 'Lovelace', Phone: '2' }]);
    const { rows } = await sql`select module, record_id, generation from ledger.links`.execute(context.db);
    expect(rows).toEqual([{ module: 'Contacts', record_id: contact, generation: 2 }]);
  });

  it('parks the record that a person deleted, and no other', async () => {
    await insert({ user: 'a' }, { user: 'b' });
    const dispatcher = start();
    await settled('succeeded', 'succeeded');
    crm.take('Leads', crm.records('Leads')[0]?.id ?? '');
    await insert(
      { user: 'a', command: { fields: { Phone: '1' } } },
      { user: 'b', command: { fields: { Phone: '1' } } },
    );
    dispatcher.wake();
    await settled('succeeded', 'succeeded', 'parked', 'succeeded');
    expect((await states())[2]?.code).toBe('deleted_in_crm');
    expect(crm.records('Leads')).toHaveLength(1);
  });

  it('finishes the call under way when it is stopped', async () => {
    await insert({ user: 'a' });
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    crm.before = () => opened;
    const dispatcher = start();
    await until(() => crm.count('upsert') === 1);
    const stopped = dispatcher.stop();
    open();
    await stopped;
    await settled('succeeded');
    expect(leads()).toHaveLength(1);
  });
});

describe('a connection that is refused', () => {
  const connection = async (): Promise<unknown> =>
    (await sql`select state, state_code, state_reason from connections.connections where id = 'c1'`.execute(context.db))
      .rows[0];
  const stopped = { state: 'action_needed', state_code: 'CRM_GRANT_REVOKED', state_reason: 'invalid_code' };

  it('is stopped, and its commands wait until it is active again', async () => {
    await insert({ user: 'a' }, { user: 'b' });
    crm.fail('upsert', revoked);
    start();
    await settled('ready', 'ready');
    await until(async () => JSON.stringify(await connection()) === JSON.stringify(stopped));
    await until(async () => (await states()).every(({ state, attempts }) => state === 'ready' && attempts === 1));
    expect(captured.lines).toContainEqual(
      expect.objectContaining({ level: 'error', connection: 'c1', code: 'CRM_GRANT_REVOKED' }),
    );
    await hurry();
    running[0]?.wake();
    await sql`update connections.connections set state = 'active'`.execute(context.db);
    running[0]?.wake();
    await settled('succeeded', 'succeeded');
    expect(crm.count('upsert')).toBe(2);
  });

  it('regression: is stopped as well when reading is refused', async () => {
    await insert({ user: 'a' });
    await claimCommands(context.db, { owner: 'dead', leaseMs: -1000, limit: 10, connectionIds: ['c1'] });
    crm.fail('findByField', revoked);
    start();
    await until(async () => JSON.stringify(await connection()) === JSON.stringify(stopped));
    expect(crm.count('upsert')).toBe(0);
  });
});

describe('tenants', () => {
  let other: FakeCrm;

  beforeEach(async () => {
    other = new FakeCrm();
    clients = { c1: () => crm, c2: () => other };
    await context.addConnection({ id: 'c2', tenantId: 'other' });
  });

  it('have their own records, though their users have the same ids', async () => {
    await insert(
      { user: 'a', connectionId: 'c1' },
      { user: 'a', connectionId: 'c2', command: { fields: { Phone: '2' } } },
    );
    start();
    await settled('succeeded', 'succeeded');
    expect(leads()).toEqual([['a', 'Lovelace', undefined]]);
    expect(other.records('Leads')).toEqual([expect.objectContaining({ External_User_ID: 'a', Phone: '2' })]);
  });

  it('regression: one whose client cannot be made does not hold up another in the same claim', async () => {
    clients['c1'] = () => {
      throw new CausewayError('SECRET_UNREADABLE');
    };
    await insert({ user: 'a', connectionId: 'c1' }, { user: 'b', connectionId: 'c2' });
    start({ concurrency: 1 });
    await settled('ready', 'succeeded');
    expect((await states())[0]).toMatchObject({ code: 'CRM_UNAVAILABLE', attempts: 1 });
    expect(captured.lines).toContainEqual(
      expect.objectContaining({ level: 'error', connection: 'c1', code: 'SECRET_UNREADABLE' }),
    );
  });

  it('regression: what is unknown stays so while its client cannot be made', async () => {
    await insert({ user: 'a' });
    await claimCommands(context.db, { owner: 'dead', leaseMs: -1000, limit: 10, connectionIds: ['c1'] });
    clients['c1'] = missing;
    start();
    await settled('unknown');
    expect(crm.calls).toEqual([]);
  });

  it('regression: one whose CRM breaks the client does not hold up another in the same claim', async () => {
    crm.before = () => Promise.reject(new Error('a bug in the client'));
    await insert({ user: 'a', connectionId: 'c1' }, { user: 'b', connectionId: 'c2' });
    start({ concurrency: 1 });
    await settled('in_flight', 'succeeded');
    expect(captured.lines).toContainEqual(expect.objectContaining({ connection: 'c1', reason: 'a bug in the client' }));
  });
});
