import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { forgetDeliveries } from './retention.service.ts';

const DAY_MS = 86_400_000;
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('retention');
});
beforeEach(() => context.clear());
afterAll(() => context[Symbol.asyncDispose]());

async function put(given: { days: number; count?: number; processed?: boolean }): Promise<void> {
  const { days, count = 1, processed = true } = given;
  await sql`
    insert into webhooks.deliveries (channel_id, connection_id, received_at, headers, body, processed_at)
    select 1, 'c1', now() - make_interval(days => ${days}), '{}', '', case when ${processed} then now() end
      from generate_series(1, ${count})`.execute(context.db);
}
const left = async (): Promise<number> =>
  (await sql<{ count: number }>`select count(*)::integer as count from webhooks.deliveries`.execute(context.db)).rows[0]
    ?.count ?? -1;

it('forgets what is older than the retention, and no more', async () => {
  await put({ days: 15 });
  await put({ days: 13 });
  expect(await forgetDeliveries(context.db, 14 * DAY_MS)).toBe(1);
  expect(await left()).toBe(1);
});

it('forgets more than one statement takes', async () => {
  await put({ days: 20, count: 12_000 });
  expect(await forgetDeliveries(context.db, 14 * DAY_MS)).toBe(12_000);
});

it('keeps what was not worked on, however old it is', async () => {
  await put({ days: 100, processed: false });
  expect(await forgetDeliveries(context.db, 14 * DAY_MS)).toBe(0);
  expect(await left()).toBe(1);
});
