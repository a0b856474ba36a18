import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { creditStore } from './credit.store.ts';

const SLOT = 300_000;
const DAY = 24 * 3_600_000;
const now = Date.parse('2026-03-02T10:01:00Z');
const slot = Date.parse('2026-03-02T10:00:00Z');
let context: IntegrationContext;

beforeAll(async () => {
  context = await integrationDatabase('credits');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  await context.addConnection({ id: 'c2', tenantId: 'other' });
});
afterAll(() => context[Symbol.asyncDispose]());

describe('creditStore', () => {
  it('adds up by slot and lane, for every replica', async () => {
    const [one, two] = [creditStore(context.db, 'c1'), creditStore(context.db, 'c1')];
    await Promise.all(
      Array.from({ length: 20 }, (_, turn) => (turn % 2 ? one : two).spend({ lane: 'live', credits: 3, now })),
    );
    await one.spend({ lane: 'backfill', credits: 10, now: now + SLOT });
    expect(await two.read(now + SLOT)).toEqual([
      { at: slot, lane: 'live', credits: 60 },
      { at: slot + SLOT, lane: 'backfill', credits: 10 },
    ]);
    expect(await creditStore(context.db, 'c2').read(now)).toEqual([]);
  });

  it('takes back what was not spent, never below nothing', async () => {
    const store = creditStore(context.db, 'c1');
    await store.spend({ lane: 'live', credits: 10, now });
    await store.spend({ lane: 'live', credits: -4, now });
    expect(await store.read(now)).toMatchObject([{ credits: 6 }]);
    await store.spend({ lane: 'live', credits: -10, now });
    await store.spend({ lane: 'retry', credits: -10, now });
    expect((await store.read(now)).map(({ credits }) => credits)).toEqual([0, 0]);
  });

  it('forgets what has left the window', async () => {
    const store = creditStore(context.db, 'c1');
    await store.spend({ lane: 'live', credits: 1, now });
    expect(await store.read(now + DAY)).toHaveLength(1);
    expect(await store.read(now + DAY + SLOT)).toEqual([]);
    await store.spend({ lane: 'live', credits: 1, now: now + 3 * DAY });
    const { rows } = await sql`select slot from ledger.credits`.execute(context.db);
    expect(rows).toHaveLength(1);
  });

  it('keeps what was learned of the limits', async () => {
    const store = creditStore(context.db, 'c1');
    expect(await store.readLimits()).toBeNull();
    await store.writeLimits({ credits: 150_000, concurrency: 20, learnedAt: now });
    await store.writeLimits({ credits: null, concurrency: 25, learnedAt: now + 1 });
    expect(await store.readLimits()).toEqual({ credits: null, concurrency: 25, learnedAt: now + 1 });
  });
});
