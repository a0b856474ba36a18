import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type ProductDatabase,
  type ScratchDatabase,
} from '#postgres';
import { admit } from './admission.call.ts';
import { consume } from './consumption.call.ts';
import { forget } from './retention.call.ts';

interface Shop extends ProductDatabase {
  balance: { owner: string; amount: number };
}

let scratch: ScratchDatabase;
let pool: Pool;
let db: Kysely<Shop>;

beforeAll(async () => {
  const adminUrl = process.env['CAUSEWAY_POSTGRES_URL'];
  if (adminUrl === undefined || adminUrl === '')
    throw new Error('these tests need CAUSEWAY_POSTGRES_URL; npm test sets it');
  scratch = await createScratchDatabase({ adminUrl, prefix: 'inbox' });
  await migrate({ url: scratch.url, folder: migrationFolder('product') });
  pool = createPool({ url: scratch.url, applicationName: 'inbox-test', max: 12 });
  db = createDatabase<Shop>(pool);
  await sql`create table balance (owner text primary key, amount integer not null)`.execute(db);
});
beforeEach(async () => {
  await sql`truncate inbox.processed, balance`.execute(db);
  await sql`insert into balance values ('ana', 0)`.execute(db);
});
afterAll(async () => {
  await db.destroy();
  await scratch.drop();
});

const balance = async (): Promise<number> =>
  (await db.selectFrom('balance').select('amount').where('owner', '=', 'ana').executeTakeFirstOrThrow()).amount;

const pay = (trx: Kysely<Shop>): Promise<unknown> =>
  trx
    .updateTable('balance')
    .set(({ eb }) => ({ amount: eb('amount', '+', 1) }))
    .where('owner', '=', 'ana')
    .execute();

const payOnce = (eventId: string): Promise<{ applied: boolean }> =>
  db.transaction().execute((trx) => consume(trx, { consumer: 'shop', eventId }, pay));

describe('consume', () => {
  it('applies an event once', async () => {
    expect(await payOnce('e1')).toMatchObject({ applied: true });
    expect(await payOnce('e1')).toEqual({ applied: false });
    expect(await payOnce('e2')).toMatchObject({ applied: true });
    expect(await balance()).toBe(2);
  });

  it('applies it once when it arrives many times at the same moment', async () => {
    const arrivals = await Promise.all(Array.from({ length: 10 }, () => payOnce('e1')));
    expect(arrivals.filter(({ applied }) => applied)).toHaveLength(1);
    expect(await balance()).toBe(1);
  });

  it('keeps consumers apart', async () => {
    await payOnce('e1');
    await db.transaction().execute((trx) => consume(trx, { consumer: 'other', eventId: 'e1' }, pay));
    expect(await balance()).toBe(2);
  });

  it('answers what the change answered', async () => {
    const consumed = await db
      .transaction()
      .execute((trx) => consume(trx, { consumer: 'shop', eventId: 'e1' }, () => Promise.resolve('done')));
    expect(consumed).toEqual({ applied: true, result: 'done' });
  });

  it('forgets an event whose change failed, so that it is applied when it comes again', async () => {
    const failing = db.transaction().execute((trx) =>
      consume(trx, { consumer: 'shop', eventId: 'e1' }, async () => {
        await pay(trx);
        throw new Error('no');
      }),
    );
    await expect(failing).rejects.toThrow('no');
    expect(await payOnce('e1')).toMatchObject({ applied: true });
    expect(await balance()).toBe(1);
  });

  it('takes a failed change back even if the caller commits the rest', async () => {
    await db.transaction().execute(async (trx) => {
      await consume(trx, { consumer: 'shop', eventId: 'e1' }, pay);
      const failing = consume(trx, { consumer: 'shop', eventId: 'e2' }, async () => {
        await pay(trx);
        await sql`select 1 / 0`.execute(trx);
      });
      await expect(failing).rejects.toMatchObject({ code: '22012' });
      await consume(trx, { consumer: 'shop', eventId: 'e3' }, pay);
    });
    expect(await balance()).toBe(2);
    expect(await payOnce('e2')).toMatchObject({ applied: true });
  });

  it('works on a pg client', async () => {
    const client = await pool.connect();
    await client.query('begin');
    const change = (): Promise<unknown> => client.query(`update balance set amount = amount + 1`);
    expect(await consume(client, { consumer: 'shop', eventId: 'e1' }, change)).toMatchObject({ applied: true });
    expect(await consume(client, { consumer: 'shop', eventId: 'e1' }, change)).toEqual({ applied: false });
    await client.query('commit');
    client.release();
    expect(await balance()).toBe(1);
  });

  it('refuses to run outside of a transaction', async () => {
    await expect(consume(db, { consumer: 'shop', eventId: 'e1' }, pay)).rejects.toMatchObject({
      code: 'TRANSACTION_REQUIRED',
    });
    expect(await balance()).toBe(0);
  });
});

describe('admit', () => {
  const admitAll = (eventIds: string[]): Promise<Set<string>> =>
    db.transaction().execute((trx) => admit(trx, { consumer: 'relay', eventIds }));

  it('says which events of a batch are new', async () => {
    expect(await admitAll(['a', 'b', 'b'])).toEqual(new Set(['a', 'b']));
    expect(await admitAll(['b', 'c'])).toEqual(new Set(['c']));
    expect(await admitAll([])).toEqual(new Set());
  });

  it('gives each event to one of those who ask at the same moment, and does not deadlock on batches in other orders', async () => {
    const ids = Array.from({ length: 2000 }, (_, index) => `e${index}`);
    const admitted = await Promise.all(
      Array.from({ length: 8 }, (_, turn) => admitAll(turn % 2 === 0 ? ids : ids.toReversed())),
    );
    expect(admitted.reduce((sum, set) => sum + set.size, 0)).toBe(ids.length);
  });

  it('admits again what was rolled back', async () => {
    const lost = db.transaction().execute(async (trx) => {
      await admit(trx, { consumer: 'relay', eventIds: ['a'] });
      throw new Error('crash');
    });
    await expect(lost).rejects.toThrow('crash');
    expect(await admitAll(['a'])).toEqual(new Set(['a']));
  });

  it('refuses to run outside of a transaction', async () => {
    await expect(admit(db, { consumer: 'relay', eventIds: ['a'] })).rejects.toMatchObject({
      code: 'TRANSACTION_REQUIRED',
    });
  });
});

describe('forget', () => {
  it('deletes what is older, so many at a time', async () => {
    await sql`insert into inbox.processed (consumer, event_id, processed_at)
      select 'shop', 'old' || n, now() - interval '30 days' from generate_series(1, 25) n`.execute(db);
    await payOnce('new');
    const before = new Date(Date.now() - 7 * 86_400_000);
    expect(await forget(db, { before, atMost: 10 })).toBe(10);
    expect(await forget(db, { before })).toBe(15);
    expect(await forget(db, { before })).toBe(0);
    expect(await db.selectFrom('inbox.processed').select('event_id').execute()).toEqual([{ event_id: 'new' }]);
  });
});
