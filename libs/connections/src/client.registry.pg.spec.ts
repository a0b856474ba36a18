import { sql } from 'kysely';
import { LANES } from '#contracts';
import { integrationDatabase, silentLogger, type IntegrationContext } from '#testing';
import { createSecretBox } from '#zoho';
import { ClientRegistry } from './client.registry.ts';
import { putConnection } from './connection.store.ts';

const box = createSecretBox({ key: 'a1'.repeat(32) });
let context: IntegrationContext;
let clients: ClientRegistry;

const put = (id: string, refreshToken = '1000.refresh'): Promise<void> =>
  putConnection(context.db, box, {
    id,
    tenantId: id,
    destination: 'zoho-crm',
    settings: { watch: {} },
    credentials: {
      accountsUrl: 'https://accounts.zoho.eu',
      apiDomains: [],
      clientId: 'client',
      clientSecret: 'secret',
      refreshToken,
    },
  });

beforeAll(async () => {
  context = await integrationDatabase('clients');
});
beforeEach(async () => {
  await context.clear();
  await put('a');
  await put('b');
  const { db } = context;
  clients = new ClientRegistry({ db, locks: db, box, callTimeoutMs: 1000, logger: silentLogger });
});
afterEach(() => clients.close());
afterAll(() => context[Symbol.asyncDispose]());

describe('ClientRegistry', () => {
  it('has one client for each connection, however many ask at the same moment', async () => {
    const found = await Promise.all([
      ...Array.from({ length: 10 }, () => clients.clientOf('a')),
      clients.clientOf('b'),
    ]);
    expect(new Set(found).size).toBe(2);
    expect(await clients.clientOf('a')).toBe(found[0]);
  });

  it('makes a new one when the credentials are others, and only then', async () => {
    const before = await clients.clientOf('a');
    await put('a');
    expect(await clients.clientOf('a')).toBe(before);
    await put('a', '1000.other');
    const after = await clients.clientOf('a');
    expect(after).not.toBe(before);
    expect(await clients.clientOf('a')).toBe(after);
  });

  it('has calls for each lane, all of one client', async () => {
    const live = await clients.clientOf('a');
    const backfill = await clients.clientOf('a', 'backfill');
    expect(backfill).not.toBe(live);
    expect(await clients.clientOf('a', 'backfill')).toBe(backfill);
  });

  it('has every lane open for a connection that made no call, and none that the settings leave no credits for', async () => {
    expect(clients.openLanes('a')).toEqual(LANES);
    await sql`update connections.connections set settings = '{"limits": {"credits": 2}}' where id = 'a'`.execute(
      context.db,
    );
    await clients.clientOf('a');
    expect(clients.openLanes('a')).toEqual(['live']);
  });

  it('says that there is no such connection', async () => {
    await expect(clients.clientOf('c')).rejects.toMatchObject({ code: 'CONNECTION_MISSING' });
  });
});
