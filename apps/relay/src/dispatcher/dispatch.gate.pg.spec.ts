import { sql } from 'kysely';
import { dropHold, putHold, readCircuits, releaseRecord, type HoldScope } from '#ledger';
import { silentLogger, until } from '#testing';
import type { Unavailable } from '#zoho';
import { DispatcherContext } from '../../test/dispatcher.context.ts';
import { DispatchGate } from './dispatch.gate.ts';

const away: Unavailable = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'ECONNREFUSED' };
const anything: HoldScope = { connectionId: null, pack: null, operation: null, module: null, recordKey: null };

let context: DispatcherContext;

beforeAll(async () => {
  context = await DispatcherContext.open('dispatch_gate');
});
beforeEach(() => context.reset());
afterEach(() => context.stop());
afterAll(() => context.database[Symbol.asyncDispose]());

const states = async (): Promise<string[]> => (await context.commands()).map(({ state }) => state);
const settled = (...wanted: string[]): Promise<unknown> =>
  until(async () => (await states()).join() === wanted.join(), { what: `commands ${wanted.join()}` });
const gate = (): DispatchGate =>
  new DispatchGate({ db: context.database.db, logger: silentLogger, refreshMs: 20, random: () => 0.5 });
const users = (count: number): { user: string }[] => Array.from({ length: count }, (_, at) => ({ user: `u${at}` }));
const circuit = async (): Promise<string> => (await readCircuits(context.database.db))[0]?.state ?? 'none';

/** Pauses of commands and circuits are over. */
async function later(): Promise<void> {
  await sql`update ledger.circuits set until_at = now() where state <> 'closed'`.execute(context.database.db);
  await context.hurry();
}

describe('the circuit of a connection', () => {
  async function failFiveTimes(): Promise<void> {
    for (let call = 0; call < 50; call += 1) context.crm.fail('upsert', away);
    // One command a call, so that five calls fail.
    context.start({ batchSize: 1, gate: gate() });
    await until(async () => (await circuit()) === 'open', { what: 'an open circuit' });
  }

  it('opens after five calls that failed, and nothing more goes out, whoever starts', async () => {
    await context.insert(...users(20));
    await failFiveTimes();
    await until(async () => (await states()).every((state) => state === 'ready'));
    expect(context.crm.count('upsert')).toBe(5);
    await context.stop();
    context.start({ gate: gate() });
    await context.hurry();
    await context.insert({ user: 'new' });
    // The other connection is none of its business, and shows that the dispatcher is at work.
    await context.database.addConnection({ id: 'c2', tenantId: 'other' });
    context.clients['c2'] = context.crm;
    await context.insert({ user: 'elsewhere', connectionId: 'c2' });
    await until(async () => (await states()).includes('succeeded') || context.crm.count('upsert') > 5);
    expect(context.crm.count('upsert')).toBe(6);
    expect(await circuit()).toBe('open');
  });

  it('lets one command try when its pause is over: that fails, and the pause is longer', async () => {
    await context.insert(...users(20));
    await failFiveTimes();
    await later();
    await until(() => context.crm.count('upsert') === 6);
    await until(async () => (await readCircuits(context.database.db))[0]?.trips === 2);
    expect(context.crm.calls.at(-1)?.count).toBe(1);
  });

  it('closes with the first answer, and all that waits goes out', async () => {
    await context.insert(...users(8));
    for (let call = 0; call < 5; call += 1) context.crm.fail('upsert', away);
    context.start({ batchSize: 1, gate: gate() });
    await until(async () => (await circuit()) === 'open');
    await later();
    await until(async () => (await circuit()) === 'closed');
    await context.hurry();
    await settled(...users(8).map(() => 'succeeded'));
    expect(context.crm.count('upsert')).toBe(5 + 8);
  });

  it('goes on looking while there is nothing to try with', async () => {
    await context.insert(...users(5));
    await failFiveTimes();
    await sql`update ledger.circuits set until_at = now()`.execute(context.database.db);
    await sql`update ledger.commands set not_before = now() + interval '1 hour'`.execute(context.database.db);
    await until(async () => (await circuit()) === 'open');
    await context.hurry();
    await until(() => context.crm.count('upsert') === 6);
  });
});

