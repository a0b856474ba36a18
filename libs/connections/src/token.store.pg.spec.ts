import { sql } from 'kysely';
import { connectClient, createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { integrationDatabase, until, type IntegrationContext } from '#testing';
import { createSecretBox, type Token } from '#zoho';
import { postgresLock, postgresTokenStore } from './token.store.ts';

const box = createSecretBox({ key: 'a1'.repeat(32) });
const token: Token = {
  grant: 'fingerprint',
  accessToken: '1000.access.t0ken',
  apiDomain: 'https://www.zohoapis.eu',
  issuedAt: 1,
  expiresAt: 3_600_001,
  mints: [1],
  lockedUntil: 0,
  lockouts: 0,
};
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('tokens');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  await context.addConnection({ id: 'c2', tenantId: 'other' });
});
afterAll(() => context[Symbol.asyncDispose]());

describe('postgresTokenStore', () => {
  it('has nothing at first', async () => {
    expect(await postgresTokenStore(context.db, box, 'c1').read()).toBeNull();
  });

  it('gives back the last token, to every replica', async () => {
    const store = postgresTokenStore(context.db, box, 'c1');
    await store.write(token);
    await store.write({ ...token, accessToken: null, apiDomain: null, mints: [1, 2] });
    expect(await postgresTokenStore(context.db, box, 'c1').read()).toEqual({
      ...token,
      accessToken: null,
      apiDomain: null,
      mints: [1, 2],
    });
  });

  it('keeps connections apart', async () => {
    await postgresTokenStore(context.db, box, 'c1').write(token);
    expect(await postgresTokenStore(context.db, box, 'c2').read()).toBeNull();
  });

  it('seals the token at rest', async () => {
    await postgresTokenStore(context.db, box, 'c1').write(token);
    const { rows } = await sql<{ line: string }>`select t::text as line from connections.tokens t`.execute(context.db);
    expect(rows[0]?.line).not.toContain('1000.access.t0ken');
    expect(rows[0]?.line).not.toContain('fingerprint');
  });
});

describe('postgresLock', () => {
  it('is exclusive across two pools', async () => {
    const other = createDatabase<IntegrationDatabase>(
      createPool({ url: context.url, applicationName: 'other-replica' }),
    );
    try {
      let [inside, most, done] = [0, 0, 0];
      const work = async (): Promise<void> => {
        inside += 1;
        most = Math.max(most, inside);
        await sql`select pg_sleep(0.005)`.execute(context.db);
        inside -= 1;
        done += 1;
      };
      const lockOf = (turn: number): ReturnType<typeof postgresLock> =>
        postgresLock(turn % 2 === 0 ? context.db : other, 'c1');
      await Promise.all(Array.from({ length: 12 }, (_, turn) => lockOf(turn)(work)));
      expect(done).toBe(12);
      expect(most).toBe(1);
    } finally {
      await other.destroy();
    }
  });

  it('does not hold up other connections', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const held = postgresLock(context.db, 'c1')(() => opened);
    expect(await postgresLock(context.db, 'c2')(() => Promise.resolve('free'))).toBe('free');
    open();
    await held;
  });

  it('is given up when the work fails, whose error comes through', async () => {
    const lock = postgresLock(context.db, 'c1');
    await expect(lock(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await lock(() => Promise.resolve('free'))).toBe('free');
  });

  it('is given up when its holder dies', async () => {
    const holder = await connectClient({ url: context.url, applicationName: 'doomed' });
    await holder.query('begin');
    await holder.query(`select pg_advisory_xact_lock(hashtextextended('causeway/token/c1', 0))`);
    let entered = false;
    const heir = postgresLock(
      context.db,
      'c1',
    )(() => {
      entered = true;
      return Promise.resolve('mine');
    });
    await until(async () => {
      const waiting = await context.pool.query(`
        select from pg_locks l join pg_database d on d.oid = l.database
         where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`);
      return waiting.rowCount === 1;
    });
    expect(entered).toBe(false);
    await context.pool.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'doomed' and datname = current_database()`);
    expect(await heir).toBe('mine');
  });

  it('needs one place of the pool it is given, and none of the token store', async () => {
    const locks = createDatabase<IntegrationDatabase>(
      createPool({ url: context.url, applicationName: 'locks', max: 1 }),
    );
    const tokens = createDatabase<IntegrationDatabase>(
      createPool({ url: context.url, applicationName: 'tokens', max: 1 }),
    );
    const refresh = (id: string): Promise<void> =>
      postgresLock(
        locks,
        id,
      )(async () => {
        const store = postgresTokenStore(tokens, box, id);
        await store.read();
        await store.write(token);
      });
    await Promise.all(Array.from({ length: 20 }, (_, turn) => refresh(turn % 2 === 0 ? 'c1' : 'c2')));
    expect(await postgresTokenStore(tokens, box, 'c2').read()).toEqual(token);
    await Promise.all([locks.destroy(), tokens.destroy()]);
  });
});
