import { sql } from 'kysely';
import { COMMANDS_CHANNEL, putEchoes } from '#ledger';
import { createRegistry } from '#observability';
import { listen } from '#postgres';
import { until } from '#testing';
import { DispatcherContext } from '../../test/dispatcher.context.ts';
import { FakeCrm } from '../../test/fake.crm.ts';
import { dispatcherMetrics } from './dispatcher.metrics.ts';
import type { DispatcherService } from './dispatcher.service.ts';

/** Longer than any test: what happens did not happen by polling. */
const NEVER_MS = 3_600_000;

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('queue');
});
beforeEach(() => context.reset());
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

const states = async (): Promise<string[]> => (await context.commands()).map(({ state }) => state);
const allDone = (): Promise<unknown> =>
  until(async () => (await states()).every((state) => state === 'succeeded' || state === 'skipped'), {
    what: 'all done',
  });
const write = (user: string, fields: Record<string, string | null>, rest = {}) => ({
  user,
  command: { fields, ...rest },
});
const clients = () => ({ clientOf: async (id: string) => context.clients[id] ?? context.crm });

/** Wakes a dispatcher as the relay does. */
async function heard(dispatcher: DispatcherService): Promise<() => Promise<void>> {
  const onNotify = (id: string | null): void => dispatcher.wake(id === null || id === '' ? undefined : id);
  const listener = await listen({ url: context.database.url, channel: COMMANDS_CHANNEL, onNotify });
  return () => listener.close();
}

describe('a command is sent when it is there', () => {
  it('by the notification of its connection, long before the next look', async () => {
    const dispatcher = context.start({ pollMs: NEVER_MS });
    const close = await heard(dispatcher);
    // The first look, and the one that the listener's start asks for, are over when this one is done.
    await context.insert(write('first', { Phone: '1' }));
    await allDone();
    const started = performance.now();
    await context.insert(write('second', { Phone: '1' }));
    await until(() => context.crm.records('Leads').length === 2);
    // A look would have come in an hour; the bound is wide for a busy machine.
    expect(performance.now() - started).toBeLessThan(5000);
    await close();
  });

  it('and the next of its record as soon as the one before is done', async () => {
    context.start({ pollMs: NEVER_MS, coalesce: false });
    await context.insert(write('a', { Phone: '1' }), write('a', { Phone: '2' }), write('a', { Phone: '3' }));
    context.start({ pollMs: NEVER_MS, coalesce: false }).wake();
    await allDone();
    expect(context.crm.records('Leads')).toEqual([expect.objectContaining({ Phone: '3' })]);
  });
});

describe('connections do not hold each other up', () => {
  it('a CRM that does not answer stops its own commands only', async () => {
    await context.database.addConnection({ id: 'c2', tenantId: 'other' });
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const slow = new FakeCrm();
    slow.before = () => opened;
    context.clients = { c1: slow, c2: context.crm };
    await context.insert(
      ...Array.from({ length: 40 }, (_, at) => write(`slow${at}`, { Phone: '1' })),
      ...Array.from({ length: 5 }, (_, at) => ({ ...write(`fast${at}`, { Phone: '1' }), connectionId: 'c2' })),
    );
    context.start({ concurrency: 2, batchSize: 2 });
    await until(() => context.crm.records('Leads').length === 5);
    expect(slow.records('Leads')).toEqual([]);
    open();
    await allDone();
    expect(slow.records('Leads')).toHaveLength(40);
  });

  it('100,000 waiting commands of one tenant do not delay the single one of another', async () => {
    await context.database.addConnection({ id: 'c2', tenantId: 'other' });
    await sql`
      insert into ledger.commands
        (connection_id, record_key, product, entity_type, entity_id, mapping, mapping_version, event_id, occurred_at, lane, operation,
         module, identity_field, identity_value, fields, trigger, when_converted)
      select 'c1', 'Leads/u' || i, 'portal', 'user', 'u' || i, 'signup-lead', 1, 'e' || i, now(), 'live', 'write', 'Leads',
             'External_User_ID', 'u' || i, '{"Phone": "1"}', '{}', 'follow'
        from generate_series(1, 100000) i`.execute(context.database.db);
    await context.insert({ ...write('single', { Phone: '1' }), connectionId: 'c2' });
    const many = new FakeCrm();
    many.before = () => new Promise((resolve) => setImmediate(resolve));
    context.clients = { c1: many, c2: context.crm };
    context.start({ concurrency: 4 });
    await until(() => context.crm.records('Leads').length === 1);
    await until(
      async () =>
        (
          await sql<{ state: string }>`
      select state from ledger.commands where connection_id = 'c2'`.execute(context.database.db)
        ).rows[0]?.state === 'succeeded',
    );
    // The other tenant has hardly begun.
    expect(many.records('Leads').length).toBeLessThan(50_000);
    await context.stop();
  });

  it('calls of one claim go out side by side, as many as may', async () => {
    let [running, most] = [0, 0];
    const { promise: full, resolve } = Promise.withResolvers<void>();
    context.crm.before = async () => {
      most = Math.max(most, (running += 1));
      if (running === 3) resolve();
      await full;
      running -= 1;
    };
    await context.insert(...Array.from({ length: 12 }, (_, at) => write(`u${at}`, { Phone: '1' })));
    context.start({ concurrency: 3, batchSize: 1 });
    await allDone();
    expect(most).toBe(3);
    expect(context.crm.count('upsert')).toBe(12);
  });
});

