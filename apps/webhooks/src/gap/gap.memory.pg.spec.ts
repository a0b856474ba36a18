import { sql } from 'kysely';
import { createDatabase, createPool, type IntegrationDatabase } from '#postgres';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { webhooksParts } from '../../test/webhooks.parts.ts';
import { GapMemory } from './gap.memory.ts';

let context: IntegrationContext;
let now: number;
const lost = { connectionId: 'c1', module: 'Leads', reason: 'postgres' } as const;

beforeAll(async () => {
  context = await integrationDatabase('gaps');
});
beforeEach(async () => {
  await context.clear();
  await sql`truncate webhooks.gaps`.execute(context.db);
  await context.addConnection();
  now = 1_772_359_200_000;
});
afterAll(() => context[Symbol.asyncDispose]());

const memory = (db = context.db): GapMemory => new GapMemory({ db, logger: webhooksParts().logger, clock: () => now });

async function gaps(): Promise<unknown[]> {
  const { rows } = await sql<{ gap: unknown }>`
    select jsonb_build_array(module, round(extract(epoch from since)) - 1772359200, round(extract(epoch from until)) - 1772359200) as gap
      from webhooks.gaps order by id`.execute(context.db);
  return rows.map(({ gap }) => gap);
}

it('stores one gap for all that was lost, once it has ended', async () => {
  const gap = memory();
  gap.note(lost);
  now += 5000;
  gap.note(lost);
  await gap.flush();
  expect([await gaps(), gap.size]).toEqual([[], 1]);
  now += 1000;
  await gap.flush();
  expect([await gaps(), gap.size]).toEqual([[['Leads', 0, 5]], 0]);
});

it('keeps channels apart', async () => {
  const gap = memory();
  gap.note(lost);
  gap.note({ ...lost, module: 'Deals' });
  await gap.stop();
  expect(await gaps()).toEqual([
    ['Leads', 0, 0],
    ['Deals', 0, 0],
  ]);
});

it('stores a gap that does not end now and then, and the rest of it later', async () => {
  const gap = memory();
  for (let second = 0; second <= 30; second += 1, now += 1000) gap.note(lost);
  now -= 1000;
  await gap.flush();
  now += 500;
  gap.note(lost);
  await gap.stop();
  expect(await gaps()).toEqual([
    ['Leads', 0, 30],
    ['Leads', 31, 31],
  ]);
});

it('keeps what Postgres does not take', async () => {
  const url = 'postgres://postgres@127.0.0.1:1/nowhere';
  const away = createDatabase<IntegrationDatabase>(createPool({ url, applicationName: 'away' }));
  const gap = memory(away);
  gap.note(lost);
  now += 60_000;
  await gap.flush();
  expect(gap.size).toBe(1);
  await gap.stop();
  await away.destroy();
});
