import { sql } from 'kysely';
import { storeTimers } from '#folding';
import type { Timer } from '#mapping';
import { createRegistry } from '#observability';
import { integrationDatabase, silentLogger, until, type IntegrationContext } from '#testing';
import { fireDueTimers } from './due.timers.ts';
import { schedulerMetrics } from './scheduler.metrics.ts';
import { SchedulerService } from './scheduler.service.ts';

const mapping = { name: 'property-sites', product: 'sites', topics: ['user'] };
const HOUR = 3_600_000;

let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('schedule');
});
beforeEach(() => context.clear());
afterAll(() => context[Symbol.asyncDispose]());

/** Hours from now. */
const timer = (name: string, at: number, until = at + 24): Timer => ({
  name,
  type: 'trial.ending',
  subject: '42',
  at: new Date(Date.now() + at * HOUR).toISOString(),
  until: new Date(Date.now() + until * HOUR).toISOString(),
  data: { days_left: 3 },
});
const store = (timers: readonly Timer[], key = '42'): Promise<void> =>
  context.db.transaction().execute((trx) => storeTimers(trx, mapping, [{ tenantId: 'sites', key, timers }]));
const fire = (): ReturnType<typeof fireDueTimers> => fireDueTimers(context.db, { mappings: [mapping], limit: 10 });
const waiting = async (): Promise<string[]> =>
  (await sql<{ name: string }>`select name from relay.timers order by due_at`.execute(context.db)).rows.map(
    (row) => row.name,
  );
const events = async (): Promise<Record<string, unknown>[]> =>
  (await sql<Record<string, unknown>>`select * from outbox.events order by id`.execute(context.db)).rows;

describe('the schedule', () => {
  it('makes an event of an entry whose time has come, in the topic and under the key of its mapping', async () => {
    await store([timer('trial.ending:42:2026-03-01:3', -1), timer('later', 1)]);
    expect(await fire()).toEqual({ fired: 1, missed: 0 });
    expect(await waiting()).toEqual(['later']);
    expect(await events()).toEqual([
      expect.objectContaining({
        // UUIDv5 of the name in the URL namespace: anybody can make it again.
        id: '4ba5f460-e132-5b98-8604-b76a71b534db',
        aggregate_type: 'sites.user',
        aggregate_id: '42',
        partition_key: '42',
        event_type: 'trial.ending',
        tenant_id: 'sites',
        payload: { days_left: 3 },
      }),
    ]);
  });

  it('never fires an entry whose day is over', async () => {
    await store([timer('yesterday', -1, 1)]);
    await sql`update relay.timers set until_at = now()`.execute(context.db);
    expect(await fire()).toEqual({ fired: 0, missed: 1 });
    expect(await events()).toEqual([]);
    await store([timer('long ago', -48)]);
    expect(await waiting()).toEqual([]);
  });

  it('holds what the last fold of a key asked for, and nothing of before', async () => {
    await store([timer('a', 1), timer('b', 2)]);
    await store([timer('other', 3)], '43');
    await store([timer('b', 2)]);
    expect(await waiting()).toEqual(['b', 'other']);
    await store([]);
    expect(await waiting()).toEqual(['other']);
  });

  it('fires an entry once, however many look at the same time', async () => {
    await store(Array.from({ length: 30 }, (_, n) => timer(`t${n}`, -1)));
    const rounds = await Promise.all(Array.from({ length: 6 }, () => fire()));
    expect(rounds.reduce((sum, { fired }) => sum + fired, 0)).toBe(30);
    expect(await events()).toHaveLength(30);
  });

  it('leaves entries of mappings that are not loaded', async () => {
    await store([timer('a', -1)]);
    expect(await fireDueTimers(context.db, { mappings: [], limit: 10 })).toEqual({ fired: 0, missed: 0 });
    expect(await waiting()).toEqual(['a']);
  });

  it('is looked at at the start and again and again', async () => {
    await store(Array.from({ length: 7 }, (_, n) => timer(`t${n}`, -1)));
    const metrics = schedulerMetrics(createRegistry('spec'));
    const parts = { db: context.db, mappings: [mapping], logger: silentLogger, metrics };
    const scheduler = new SchedulerService({ ...parts, intervalMs: 20, batchSize: 3 });
    scheduler.start();
    await until(async () => (await events()).length === 7);
    await store([timer('one more', -1)]);
    await until(async () => (await events()).length === 8);
    await scheduler.stop();
    expect(await waiting()).toEqual([]);
  });
});
