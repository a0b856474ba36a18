import { sql } from 'kysely';
import { listen } from '#postgres';
import { aNewCommand, until } from '#testing';
import { LedgerContext } from '../../test/ledger.context.ts';
import { COMMANDS_CHANNEL, insertCommands } from './command.insert.ts';
import { countOpenCommands, countWaitingBehindParked } from './command.counts.ts';

let ledger: LedgerContext;

beforeAll(async () => {
  ledger = await LedgerContext.open('ledger_insert');
});
beforeEach(() => ledger.reset());
afterAll(() => ledger.close());

describe('insertCommands', () => {
  it('stores a command whole', async () => {
    await insertCommands(ledger.db, [
      aNewCommand({
        user: 'a/"b',
        eventId: 'e9',
        entityType: 'user',
        occurredAt: '2026-03-01T10:00:00.25Z',
        lane: 'backfill',
        command: {
          operation: 'delete',
          module: 'Leads',
          fields: { Phone: null, Tags: ['a', { b: 1 }], Name: `O'Brien "x" \\ ä` },
          trigger: ['workflow', 'blueprint'],
          whenConverted: 'skip',
        },
      }),
    ]);
    const { rows } = await sql<Record<string, unknown>>`
      select * from ledger.commands`.execute(ledger.db);
    expect(rows).toEqual([
      expect.objectContaining({
        id: '1',
        connection_id: 'c1',
        record_key: 'Leads/a/"b',
        product: 'portal',
        entity_type: 'user',
        entity_id: 'a/"b',
        mapping: 'signup-lead',
        mapping_version: 1,
        event_id: 'e9',
        occurred_at: new Date('2026-03-01T10:00:00.250Z'),
        lane: 'backfill',
        operation: 'delete',
        module: 'Leads',
        identity_field: 'External_User_ID',
        identity_value: 'a/"b',
        fields: { Phone: null, Tags: ['a', { b: 1 }], Name: `O'Brien "x" \\ ä` },
        trigger: ['workflow', 'blueprint'],
        when_converted: 'skip',
        state: 'ready',
        attempts_started: 0,
        failures: 0,
      }),
    ]);
  });

  it('numbers commands in the order given', async () => {
    const users = Array.from({ length: 500 }, (_, index) => `u${(index * 7919) % 500}`);
    await ledger.insert(...users.map((user) => ({ user })));
    const { rows } = await sql<{ entity_id: string }>`select entity_id from ledger.commands order by id`.execute(
      ledger.db,
    );
    expect(rows.map((row) => row.entity_id)).toEqual(users);
  });

  it('stores an empty list of triggers as one', async () => {
    await ledger.insert({ command: { trigger: [] } });
    expect((await ledger.claim())[0]?.trigger).toEqual([]);
  });

  it('lets a delete cancel what waits for its record, parked or not, and nothing that is under way', async () => {
    await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'a' }, { user: 'b' });
    await ledger.setState(['1'], 'unknown');
    await ledger.setState(['2'], 'parked');
    await ledger.insert({ user: 'a', command: { operation: 'delete', fields: {} } }, { user: 'a' });
    const states = (await ledger.commands()).map(({ state, reason }) => [state, reason]);
    const canceled = ['skipped', 'deleted by the product'];
    const ready = ['ready', null];
    expect(states).toEqual([['unknown', null], canceled, canceled, ready, ready, ready]);
  });

  it('appends an effect once for its key', async () => {
    const effect = { operation: 'note', effectKey: 'k' } as const;
    await ledger.insert({ command: effect }, { user: 'b', command: { ...effect, effectKey: 'other' } });
    await ledger.insert({ command: effect, eventId: 'again' });
    expect(await ledger.commands()).toHaveLength(2);
  });

  it('does nothing for no commands', async () => {
    await ledger.insert();
    expect(await ledger.commands()).toEqual([]);
  });

  it('wakes dispatchers when the transaction commits, and not before', async () => {
    const heard: (string | null)[] = [];
    const listener = await listen({
      url: ledger.base.url,
      channel: COMMANDS_CHANNEL,
      onNotify: (payload) => heard.push(payload),
    });
    await ledger.db.transaction().execute(async (trx) => {
      await insertCommands(trx, [aNewCommand()]);
      // A later notification of another transaction arrives first: the one of this transaction waits for its commit.
      await sql`select pg_notify(${COMMANDS_CHANNEL}, 'meanwhile')`.execute(ledger.db);
      await until(() => heard.includes('meanwhile'));
      expect(heard).toEqual([null, 'meanwhile']);
    });
    await until(() => heard.length === 3);
    await listener.close();
    expect(heard).toEqual([null, 'meanwhile', 'c1']);
  });
});

describe('counts', () => {
  it('tells open commands by state, and those that wait behind a parked one', async () => {
    await ledger.insert({ user: 'a' }, { user: 'a' }, { user: 'a' }, { user: 'b' }, { user: 'c' }, { user: 'd' });
    await ledger.setState(['1'], 'parked');
    await ledger.setState(['4'], 'unknown');
    await ledger.setState(['5'], 'in_flight');
    await ledger.setState(['6'], 'succeeded');
    expect(await countOpenCommands(ledger.db)).toEqual({ ready: 2, parked: 1, unknown: 1, in_flight: 1 });
    expect(await countWaitingBehindParked(ledger.db)).toBe(2);
  });
});
