import { sql } from 'kysely';
import { claimCommands, countParked, insertCommands, listParked, settleCommands, type ParkedSelection } from '#ledger';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { aNewCommand, integrationDatabase, type IntegrationContext } from '#testing';
import { redriveParked } from './parked.redrive.ts';

/** The same with 10,000, a relay and a CRM: `npm run chaos -- redrive`. */
let context: IntegrationContext;
beforeAll(async () => {
  context = await integrationDatabase('redrive');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
});
afterAll(() => context[Symbol.asyncDispose]());

const operator = { by: 'ada', reason: 'the field is there now' };
const USERS = 60;

/** Each user has a parked write, and behind it another one and a note. */
async function parkedUsers(users = USERS, seed: { mappingVersion?: number } = {}): Promise<void> {
  const names = Array.from({ length: users }, (_, at) => `u${at}`);
  await insertCommands(
    context.db,
    ['first', 'second', 'third'].flatMap((name) =>
      names.map((user) =>
        aNewCommand({ user, eventId: `${user}-${name}`, ...seed, command: { fields: { Last_Name: name } } }),
      ),
    ),
  );
  await sql`
    update ledger.commands set state = 'parked', code = 'CRM_MANDATORY_MISSING' where event_id like '%-first'`.execute(
    context.db,
  );
}

const redrive = (given: Partial<Parameters<typeof redriveParked>[1]> = {}, db = context.db): Promise<number> =>
  redriveParked(db, { selection: { code: 'CRM_MANDATORY_MISSING' }, operator, batchSize: 10, ...given });

const parked = async (selection: ParkedSelection = {}): Promise<number> =>
  (await listParked(context.db, selection)).length;
const audited = async (): Promise<{ commands: number; rows: number }[]> =>
  (
    await sql<{ commands: number; rows: number }>`
      select count(distinct command_id)::integer as commands, count(*)::integer as rows from ledger.audit where verb = 'redrive'`.execute(
      context.db,
    )
  ).rows;

/** What goes out, in its order, when a dispatcher takes everything that is ready. */
async function delivered(): Promise<string[]> {
  const sent: string[] = [];
  for (;;) {
    const claimed = await claimCommands(context.db, {
      owner: 'relay',
      leaseMs: 60_000,
      limit: 50,
      connectionIds: ['c1'],
    });
    if (claimed.length === 0) return sent;
    sent.push(...claimed.map(({ eventId }) => eventId));
    await settleCommands(
      context.db,
      claimed.map((command) => ({
        command,
        outcome: { kind: 'succeeded', recordId: command.entityId, created: false },
      })),
      { owner: 'relay', random: () => 0 },
    );
  }
}

it('killed twice on the way: none is lost, none goes out twice, and each record keeps its order', async () => {
  await parkedUsers();
  const sent: string[] = [];
  for (const kill of [1, 2]) {
    // A process of its own: its connection is cut in the middle of a batch, as a kill would.
    const pool = createPool({ url: context.url, applicationName: `redrive-${kill}`, max: 1 });
    pool.on('error', () => undefined);
    const db = createDatabase<IntegrationDatabase>(pool);
    let batches = 0;
    const onProgress = (): void => {
      batches += 1;
      if (batches === kill + 1) throw new Error('killed');
    };
    await expect(redrive({ onProgress }, db)).rejects.toThrow('killed');
    await db.destroy();
    // What was redriven goes out meanwhile.
    sent.push(...(await delivered()));
  }
  expect(await parked()).toBe(USERS - 20 - 30);
  expect(await redrive()).toBe(10);
  sent.push(...(await delivered()));
  expect([await parked(), await redrive()]).toEqual([0, 0]);
  expect(new Set(sent).size).toBe(sent.length);
  expect(sent).toHaveLength(3 * USERS);
  for (let at = 0; at < USERS; at += 1) {
    const own = sent.filter((event) => event.startsWith(`u${at}-`));
    expect(own).toEqual([`u${at}-first`, `u${at}-second`, `u${at}-third`]);
  }
  expect(await audited()).toEqual([{ commands: USERS, rows: USERS }]);
});

it('a batch whose connection is lost before its commit is not done at all', async () => {
  await parkedUsers(20);
  await sql`create function ledger.cut() returns trigger language plpgsql as
            $$begin perform pg_terminate_backend(pg_backend_pid()); return new; end$$`.execute(context.db);
  await sql`create trigger cut before insert on ledger.audit for each statement execute function ledger.cut()`.execute(
    context.db,
  );
  const pool = createPool({ url: context.url, applicationName: 'redrive-cut', max: 1 });
  pool.on('error', () => undefined);
  const db = createDatabase<IntegrationDatabase>(pool);
  await expect(redrive({}, db)).rejects.toThrow(/terminat/i);
  await db.destroy();
  await sql`drop function ledger.cut() cascade`.execute(context.db);
  expect(await parked()).toBe(20);
  expect(await redrive()).toBe(20);
  expect(await audited()).toEqual([{ commands: 20, rows: 20 }]);
});

it('stops at its limit and at a signal, and two at a time share the work', async () => {
  await parkedUsers();
  expect(await redrive({ selection: { limit: 15 } })).toBe(15);
  const ended = new AbortController();
  expect(await redrive({ signal: ended.signal, onProgress: () => ended.abort() })).toBe(10);
  const [one, other] = await Promise.all([redrive(), redrive()]);
  expect([one + other, await parked()]).toEqual([USERS - 25, 0]);
  expect(await audited()).toEqual([{ commands: USERS, rows: USERS }]);
});

it('what is refused again while it runs is not taken again', async () => {
  await parkedUsers(20);
  const refuse = sql`update ledger.commands set state = 'parked' where event_id like '%-first' and state = 'ready'`;
  let again: Promise<unknown> = Promise.resolve();
  expect(await redrive({ onProgress: () => void (again = refuse.execute(context.db)) })).toBe(20);
  await again;
  expect(await parked()).toBeGreaterThan(0);
});

it('chooses by the version of the mapping, and counts what it would take', async () => {
  await parkedUsers(3, { mappingVersion: 2 });
  await parkedUsers(0);
  expect(await countParked(context.db, { pack: 'signup-lead' })).toEqual([
    { connectionId: 'c1', pack: 'signup-lead', mappingVersion: 2, code: 'CRM_MANDATORY_MISSING', commands: 3 },
  ]);
  expect(await countParked(context.db, { mappingVersion: 1 })).toEqual([]);
  expect([await parked({ mappingVersion: 1 }), await redrive({ selection: { mappingVersion: 2 } })]).toEqual([0, 3]);
});
