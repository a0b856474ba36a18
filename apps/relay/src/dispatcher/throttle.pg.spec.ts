import { sql } from 'kysely';
import { dropThrottle, putThrottle, type Throttle } from '#ledger';
import { silentLogger, until } from '#testing';
import { DispatcherContext } from '../../test/dispatcher.context.ts';
import { DispatchGate } from './dispatch.gate.ts';

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('throttle');
});
beforeEach(() => context.reset());
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

/** So slow that nothing gathers within a test. */
const SLOW = 0.0001;
const scope = {
  direction: 'out',
  connectionId: null,
  pack: null,
  operation: null,
  module: null,
  recordKey: null,
} as const;
const users = (count: number, prefix = 'u'): { user: string }[] =>
  Array.from({ length: count }, (_, at) => ({ user: `${prefix}${at}` }));
const gate = (): DispatchGate => new DispatchGate({ db: context.database.db, logger: silentLogger, refreshMs: 20 });
const start = (): unknown => context.start({ gate: gate(), pollMs: 20 });

async function throttle(seed: Partial<Throttle>, tokens: number): Promise<void> {
  const { db } = context.database;
  await putThrottle(db, { ...scope, unit: 'commands', perSecond: SLOW, reason: 'r', by: 'ada', ...seed });
  await sql`update ledger.throttles set tokens = ${tokens}, per_second = ${seed.perSecond ?? 1000}, filled_at = now() + interval '1 hour'
             where connection_id is not distinct from ${seed.connectionId ?? null}`.execute(db);
}

async function count(state: string): Promise<number> {
  return (await context.commands()).filter((command) => command.state === state).length;
}

/** Everything that could go has gone: a connection without a throttle was served after it. */
async function othersPass(): Promise<void> {
  await context.database.addConnection({ id: 'c2', tenantId: 'other' });
  context.clients['c2'] = context.crm;
  await context.insert({ user: 'elsewhere', connectionId: 'c2' });
  await until(
    async () => {
      const { rows } =
        await sql`select 1 from ledger.commands where connection_id = 'c2' and state = 'succeeded'`.execute(
          context.database.db,
        );
      return rows.length === 1;
    },
    { what: 'the command of the other connection' },
  );
}

describe('a throttled connection', () => {
  it('lets as many commands go as there are tokens, and claims no more than that', async () => {
    await throttle({ connectionId: 'c1' }, 3);
    await context.insert(...users(10));
    start();
    await until(async () => (await count('succeeded')) === 3);
    await othersPass();
    expect([await count('ready'), await count('succeeded')]).toEqual([7, 3 + 1]);
    const { rows } = await sql<{ attempts: number }>`
      select sum(attempts_started)::integer as attempts from ledger.commands where connection_id = 'c1'`.execute(
      context.database.db,
    );
    expect(rows[0]?.attempts).toBe(3);
  });

  it('counts over all processes together', async () => {
    await throttle({ connectionId: 'c1' }, 4);
    await context.insert(...users(30));
    start();
    start();
    start();
    await until(async () => (await count('succeeded')) >= 4);
    await othersPass();
    expect(await count('succeeded')).toBe(4 + 1);
  });

  it('by calls: one call carries many commands', async () => {
    await throttle({ connectionId: 'c1', unit: 'calls' }, 1);
    await context.insert(...users(30));
    context.start({ gate: gate(), pollMs: 20, batchSize: 10 });
    await until(async () => (await count('succeeded')) === 10);
    await othersPass();
    expect(await count('succeeded')).toBe(10 + 1);
  });

  it('goes on as tokens come, keeps the order, and at once when it is cleared', async () => {
    await throttle({ connectionId: 'c1' }, 1);
    await context.insert(...users(5));
    start();
    await until(async () => (await count('succeeded')) === 1);
    await sql`update ledger.throttles set tokens = 2`.execute(context.database.db);
    await until(async () => (await count('succeeded')) === 3);
    expect((await context.commands()).map(({ state }) => state)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
      'ready',
      'ready',
    ]);
    await dropThrottle(context.database.db, { ...scope, connectionId: 'c1' });
    await until(async () => (await count('succeeded')) === 5);
  });

  it('takes effect in a process that runs, for a pack or a record alone', async () => {
    await context.insert({ user: 'first' });
    start();
    await until(async () => (await count('succeeded')) === 1);
    await throttle({ pack: 'signup-lead', recordKey: 'Leads/u0' }, 0);
    const running = gate();
    await running.refresh();
    expect(running.isThrottled('c1')).toBe(true);
    // Longer than the process that runs needs to hear of it: it knows by the time that it has looked twice.
    await until(async () => {
      await context.insert({ user: 'probe', command: { fields: { Last_Name: 'Again' } } });
      return (await count('succeeded')) > 3;
    });
    await context.insert(...users(3));
    await until(async () => (await states('u1', 'u2')).every((state) => state === 'succeeded'));
    expect(await states('u0')).toEqual(['ready']);
  });

  async function states(...entities: string[]): Promise<string[]> {
    const { rows } = await sql<{ state: string }>`
      select state from ledger.commands where entity_id = any(${entities}::text[])`.execute(context.database.db);
    return rows.map(({ state }) => state);
  }
});
