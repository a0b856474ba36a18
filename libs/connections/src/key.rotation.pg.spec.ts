import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { createSecretBox, type Token } from '#zoho';
import { putConnection, readCredentials } from './connection.store.ts';
import { rotateKey } from './key.rotation.ts';
import { postgresTokenStore } from './token.store.ts';

const OLD = 'a1'.repeat(32);
const NEW = 'b2'.repeat(32);
const before = createSecretBox({ key: OLD });
const rotated = createSecretBox({ key: NEW, otherKeys: [OLD] });
const after = createSecretBox({ key: NEW });
const token: Token = {
  grant: 'fingerprint',
  accessToken: '1000.access',
  apiDomain: 'https://www.zohoapis.eu',
  issuedAt: 1,
  expiresAt: 2,
  mints: [1],
  lockedUntil: 0,
  lockouts: 0,
};
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('rotation');
});
beforeEach(() => context.clear());
afterAll(() => context[Symbol.asyncDispose]());

async function put(id: string): Promise<void> {
  await putConnection(context.db, before, {
    id,
    tenantId: id,
    destination: 'zoho-crm',
    settings: { watch: {} },
    credentials: {
      accountsUrl: 'https://accounts.zoho.eu',
      apiDomains: [],
      clientId: 'client',
      clientSecret: `secret of ${id}`,
      refreshToken: `refresh of ${id}`,
    },
  });
  await postgresTokenStore(context.db, before, id).write(token);
  await sql`
    insert into webhooks.channels (id, connection_id, module, address_hash, address_sealed, token_sealed, previous_token_sealed)
    values (${Number(id.slice(1)) + 100}, ${id}, 'Leads', ${Buffer.from(id)}, ${before.seal('address', id)},
            ${before.seal('token', id)}, ${id === 'c3' ? before.seal('rotated out', id) : null})`.execute(context.db);
}

const rowsOf = async (options: Parameters<typeof rotateKey>[1]) =>
  (await rotateKey(context.db, options)).map(({ place, rows, unreadable }) => [place, rows, unreadable.length]);

describe('rotateKey', () => {
  it('seals everything anew, so that the key before can be thrown away', async () => {
    for (let turn = 1; turn <= 5; turn += 1) await put(`c${turn}`);
    expect(await rowsOf({ box: rotated, batch: 2 })).toEqual([
      ['connections', 5, 0],
      ['tokens', 5, 0],
      ['channels', 5, 0],
    ]);
    expect(await readCredentials(context.db, after, 'c3')).toMatchObject({ refreshToken: 'refresh of c3' });
    expect(await postgresTokenStore(context.db, after, 'c3').read()).toEqual(token);
    const { rows } = await sql<{ sealed: string; id: string }>`
      select address_sealed as sealed, connection_id as id from webhooks.channels`.execute(context.db);
    for (const { sealed, id } of rows) expect(after.open(sealed, id)).toBe('address');
    const previous = await sql<{ sealed: string | null }>`
      select previous_token_sealed as sealed from webhooks.channels where connection_id = 'c3'`.execute(context.db);
    expect(after.open(previous.rows[0]?.sealed ?? '', 'c3')).toBe('rotated out');
  });

  it('has nothing to do the second time, and goes on where it was stopped', async () => {
    await put('c1');
    await rotateKey(context.db, { box: rotated });
    await put('c2');
    expect(await rowsOf({ box: rotated })).toEqual([
      ['connections', 1, 0],
      ['tokens', 1, 0],
      ['channels', 1, 0],
    ]);
    expect((await rowsOf({ box: after })).map(([, rows]) => rows)).toEqual([0, 0, 0]);
  });

  it('only counts in a dry run', async () => {
    await put('c1');
    expect((await rowsOf({ box: rotated, dryRun: true })).map(([, rows]) => rows)).toEqual([1, 1, 1]);
    expect(await readCredentials(context.db, before, 'c1')).toMatchObject({ clientSecret: 'secret of c1' });
  });

  it('names what no key opens, leaves it as it is and goes on', async () => {
    await put('c1');
    await put('c2');
    const foreign = createSecretBox({ key: 'c3'.repeat(32) });
    await sql`update connections.tokens set token_sealed = ${foreign.seal('x', 'c1')} where connection_id = 'c1'`.execute(
      context.db,
    );
    const results = await rotateKey(context.db, { box: rotated, batch: 1 });
    expect(results[1]).toEqual({ place: 'tokens', rows: 1, unreadable: [{ row: 'c1', keyIds: [foreign.keyId] }] });
  });

  it('regression: a text of the first release, bound to no connection, still opens, and is bound by a rotation', async () => {
    await put('c1');
    const sealed = firstVersion('refresh of old');
    await sql`update connections.connections set refresh_token_sealed = ${sealed}`.execute(context.db);
    expect(await readCredentials(context.db, before, 'c1')).toMatchObject({ refreshToken: 'refresh of old' });
    expect((await rowsOf({ box: before })).map(([, rows]) => rows)).toEqual([1, 0, 0]);
    expect(await readCredentials(context.db, before, 'c1')).toMatchObject({ refreshToken: 'refresh of old' });
  });

  it('a secret copied into the row of another connection does not open there', async () => {
    await put('c1');
    await put('c2');
    await sql`
      update connections.connections c set refresh_token_sealed = o.refresh_token_sealed
        from connections.connections o where c.id = 'c2' and o.id = 'c1'`.execute(context.db);
    await expect(readCredentials(context.db, before, 'c2')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });
});

function firstVersion(text: string): string {
  const bytes = Buffer.from(OLD, 'hex');
  const head = `v1.${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`;
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(Buffer.from(`${head}.`));
  const body = Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return `${head}.${body.toString('base64url')}`;
}