describe('what waits is merged', () => {
  it('into one call, with a result as if each had gone out', async () => {
    const metrics = dispatcherMetrics(createRegistry('spec'));
    await context.insert(
      write('a', { Last_Name: 'A', Phone: '1' }),
      write('a', { Phone: '2' }),
      write('b', { Last_Name: 'B' }),
      write('a', { Email: 'a@example.test', Phone: null }),
    );
    context.start({ metrics });
    await allDone();
    expect(context.crm.calls).toEqual([{ call: 'upsert', module: 'Leads', count: 2, trigger: ['workflow'] }]);
    expect(context.crm.records('Leads')).toMatchObject([
      { Last_Name: 'A', Phone: null, Email: 'a@example.test' },
      { Last_Name: 'B' },
    ]);
    expect((await metrics.merged.get()).values).toMatchObject([{ value: 2, labels: { connection: 'c1' } }]);
  });

  it('not where that is switched off', async () => {
    await context.insert(write('a', { Phone: '1' }), write('a', { Phone: '2' }));
    context.start({ coalesce: false });
    await allDone();
    expect(context.crm.calls.map(({ call }) => call)).toEqual(['upsert', 'update']);
  });
});

describe('what the CRM has is not sent again', () => {
  const update = async (fields: Record<string, string | null>): Promise<void> => {
    await context.insert(write('a', fields));
    await allDone();
  };

  it('an update with nothing left makes no call, one with something left sends that', async () => {
    const metrics = dispatcherMetrics(createRegistry('spec'));
    context.start({ metrics });
    await update({ Last_Name: 'A', Phone: '1', Email: null });
    await update({ Phone: '1' });
    expect(context.crm.calls.map(({ call }) => call)).toEqual(['upsert']);
    expect((await context.commands()).at(-1)).toMatchObject({ state: 'succeeded', reason: 'saved' });
    const { rows } = await sql<{ outcome: string; reason: string | null }>`
      select outcome, reason from ledger.attempts order by command_id`.execute(context.database.db);
    expect(rows.at(-1)).toEqual({ outcome: 'succeeded', reason: 'saved' });
    const told = await sql<{ payload: unknown }>`select payload from outbox.events order by created_at`.execute(
      context.database.db,
    );
    expect(told.rows.at(-1)?.payload).toMatchObject({ state: 'succeeded', saved: true, record_id: '701' });
    const written: unknown[] = [];
    context.crm.before = async (_call, records) => void written.push(...records);
    await update({ Phone: '2', Last_Name: 'A' });
    expect(written).toEqual([{ id: '701', Phone: '2' }]);
    expect((await metrics.saved.get()).values[0]?.value).toBe(1);
    expect((await metrics.savedFields.get()).values[0]?.value).toBe(2);
    await update({ Phone: '2' });
    expect(context.crm.count('update')).toBe(1);
  });

  it('a value that a person changed since is sent', async () => {
    context.start();
    await update({ Phone: '1' });
    const seen = {
      connectionId: 'c1',
      recordKey: 'Leads/a',
      field: 'Phone',
      value: '9',
      before: '1',
      source: 'seen',
    } as const;
    await putEchoes(context.database.db, [seen]);
    await update({ Phone: '1' });
    expect(context.crm.count('update')).toBe(1);
  });

  it('a value whose write was refused is sent', async () => {
    context.start();
    await update({ Phone: '1' });
    context.crm.refuse = () => ({
      kind: 'rejected',
      code: 'CRM_REJECTED',
      zohoCode: 'INVALID_DATA',
      reason: 'no',
      field: 'Phone',
      concerns: 'record',
      gone: false,
      other: null,
    });
    await context.insert(write('a', { Phone: '2' }));
    await until(async () => (await states()).includes('parked'));
    context.crm.refuse = () => null;
    await sql`update ledger.commands set state = 'skipped' where state = 'parked'`.execute(context.database.db);
    // The CRM holds 1 still, but what we sent last is 2, and nobody has said what became of it.
    await update({ Phone: '1' });
    expect(context.crm.count('update')).toBe(2);
    expect(context.crm.records('Leads')).toMatchObject([{ Phone: '1' }]);
  });

  it('what went to the record of before is sent to the new one', async () => {
    context.start();
    await update({ Phone: '1' });
    const other = context.crm.put('Leads', { Phone: 'x' });
    await sql`
      update ledger.links set record_id = ${other}, generation = generation + 1 where record_key = 'Leads/a'`.execute(
      context.database.db,
    );
    await update({ Phone: '1' });
    expect(context.crm.records('Leads').map(({ Phone }) => Phone)).toEqual(['1', '1']);
  });
});

describe('company', () => {
  it('is waited for while credits are short, and a look finds the command when its time is over', async () => {
    context.start({
      clients: { ...clients(), creditsShort: () => true },
      batchWaitMs: 2500,
      pollMs: NEVER_MS,
      concurrency: 4,
    });
    const dispatcher = context.start({
      clients: { ...clients(), creditsShort: () => true },
      batchWaitMs: 2500,
      pollMs: NEVER_MS,
    });
    for (const user of ['a', 'b', 'c']) {
      await context.insert(write(user, { Phone: '1' }));
      dispatcher.wake('c1');
    }
    await allDone();
    expect(context.crm.calls.map(({ call, count }) => [call, count])).toEqual([['upsert', 3]]);
  });

  it('is not waited for while they are not', async () => {
    const dispatcher = context.start({ clients: { ...clients(), creditsShort: () => false }, batchWaitMs: NEVER_MS });
    await context.insert(write('a', { Phone: '1' }));
    dispatcher.wake('c1');
    await allDone();
    expect(context.crm.count('upsert')).toBe(1);
  });
});