describe('what a person holds', () => {
  it.each<[string, Partial<HoldScope>]>([
    ['its connection and record', { connectionId: 'c1', recordKey: 'Leads/a' }],
    ['its record', { recordKey: 'Leads/a' }],
  ])('waits by %s; the others go on, and it follows when it is let go', async (_, part) => {
    const scope = { ...anything, ...part };
    const { db } = context.database;
    await putHold(db, scope, { reason: 'a spec', by: 'spec' });
    await context.insert({ user: 'a' }, { user: 'b' }, { user: 'a', command: { fields: { Phone: '1' } } });
    const dispatcher = context.start({ gate: gate() });
    await settled('ready', 'succeeded', 'ready');
    await dropHold(db, scope);
    dispatcher.wake();
    // Let go together, the later write goes out with the first.
    await settled('succeeded', 'succeeded', 'skipped');
  });

  it.each<[string, Partial<HoldScope>]>([
    ['pack', { pack: 'signup-lead' }],
    ['command type', { operation: 'write', module: 'Leads' }],
    ['connection', { connectionId: 'c1' }],
  ])('waits by its %s', async (_, part) => {
    const { db } = context.database;
    await context.database.addConnection({ id: 'c2', tenantId: 'other' });
    context.clients['c2'] = context.crm;
    await putHold(db, { ...anything, ...part }, { reason: 'a spec', by: 'spec' });
    await context.insert(
      { user: 'a' },
      {
        user: 'b',
        connectionId: 'c2',
        mapping: 'another',
        command: { module: 'Contacts', identity: { field: 'Email', value: 'b@example.test' } },
      },
    );
    context.start({ gate: gate() });
    await settled('ready', 'succeeded');
    expect(context.crm.calls).toHaveLength(1);
  });

  it('goes back when it was claimed already, and its attempt is not counted', async () => {
    await context.insert({ user: 'a' }, { user: 'b', command: { trigger: [] } });
    // Two calls; while the first one is under way a person stops the second.
    let first = true;
    context.crm.before = async () => {
      if (!first) return;
      first = false;
      await putHold(context.database.db, { ...anything, recordKey: 'Leads/b' }, { reason: 'a spec', by: 'spec' });
    };
    context.start({ gate: gate() });
    await settled('succeeded', 'ready');
    const { rows } = await sql<object>`
      select c.attempts_started, c.attempts_finished, c.failures, c.throttles, a.outcome
        from ledger.commands c join ledger.attempts a on a.command_id = c.id where c.id = 2`.execute(
      context.database.db,
    );
    expect(rows).toEqual([
      { attempts_started: 1, attempts_finished: 1, failures: 0, throttles: 1, outcome: 'held' },
    ]);
    expect(context.crm.calls).toHaveLength(1);
  });
});

describe('quiet hours', () => {
  it('hold what is of their lanes until they are over', async () => {
    const quietHours = { timeZone: 'UTC', windows: [{ from: '20:00', to: '06:00' }], lanes: ['live'] };
    await sql`
      update connections.connections set settings = ${JSON.stringify({ quietHours })}::jsonb where id = 'c1'`.execute(
      context.database.db,
    );
    let now = new Date('2026-05-05T23:00:00Z');
    const own = new DispatchGate({
      db: context.database.db,
      logger: silentLogger,
      refreshMs: 20,
      clock: () => now,
    });
    await context.insert({ user: 'a' }, { user: 'b', lane: 'backfill' });
    const dispatcher = context.start({ gate: own });
    await settled('ready', 'succeeded');
    now = new Date('2026-05-06T06:00:00Z');
    dispatcher.wake();
    await settled('succeeded', 'succeeded');
  });
});

describe('a record that is left alone', () => {
  it('has its later commands skipped without a call', async () => {
    await releaseRecord(context.database.db, { connectionId: 'c1', recordKey: 'Leads/a' });
    await context.insert({ user: 'a' }, { user: 'b' });
    context.start({ gate: gate() });
    await settled('skipped', 'succeeded');
    expect((await context.commands())[0]).toMatchObject({ reason: 'released' });
    expect(context.crm.records('Leads')).toHaveLength(1);
    const { rows } = await sql<{ cause: string }>`
      select payload->>'cause' as cause from outbox.events where event_type = 'crm.command.skipped'`.execute(
      context.database.db,
    );
    expect(rows).toEqual([{ cause: 'released' }]);
  });
});
