import { NestFactory } from '@nestjs/core';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { CausewayEvent, JsonObject } from '#contracts';
import {
  createDatabase,
  createPool,
  createScratchDatabase,
  migrate,
  migrationFolder,
  type ProductDatabase,
  type ScratchDatabase,
} from '#postgres';
import { aRecord, anEvent, capturedLogger, postgresUrl, type CapturedLogger } from '#testing';
import { InboxModule } from './inbox.module.ts';
import { Inbox, type InboxOptions } from './inbox.ts';
import type { BatchHandler, SetAside } from './inbox.types.ts';
import { Poison } from './poison.error.ts';
import { askRedrive, listSetAside, skipSetAside } from './set-aside.list.ts';

interface Shop extends ProductDatabase {
  steps: { owner: string; step: string };
}

let scratch: ScratchDatabase;
let db: Kysely<Shop>;
let log: CapturedLogger;
let told: SetAside[];
/** Steps that cannot be applied for now. */
let broken: Set<string>;
let calls: number;

beforeAll(async () => {
  scratch = await createScratchDatabase({ adminUrl: postgresUrl(), prefix: 'inboxbatch' });
  await migrate({ url: scratch.url, folder: migrationFolder('product') });
  db = createDatabase<Shop>(createPool({ url: scratch.url, applicationName: 'inbox-batch', max: 12 }));
  await sql`create table steps (id bigint generated always as identity, owner text, step text check (step <> 'invalid'))`.execute(
    db,
  );
});
beforeEach(async () => {
  await sql`truncate inbox.processed, inbox.set_aside, steps restart identity`.execute(db);
  log = capturedLogger();
  told = [];
  broken = new Set();
  calls = 0;
});
afterAll(async () => {
  await db.destroy();
  await scratch.drop();
});

const inbox = (rest: Partial<InboxOptions<Shop>> = {}): Inbox<Shop> =>
  new Inbox<Shop>({ db, consumer: 'shop', logger: log.logger, onSetAside: (entry) => told.push(entry), ...rest });

const step = (id: string, owner: string, what: string): CausewayEvent =>
  anEvent({ id, subject: owner, data: { step: what } });

const stepOf = (data: JsonObject): string => (typeof data['step'] === 'string' ? data['step'] : '');

/** One statement for all of them. */
const write: BatchHandler<Shop> = async (trx: Transaction<Shop>, events) => {
  calls += 1;
  const bad = events.find(({ data }) => broken.has(stepOf(data)));
  if (bad !== undefined) throw new Poison('illegal_step', `${stepOf(bad.data)} is not allowed`);
  await trx
    .insertInto('steps')
    .values(events.map(({ key, data }) => ({ owner: key, step: stepOf(data) })))
    .execute();
};

async function steps(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`select owner || ' ' || step as line from steps order by id`.execute(db);
  return rows.map(({ line }) => line);
}
const waiting = async (): Promise<unknown[]> =>
  (await listSetAside(db)).map(({ sourceKey, code, tries }) => [sourceKey, code, tries]);
const idOf = async (sourceKey: string): Promise<string> =>
  (await listSetAside(db)).find((entry) => entry.sourceKey === sourceKey)?.id ?? 'none';

