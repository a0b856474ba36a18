import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import { adminUrl, withClient } from '../test/server.ts';
import { createDatabase } from './database.factory.ts';
import { createPool } from './pool.factory.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch.database.ts';
import { requireTransaction, runStatement, type TransactionHandle } from './transaction.handle.ts';
import { transaction } from './transaction.runner.ts';

interface Counters {
  counters: { name: string; value: number };
}

let scratch: ScratchDatabase;
let pool: Pool;
let db: Kysely<Counters>;

beforeAll(async () => {
  scratch = await createScratchDatabase({ adminUrl: adminUrl(), prefix: 'transaction' });
  pool = createPool({ url: scratch.url, applicationName: 'transaction-test', max: 12 });
  db = createDatabase<Counters>(pool);
  await sql`create table counters (name text primary key, value integer not null)`.execute(db);
});

afterAll(async () => {
  await db.destroy();
  await scratch.drop();
});

const refused = (handle: TransactionHandle): unknown => {
  try {
    requireTransaction(handle, 'test');
    return 'accepted';
  } catch (error) {
    return error;
  }
};

describe('requireTransaction', () => {
  it('accepts an open Kysely transaction and refuses Kysely itself', async () => {
    expect(refused(db)).toMatchObject({ code: 'TRANSACTION_REQUIRED', details: { call: 'test' } });
    await db.transaction().execute(async (trx) => {
      expect(refused(trx)).toBe('accepted');
      await runStatement(trx, { text: 'select 1', values: [] });
    });
    await db.connection().execute(async (connection) => {
      expect(refused(connection)).toMatchObject({ code: 'TRANSACTION_REQUIRED' });
    });
  });

  it('follows a pg client from begin to commit', async () => {
    const client = await pool.connect();
    expect(refused(client)).toMatchObject({ code: 'TRANSACTION_REQUIRED' });
    await client.query('begin');
    expect(refused(client)).toBe('accepted');
    await client.query('select 1');
    expect(refused(client)).toBe('accepted');
    await client.query('select 1 / 0').catch(() => undefined);
    expect(refused(client)).toBe('accepted');
    await client.query('rollback');
    expect(refused(client)).toMatchObject({ code: 'TRANSACTION_REQUIRED' });
    client.release();
  });

  it('refuses a pool, whose statements may run on any connection', () => {
    expect(refused(pool as unknown as TransactionHandle)).toMatchObject({ code: 'TRANSACTION_REQUIRED' });
  });
});

describe('runStatement', () => {
  it('gives the same rows from Kysely and from pg', async () => {
    const statement = { text: 'select $1::integer as number, $2::text as word', values: [7, 'seven'] };
    const client = await pool.connect();
    const expected = [{ number: 7, word: 'seven' }];
    expect(await runStatement(client, statement)).toEqual(expected);
    client.release();
    expect(await runStatement(db, statement)).toEqual(expected);
  });
});

describe('transaction', () => {
  it('tries conflicting work again until all of it is done', async () => {
    await db.insertInto('counters').values({ name: 'shared', value: 0 }).execute();
    const raise = (): Promise<unknown> =>
      transaction(
        db,
        async (trx) => {
          const { value } = await trx
            .selectFrom('counters')
            .select('value')
            .where('name', '=', 'shared')
            .executeTakeFirstOrThrow();
          await trx
            .updateTable('counters')
            .set({ value: value + 1 })
            .where('name', '=', 'shared')
            .execute();
        },
        { isolationLevel: 'serializable', attempts: 100 },
      );
    await Promise.all(Array.from({ length: 8 }, raise));
    const { value } = await db
      .selectFrom('counters')
      .select('value')
      .where('name', '=', 'shared')
      .executeTakeFirstOrThrow();
    expect(value).toBe(8);
  });

  it('gives up after the tries it was given', async () => {
    let tries = 0;
    const conflict = Object.assign(new Error('conflict'), { code: '40001' });
    const work = (): Promise<never> => {
      tries += 1;
      return Promise.reject(conflict);
    };
    await expect(transaction(db, work, { attempts: 3 })).rejects.toBe(conflict);
    expect(tries).toBe(3);
  });

  it('does not repeat other errors and keeps nothing of the work', async () => {
    let tries = 0;
    const work = transaction(db, async (trx) => {
      tries += 1;
      await trx.insertInto('counters').values({ name: 'lost', value: 1 }).execute();
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(tries).toBe(1);
    expect(await db.selectFrom('counters').selectAll().where('name', '=', 'lost').execute()).toEqual([]);
  });
});

describe('createPool', () => {
  it('survives the loss of an idle connection', async () => {
    const victim = await pool.connect();
    const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lost = new Promise((resolve) => pool.once('error', resolve));
    victim.release();
    await withClient(adminUrl(), (admin) => admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]));
    await lost;
    expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  });
});
