import { sql } from 'kysely';
import { listConnections, readCredentials } from '#connections';
import { insertCommands } from '#ledger';
import { aNewCommand, integrationDatabase, type IntegrationContext } from '#testing';
import { createSecretBox, type EndOutcome } from '#zoho';
import { addConnection } from './connection.add.ts';
import { planRemoval, removeConnection, type Removal } from './connection.remove.ts';

const box = createSecretBox({ key: 'b2'.repeat(32) });
const operator = { by: 'ada', reason: 'new tenant' };
let context: IntegrationContext;
beforeAll(async () => {
  context = await integrationDatabase('lifecycle');
});
beforeEach(() => context.clear());
afterAll(() => context[Symbol.asyncDispose]());

const add = (id: string, tenantId = 'portal', refreshToken = '1000.refresh'): Promise<boolean> =>
  addConnection(
    { db: context.db, box, mappings: [] },
    {
      id,
      tenantId,
      destination: 'zoho-crm',
      settings: { watch: {} },
      credentials: {
        accountsUrl: 'https://accounts.zoho.eu',
        apiDomains: [],
        clientId: 'c',
        clientSecret: 's',
        refreshToken,
      },
    },
    operator,
  );
const ended = (ids: readonly string[]): Promise<EndOutcome[]> =>
  Promise.resolve(ids.map((channelId) => ({ kind: 'ended', channelId })));
async function remove(id: string, endChannels = ended): Promise<Removal> {
  const plan = await planRemoval(context.db, id);
  if (plan === null) throw new Error('nothing to remove');
  return removeConnection({ db: context.db, box, endChannels }, plan, operator);
}
const execute = (query: string): Promise<unknown> => sql.raw(query).execute(context.db);
const verbs = async (): Promise<string[]> =>
  (await sql<{ verb: string }>`select verb from ledger.audit order by id`.execute(context.db)).rows.map(
    ({ verb }) => verb,
  );
const states = async (): Promise<string[]> =>
  (await sql<{ state: string }>`select state from ledger.commands order by id`.execute(context.db)).rows.map(
    ({ state }) => state,
  );

describe('add', () => {
  it('adds a connection once, with its secrets sealed and an audit row', async () => {
    expect(await add('a')).toBe(true);
    expect(await add('a', 'portal', 'other')).toBe(false);
    expect((await readCredentials(context.db, box, 'a')).refreshToken).toBe('1000.refresh');
    expect(await verbs()).toEqual(['connections add']);
    await expect(add('b')).rejects.toMatchObject({ code: 'CONNECTION_TENANT_TAKEN' });
    expect(await verbs()).toEqual(['connections add']);
  });

  it('brings a removed one back, or another one in its place', async () => {
    await add('a');
    await remove('a');
    expect(await add('a', 'portal', 'again')).toBe(true);
    expect((await readCredentials(context.db, box, 'a')).refreshToken).toBe('again');
    await remove('a');
    expect(await add('b')).toBe(true);
    expect((await listConnections(context.db)).map(({ id, state }) => [id, state])).toEqual([
      ['a', 'disconnected'],
      ['b', 'active'],
    ]);
  });
});

describe('remove', () => {
  const channel = (id: number, connection: string): Promise<unknown> =>
    execute(`insert into webhooks.channels (id, connection_id, module, address_hash, address_sealed, token_sealed, subscribed_at)
             values (${id}, '${connection}', 'Leads', '\\x0${id}', 'x', 'x', now())`);

  it('skips what waits, ends channels, erases secrets, keeps the history, and touches no other connection', async () => {
    await add('a');
    await add('b', 'other');
    await insertCommands(context.db, [
      aNewCommand({ connectionId: 'a', user: '1' }),
      aNewCommand({ connectionId: 'a', user: '2' }),
      aNewCommand({ connectionId: 'b', user: '1' }),
    ]);
    await execute(`update ledger.commands set state = 'parked', code = 'X' where id = 2`);
    await channel(1, 'a');
    await channel(2, 'b');
    expect(await planRemoval(context.db, 'a')).toMatchObject({ channels: ['1'], open: 2, underWay: 0, links: 0 });
    expect(await remove('a')).toEqual({ done: true, underWay: 0, skipped: 2, channelsLeft: [] });
    expect(await states()).toEqual(['skipped', 'skipped', 'ready']);
    expect((await readCredentials(context.db, box, 'a')).refreshToken).toBe('');
    expect((await readCredentials(context.db, box, 'b')).refreshToken).toBe('1000.refresh');
    const { rows } = await sql<{ id: string }>`select id::text from webhooks.channels`.execute(context.db);
    expect(rows).toEqual([{ id: '2' }]);
    const told = await sql<{ cause: string }>`
      select payload->>'cause' as cause from outbox.events where event_type = 'crm.command.skipped'`.execute(
      context.db,
    );
    expect(told.rows).toEqual([{ cause: 'connection_removed' }, { cause: 'connection_removed' }]);
    expect(await verbs()).toEqual(['connections add', 'connections add', 'connections remove']);
  });

  it('waits for a call that is under way: stopped at once, and done with another run', async () => {
    await add('a');
    await insertCommands(context.db, [aNewCommand({ connectionId: 'a' })]);
    await execute(
      `update ledger.commands set state = 'in_flight', lease_owner = 'r', lease_until = now() + interval '1 hour'`,
    );
    expect(await remove('a')).toMatchObject({ done: false, underWay: 1, skipped: 0 });
    expect((await listConnections(context.db))[0]?.state).toBe('disconnected');
    expect((await readCredentials(context.db, box, 'a')).refreshToken).toBe('1000.refresh');
    await execute(`update ledger.commands set lease_until = now() - interval '1 second'`);
    expect(await remove('a')).toMatchObject({ done: true, skipped: 1 });
  });

  it.each<[string, () => Promise<EndOutcome[]>, string[]]>([
    ['is away', () => Promise.reject(new Error('ECONNREFUSED')), ['1']],
    ['does not say', () => Promise.resolve([]), ['1']],
  ])('names channels that a CRM which %s could not be told of', async (_what, end, left) => {
    await add('a');
    await channel(1, 'a');
    expect(await remove('a', end)).toMatchObject({ done: true, channelsLeft: left });
  });

  it('has no plan for one that is not there', async () => {
    expect(await planRemoval(context.db, 'nobody')).toBeNull();
  });
});
