import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { createSecretBox } from '#zoho';
import {
  listConnections,
  putConnection,
  readCredentials,
  setConnectionState,
  type NewConnection,
} from './connection.store.ts';

const box = createSecretBox({ key: 'a1'.repeat(32) });
const connection: NewConnection = {
  id: 'c1',
  tenantId: 'portal',
  destination: 'zoho-crm',
  settings: { watch: { Leads: ['Lead_Status'] } },
  credentials: {
    accountsUrl: 'https://accounts.zoho.eu',
    apiDomains: ['http://127.0.0.1:1'],
    clientId: '1000.CLIENT',
    clientSecret: 's3cret-of-the-client',
    refreshToken: '1000.refresh.t0ken',
  },
};
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('connections');
});
beforeEach(() => context.clear());
afterAll(() => context[Symbol.asyncDispose]());

describe('putConnection', () => {
  it('gives back what was stored', async () => {
    await putConnection(context.db, box, connection);
    expect(await readCredentials(context.db, box, 'c1')).toEqual(connection.credentials);
    expect(await listConnections(context.db)).toEqual([
      {
        id: 'c1',
        tenantId: 'portal',
        destination: 'zoho-crm',
        state: 'active',
        stateCode: null,
        settings: { watch: { Leads: ['Lead_Status'] } },
      },
    ]);
  });

  it('seals secrets at rest: they are nowhere in the row', async () => {
    await putConnection(context.db, box, connection);
    const { rows } = await sql<{ line: string }>`select c::text as line from connections.connections c`.execute(
      context.db,
    );
    const line = rows[0]?.line ?? '';
    expect(line).toContain('1000.CLIENT');
    for (const secret of [connection.credentials.clientSecret, connection.credentials.refreshToken]) {
      expect(line).not.toContain(secret);
      expect(line).not.toContain(Buffer.from(secret).toString('base64url'));
      expect(line).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  it('seals the same secret differently each time', async () => {
    const sealed = async (): Promise<unknown> =>
      (await sql`select client_secret_sealed from connections.connections`.execute(context.db)).rows[0];
    await putConnection(context.db, box, connection);
    const first = await sealed();
    await putConnection(context.db, box, connection);
    expect(await sealed()).not.toEqual(first);
  });

  it('replaces credentials and settings, and makes the connection active again', async () => {
    await putConnection(context.db, box, connection);
    await setConnectionState(context.db, { id: 'c1', state: 'action_needed', code: 'CRM_GRANT_REVOKED', reason: 'x' });
    const credentials = { ...connection.credentials, refreshToken: '1000.new', apiDomains: [] };
    await putConnection(context.db, box, { ...connection, credentials, settings: { watch: {} } });
    expect(await readCredentials(context.db, box, 'c1')).toEqual(credentials);
    expect(await listConnections(context.db)).toEqual([
      expect.objectContaining({ state: 'active', stateCode: null, settings: { watch: {} } }),
    ]);
  });
});

describe('regression: a second connection of a tenant', () => {
  it('is refused with a name that says what to do, and without a value of the row', async () => {
    await putConnection(context.db, box, connection);
    const failed = await putConnection(context.db, box, { ...connection, id: 'c2' }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'CONNECTION_TENANT_TAKEN', details: { tenant: 'portal', connection: 'c2' } });
    expect(String(failed)).not.toContain('sealed');
    expect((await listConnections(context.db)).map(({ id }) => id)).toEqual(['c1']);
  });
});

describe('a tenant with several accounts at the destination', () => {
  it('has a connection for each', async () => {
    await putConnection(context.db, box, connection);
    await putConnection(context.db, box, { ...connection, id: 'c2', account: 'org-2' });
    expect((await listConnections(context.db)).map(({ id, tenantId }) => [id, tenantId])).toEqual([
      ['c1', 'portal'],
      ['c2', 'portal'],
    ]);
  });
});

describe('readCredentials', () => {
  it('says that there is no such connection', async () => {
    await expect(readCredentials(context.db, box, 'c1')).rejects.toMatchObject({
      code: 'CONNECTION_MISSING',
      details: { connection: 'c1' },
    });
  });

  it('says that the key is another one', async () => {
    await putConnection(context.db, box, connection);
    const other = createSecretBox({ key: 'b2'.repeat(32) });
    await expect(readCredentials(context.db, other, 'c1')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });

  it('reads with the key before, after the key was replaced', async () => {
    await putConnection(context.db, box, connection);
    const rotated = createSecretBox({ key: 'b2'.repeat(32), otherKeys: ['a1'.repeat(32)] });
    expect(await readCredentials(context.db, rotated, 'c1')).toEqual(connection.credentials);
  });
});

describe('listConnections', () => {
  it('shows those of one destination, by id', async () => {
    for (const id of ['b', 'a']) await putConnection(context.db, box, { ...connection, id, tenantId: id });
    expect((await listConnections(context.db)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await listConnections(context.db, 'zendesk')).toEqual([]);
  });

  it('takes settings that were never written for the default', async () => {
    await putConnection(context.db, box, connection);
    await sql`update connections.connections set settings = '{}'`.execute(context.db);
    expect((await listConnections(context.db))[0]?.settings).toEqual({ watch: {} });
  });
});

describe('setConnectionState', () => {
  it('says why', async () => {
    await putConnection(context.db, box, connection);
    await setConnectionState(context.db, {
      id: 'c1',
      state: 'action_needed',
      code: 'CRM_SETUP_WRONG',
      reason: 'no field',
    });
    const { rows } = await sql`
      select state, state_code, state_reason from connections.connections`.execute(context.db);
    expect(rows).toEqual([{ state: 'action_needed', state_code: 'CRM_SETUP_WRONG', state_reason: 'no field' }]);
  });

  it('leaves other connections as they are', async () => {
    for (const id of ['a', 'b']) await putConnection(context.db, box, { ...connection, id, tenantId: id });
    await setConnectionState(context.db, { id: 'a', state: 'paused', code: null, reason: null });
    expect((await listConnections(context.db)).map(({ state }) => state)).toEqual(['paused', 'active']);
  });
});
