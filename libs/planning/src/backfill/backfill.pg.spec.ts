import { sql, type Kysely } from 'kysely';
import { sourceOfProduct, type CausewayEvent, type JsonObject } from '#contracts';
import { eventStep, foldSteps } from '#folding';
import { insertCommands } from '#ledger';
import { builtInPacks } from '#packs';
import { createDatabase, transaction, type ProductDatabase } from '#postgres';
import { aNewCommand, aRecord, integrationDatabase, type IntegrationContext } from '#testing';
import { reportBackfill } from './backfill.report.ts';
import { runBackfill } from './backfill.run.ts';
import { listBackfills, startBackfill } from './backfill.store.ts';
import { lookAtSource } from './product.pages.ts';

/** One database stands for both: the product's tables and outbox, and the integration's. */
let context: IntegrationContext;
let product: Kysely<ProductDatabase>;
const learning = builtInPacks['learning'];

beforeAll(async () => {
  context = await integrationDatabase('backfill');
  product = createDatabase<ProductDatabase>(context.pool);
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection({ tenantId: 'learning' });
  await sql`drop table if exists public.learners`.execute(context.db);
  await sql`create table public.learners (id uuid primary key, mail text, stem integer)`.execute(context.db);
});
afterAll(() => context[Symbol.asyncDispose]());

const USERS = 25;
const source = {
  pack: 'learning',
  table: 'public.learners',
  idColumn: 'id',
  eventType: 'user.snapshot_taken',
  payload: `jsonb_build_object('reason', 'migration', 'email', u.mail, 'xp', jsonb_build_object('stem', u.stem))`,
};
const operator = { by: 'ada', reason: 'those who were there before' };

async function begun(): Promise<string> {
  await sql`
    insert into public.learners
    select ('0c000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user' || n || '@example.com', n
      from generate_series(1, ${USERS}::integer) n`.execute(context.db);
  return startBackfill(context.db, source, { ...operator, total: await lookAtSource(product, source) });
}

interface OutboxRow {
  id: string;
  key: string;
  payload: JsonObject;
  time: string;
}

const emitted = async (): Promise<OutboxRow[]> =>
  (
    await sql<OutboxRow>`
      select id::text, aggregate_id as key, payload, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as time
        from outbox.events where event_type = 'user.snapshot_taken' order by created_at, aggregate_id`.execute(
      context.db,
    )
  ).rows;

/** The relay folds what stands in the outbox. */
async function fold(): Promise<void> {
  if (learning === undefined) throw new Error('there is no pack learning');
  const events = (await emitted()).map(({ id, key, payload, time }): CausewayEvent => ({
    id,
    source: sourceOfProduct('learning'),
    type: source.eventType,
    subject: key,
    time,
    version: 1,
    tenantId: 'learning',
    key,
    data: payload,
  }));
  const steps = events.map((event) => eventStep(event, { record: aRecord(event), entityType: 'user' }));
  const { mapping } = learning;
  await transaction(context.db, (trx) => foldSteps(trx, { mapping, steps }));
}

it('writes a snapshot of each row, broken off and begun again, and reports what became of them', async () => {
  const id = await begun();
  const ended = new AbortController();
  const broken = await runBackfill(
    { db: context.db, product, page: 10, signal: ended.signal, onProgress: () => ended.abort() },
    id,
  );
  expect(broken).toMatchObject({ state: 'running', emitted: 10, total: USERS });
  // Killed after a page was committed, and before we noted it.
  await sql`update relay.backfills set place = '0c000000-0000-4000-8000-000000000005', emitted = 5`.execute(context.db);
  expect(await runBackfill({ db: context.db, product, page: 10 }, id)).toMatchObject({ state: 'done', emitted: USERS });
  const rows = await emitted();
  expect([rows.length, new Set(rows.map((row) => row.id)).size]).toEqual([USERS + 5, USERS]);
  expect(rows[0]).toMatchObject({ payload: { reason: 'migration', email: 'user1@example.com', xp: { stem: 1 } } });
  expect(await runBackfill({ db: context.db, product }, id)).toMatchObject({ state: 'done', emitted: USERS });

  await fold();
  const { rows: commands } = await sql<{ lane: string; trigger: string[]; count: number }>`
    select lane, trigger, count(*)::integer as count from ledger.commands group by lane, trigger`.execute(context.db);
  expect(commands).toEqual([{ lane: 'backfill', trigger: [], count: USERS }]);
  await sql`update ledger.commands set state = 'succeeded' where entity_id like '%1'`.execute(context.db);
  await sql`update ledger.commands set state = 'parked', code = 'CRM_INVALID' where entity_id like '%2'`.execute(
    context.db,
  );
  await sql`insert into ledger.credits values ('c1', now(), 'backfill', 3)`.execute(context.db);
  const [backfill] = await listBackfills(context.db, id);
  if (backfill === undefined) throw new Error('there is no backfill');
  const report = await reportBackfill(context.db, backfill, backfill.startedAt.getTime() + 120_000);
  expect(report).toMatchObject({
    users: USERS,
    emitted: USERS,
    folded: USERS,
    unchanged: 0,
    done: 3,
    rejected: 3,
    waiting: 19,
    left: 19,
    credits: 3,
    perMinute: 3,
  });
  expect(report.expectedEnd).not.toBeNull();
});

it('waits while the lane has enough to do', async () => {
  const id = await begun();
  const waiting = ['a', 'b', 'c'].map((user) => aNewCommand({ user, mapping: 'learning', lane: 'backfill' }));
  await insertCommands(context.db, waiting);
  const running = runBackfill({ db: context.db, product, mostWaiting: 3 }, id);
  const { rows } = await sql<{ at: Date }>`
    update ledger.commands set state = 'succeeded', finished_at = clock_timestamp() where entity_id = 'c'
    returning finished_at as at`.execute(context.db);
  expect(await running).toMatchObject({ state: 'done', emitted: USERS });
  const { rows: written } = await sql<{ at: Date }>`
    select min(occurred_at) as at from outbox.events where event_type = 'user.snapshot_taken'`.execute(context.db);
  expect(written[0]?.at.getTime()).toBeGreaterThanOrEqual(rows[0]?.at.getTime() ?? Number.NaN);
});

it('says what is not there', async () => {
  await expect(lookAtSource(product, { ...source, table: 'public.nothing' })).rejects.toThrow(
    'no column id in public.nothing',
  );
  await expect(lookAtSource(product, { ...source, idColumn: 'key' })).rejects.toThrow('no column key');
  await begun();
  for (const [payload, said] of [
    ['jsonb_build_object(', 'syntax error'],
    [`jsonb_build_object('email', u.post)`, 'u.post does not exist'],
    ['to_jsonb(u.stem)', 'a JSON object, and is number'],
    ['null', 'a JSON object, and is null'],
  ] as const)
    await expect(lookAtSource(product, { ...source, payload })).rejects.toThrow(said);
  expect([await listBackfills(context.db, 'x'), await runBackfill({ db: context.db, product }, '99')]).toEqual([
    [],
    undefined,
  ]);
});