describe('Inbox.take', () => {
  it('applies a batch in its order with one call, and once', async () => {
    const batch = [step('e1', 'ana', 'in'), step('e2', 'bea', 'in'), step('e3', 'ana', 'out'), step('e1', 'ana', 'in')];
    expect(await inbox().take(batch, write)).toEqual({ applied: 3, repeated: 1, setAside: [] });
    expect(calls).toBe(1);
    expect(await inbox().take(batch, write)).toEqual({ applied: 0, repeated: 4, setAside: [] });
    expect(await steps()).toEqual(['ana in', 'bea in', 'ana out']);
  });

  it('applies an event once that comes in many batches at the same moment', async () => {
    const reports = await Promise.all(
      Array.from({ length: 8 }, () => inbox().take([step('e1', 'ana', 'in'), step('e2', 'bea', 'in')], write)),
    );
    expect(reports.reduce((sum, { applied }) => sum + applied, 0)).toBe(2);
    expect(await steps()).toHaveLength(2);
  });

  it('sets aside what cannot be applied; later events of its key wait behind it, other keys go on', async () => {
    broken.add('jump');
    const report = await inbox().take(
      [step('e1', 'ana', 'in'), step('e2', 'ana', 'jump'), step('e3', 'bea', 'in'), step('e4', 'ana', 'out')],
      write,
    );
    expect(report).toMatchObject({ applied: 2, repeated: 0 });
    expect(await steps()).toEqual(['ana in', 'bea in']);
    expect(await waiting()).toEqual([
      ['e2', 'illegal_step', 1],
      ['e4', 'INBOX_KEY_HELD', 1],
    ]);
    expect(told.map(({ sourceKey }) => sourceKey)).toEqual(['e2', 'e4']);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', event: 'e2', code: 'illegal_step' }));
    await inbox().take([step('e5', 'ana', 'late'), step('e6', 'bea', 'out')], write);
    expect(await steps()).toEqual(['ana in', 'bea in', 'bea out']);
    expect(await waiting()).toHaveLength(3);
  });

  it('goes on with the key where it is told to', async () => {
    broken.add('jump');
    const events = [step('e1', 'ana', 'jump'), step('e2', 'ana', 'out')];
    expect(await inbox({ poison: 'pass' }).take(events, write)).toMatchObject({ applied: 1 });
    expect(await steps()).toEqual(['ana out']);
    expect(await waiting()).toEqual([['e1', 'illegal_step', 1]]);
  });

  it('takes what the database refuses for a fault of the event, and keeps nothing of the failed statement', async () => {
    await inbox().take([step('e1', 'ana', 'in'), step('e2', 'bea', 'invalid')], write);
    expect(await steps()).toEqual(['ana in']);
    expect(await waiting()).toEqual([['e2', 'INBOX_EVENT_FAILED', 1]]);
  });

  it('does not take a lost connection for a fault: nothing is applied and the batch comes again', async () => {
    const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    const failing = inbox().take([step('e1', 'ana', 'in')], async (trx, events) => {
      await write(trx, events);
      throw lost;
    });
    await expect(failing).rejects.toBe(lost);
    expect(await waiting()).toEqual([]);
    expect(await inbox().take([step('e1', 'ana', 'in')], write)).toMatchObject({ applied: 1 });
    expect(await steps()).toEqual(['ana in']);
  });

  it('keeps an event whose text no column can hold', async () => {
    const event = anEvent({ id: 'e1', data: { step: 'a\0b \ud800' } });
    await inbox().take([event], () => Promise.reject(new Error('bad \0 \ud800')));
    await askRedrive(db, await idOf('e1'));
    const seen: unknown[] = [];
    await inbox().redrive((_trx, events) => Promise.resolve(seen.push(...events)));
    expect(seen).toEqual([event]);
  });
});

describe('Inbox.consume', () => {
  it('applies one event once and answers what the change answered', async () => {
    const apply = (trx: Transaction<Shop>): Promise<string> =>
      write(trx, [step('e1', 'ana', 'in')]).then(() => 'written');
    const event = step('e1', 'ana', 'in');
    expect(await inbox().consume(event, apply)).toEqual({ applied: true, result: 'written' });
    expect(await inbox().consume(event, apply)).toEqual({ applied: false });
    expect(await steps()).toEqual(['ana in']);
  });

  it('sets one aside that cannot be applied', async () => {
    const event = step('e1', 'ana', 'in');
    const failing = (): Promise<never> => Promise.reject(new TypeError('a bug'));
    expect(await inbox().consume(event, failing)).toEqual({ applied: false });
    expect(told).toEqual([{ sourceKey: 'e1', code: 'INBOX_EVENT_FAILED', reason: 'a bug' }]);
  });
});

describe('Inbox.redrive', () => {
  const stuck = async (): Promise<void> => {
    broken.add('jump');
    await inbox().take([step('e1', 'ana', 'jump'), step('e2', 'ana', 'run'), step('e3', 'ana', 'out')], write);
  };

  it('applies what was asked for, and then in order what was held behind it', async () => {
    await stuck();
    expect(await inbox().redrive(write)).toBe(0);
    broken.clear();
    expect(await askRedrive(db, await idOf('e1'))).toBe(true);
    expect(await inbox().redrive(write)).toBe(3);
    expect(await steps()).toEqual(['ana jump', 'ana run', 'ana out']);
    expect(await waiting()).toEqual([]);
    await inbox().take([step('e1', 'ana', 'jump'), step('e4', 'ana', 'end')], write);
    expect(await steps()).toEqual(['ana jump', 'ana run', 'ana out', 'ana end']);
  });

  it('counts a try that fails again, and leaves what stands behind it', async () => {
    await stuck();
    await askRedrive(db, await idOf('e1'));
    expect(await inbox().redrive(write)).toBe(0);
    expect(await waiting()).toEqual([
      ['e1', 'illegal_step', 2],
      ['e2', 'INBOX_KEY_HELD', 1],
      ['e3', 'INBOX_KEY_HELD', 1],
    ]);
  });

  it('does not apply a later one of the key first, whoever asks for it', async () => {
    await stuck();
    await askRedrive(db, await idOf('e3'));
    expect(await inbox().redrive(write)).toBe(0);
    expect(await steps()).toEqual([]);
  });

  it('skips what shall not be applied; what was held behind it follows', async () => {
    await stuck();
    expect(await skipSetAside(db, await idOf('e1'))).toBe(true);
    expect(await skipSetAside(db, '1')).toBe(false);
    expect(await inbox().redrive(write)).toBe(2);
    expect(await steps()).toEqual(['ana run', 'ana out']);
  });

  it('is done by one of several processes', async () => {
    await stuck();
    broken.clear();
    await askRedrive(db, await idOf('e1'));
    const applied = await Promise.all(Array.from({ length: 4 }, () => inbox().redrive(write)));
    while ((await waiting()).length > 0) applied.push(await inbox().redrive(write));
    expect(applied.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(await steps()).toEqual(['ana jump', 'ana run', 'ana out']);
  });

  it('lets no event of the key overtake while it is applied', async () => {
    await stuck();
    broken.clear();
    await askRedrive(db, await idOf('e1'));
    const slow: BatchHandler<Shop> = async (trx, events) => {
      await sql`select pg_sleep(0.05)`.execute(trx);
      await write(trx, events);
    };
    await Promise.all([inbox().redrive(slow), inbox().take([step('e4', 'ana', 'end')], write)]);
    await inbox().redrive(write);
    const found = await listSetAside(db);
    for (const { id } of found) await askRedrive(db, id);
    await inbox().redrive(write);
    expect(await steps()).toEqual(['ana jump', 'ana run', 'ana out', 'ana end']);
  });
});

describe('Inbox.takeRecords', () => {
  it('keeps a record that is no event, byte for byte, and goes on', async () => {
    const good = aRecord(step('e1', 'ana', 'in'));
    const bad = aRecord(step('e2', 'ana', 'out'), { value: Buffer.from([0xff, 0x7b]), offset: '7' });
    expect(await inbox().takeRecords([bad, good], write)).toMatchObject({ applied: 1 });
    expect(await waiting()).toEqual([['portal.user/0@7', 'EVENT_MALFORMED', 1]]);
    expect(await inbox().takeRecords([bad, good], write)).toMatchObject({ applied: 0, repeated: 1 });
    expect(await waiting()).toHaveLength(1);
    const { rows } = await sql<{ record_value: Buffer }>`select record_value from inbox.set_aside`.execute(db);
    expect(rows[0]?.record_value).toEqual(Buffer.from([0xff, 0x7b]));
  });

  it('applies it once the record can be read', async () => {
    const bad = aRecord(step('e2', 'ana', 'out'), { value: Buffer.from('{"step"'), offset: '7' });
    await inbox().takeRecords([bad], write);
    await sql`update inbox.set_aside set record_value = '{"step":"out"}'::bytea`.execute(db);
    await askRedrive(db, await idOf('portal.user/0@7'));
    expect(await inbox().redrive(write)).toBe(1);
    expect(await steps()).toEqual(['ana out']);
  });
});

describe('InboxModule', () => {
  it('gives a Nest application its inbox', async () => {
    const app = await NestFactory.createApplicationContext(InboxModule.forConsumer({ db, consumer: 'nest' }), {
      logger: false,
    });
    const given = app.get<Inbox<Shop>>(Inbox);
    expect(await given.take([step('e1', 'ana', 'in')], write)).toMatchObject({ applied: 1 });
    await app.close();
  });
});
