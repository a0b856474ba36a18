import type { Lane } from '#contracts';
import { silentLogger } from '../testing/silent.logger.ts';
import { CallBudget, type BudgetEvent } from './call.budget.ts';
import type { CallEnd, CallPass } from './call.gate.ts';
import { createMemoryCreditStore, type CreditStore } from './credit.store.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let now: number;
let store: CreditStore;
let events: BudgetEvent[];
let budget: CallBudget;

const make = (): CallBudget =>
  new CallBudget({
    store,
    clock: () => now,
    logger: silentLogger,
    placeWaitMs: 5,
    onEvent: (event) => events.push(event),
  });

beforeEach(() => {
  now = Date.parse('2026-03-02T10:00:00Z');
  store = createMemoryCreditStore();
  events = [];
  budget = make();
  budget.setLimits({ credits: 1000, concurrency: 4 });
});

const enter = (lane: Lane, price: number, heavy = false) => budget.enter({ kind: 'upsert', lane, price, heavy });
const ok = (credits: number, rest: Partial<CallEnd> = {}): CallEnd => ({
  status: 200,
  credits,
  creditsRemaining: null,
  ...rest,
});
const refusal: CallEnd = { status: 429, credits: 0, creditsRemaining: null };

async function pass(lane: Lane, price: number): Promise<CallPass> {
  const entered = await enter(lane, price);
  if (entered.kind !== 'pass') throw new Error(JSON.stringify(entered));
  return entered;
}
async function spend(lane: Lane, price: number, rest: Partial<CallEnd> = {}): Promise<void> {
  await (await pass(lane, price)).leave(ok(price, rest));
}

describe('credits', () => {
  it('are counted before the call leaves, so that a crash in the middle counts', async () => {
    await pass('live', 10);
    expect(await store.read(now)).toMatchObject([{ lane: 'live', credits: 10 }]);
  });

  it('are taken back when the call cost none', async () => {
    const entered = await pass('live', 10);
    await entered.leave({ status: null, credits: 0, creditsRemaining: null });
    expect(budget.state()).toMatchObject({ left: 1000, running: 0 });
    expect(await store.read(now)).toMatchObject([{ credits: 0 }]);
  });

  it('of a lane are held back at its share, with the time when some come back', async () => {
    await spend('backfill', 400);
    expect(await enter('backfill', 1)).toMatchObject({
      kind: 'throttled',
      reason: 'LANE_SHARE_SPENT',
      cause: 'credits',
      until: now + DAY + 5 * MINUTE,
    });
    expect(budget.isOpen('backfill')).toBe(false);
    expect(budget.isOpen('live')).toBe(true);
    await spend('live', 500);
    expect(events).toEqual([{ kind: 'held', lane: 'backfill', cause: 'credits' }]);
    now += DAY + 5 * MINUTE;
    expect(await enter('backfill', 400)).toMatchObject({ kind: 'pass' });
  });

  it('are shared by replicas', async () => {
    const other = make();
    other.setLimits({ credits: 1000, concurrency: 4 });
    await spend('backfill', 300);
    now += 1000;
    expect((await other.enter({ kind: 'upsert', lane: 'backfill', price: 101, heavy: false })).kind).toBe('throttled');
  });

  it('that others used are learned from the header', async () => {
    await spend('live', 10, { creditsRemaining: 20 });
    expect(budget.state()).toMatchObject({ others: 970, left: 20 });
    expect((await enter('live', 30)).kind).toBe('throttled');
  });

  it('that were bought are learned from the header', async () => {
    await spend('live', 10, { creditsRemaining: 5000 });
    expect(budget.state()).toMatchObject({ credits: 5010, left: 5000, others: 0 });
  });

  it('are not made up: without a ledger nothing goes out', async () => {
    store.spend = () => Promise.reject(new Error('Postgres is away'));
    expect(await enter('live', 1)).toMatchObject({ kind: 'unavailable', reason: 'CREDIT_LEDGER' });
    expect(budget.state().running).toBe(0);
  });

  it('are forecast', async () => {
    await spend('live', 200);
    const { exhaustedAt } = budget.state();
    expect(((exhaustedAt ?? 0) - now) / (60 * MINUTE)).toBeCloseTo(4, 0);
  });
});

describe('a refusal by the CRM', () => {
  it('among other calls is one for too many at once: fewer go out from then on', async () => {
    const [first, second] = [await pass('live', 1), await pass('live', 1)];
    expect(await second.leave(refusal)).toEqual({ cause: 'concurrency', until: null });
    await first.leave(ok(1));
    expect(budget.state()).toMatchObject({ limit: 1, cap: 4 });
    await pass('live', 1);
    expect(await enter('live', 1)).toMatchObject({ kind: 'throttled', reason: 'NO_PLACE', cause: 'place' });
  });

  it('without credits by our count is one for credits: nothing goes out, then one call tries', async () => {
    await spend('live', 10, { creditsRemaining: 1 });
    // Somebody else took the last one.
    const last = await pass('live', 1);
    const answer = await last.leave(refusal);
    expect(answer).toMatchObject({ cause: 'credits' });
    expect(await enter('live', 1)).toMatchObject({ kind: 'throttled', reason: 'CREDITS_SPENT', until: answer?.until });
    expect(budget.isOpen('live')).toBe(false);
    now = answer?.until ?? now;
    const probe = await pass('live', 1);
    expect((await enter('live', 1)).kind).toBe('throttled');
    await probe.leave(ok(1, { creditsRemaining: 300 }));
    expect(budget.state().left).toBe(300);
    expect((await enter('live', 1)).kind).toBe('pass');
  });

  it('of a probe waits again', async () => {
    await spend('live', 10, { creditsRemaining: 1 });
    now = (await (await pass('live', 1)).leave(refusal))?.until ?? now;
    const again = await (await pass('live', 1)).leave(refusal);
    expect(again).toMatchObject({ cause: 'credits' });
    expect(again?.until).toBeGreaterThan(now);
  });

  it('of a heavy call while there was room cuts the limit of heavy calls alone', async () => {
    budget.setLimits({ credits: 1000, concurrency: 20 });
    await enter('live', 1, true);
    const heavy = await enter('live', 1, true);
    if (heavy.kind !== 'pass') throw new Error('no place');
    expect(await heavy.leave(refusal)).toMatchObject({ cause: 'concurrency' });
    expect(budget.state()).toMatchObject({ limit: 10, heavyLimit: 2 });
  });
});

describe('while limits are not known', () => {
  it('calls go out, five at a time at most, and refusals of lone calls close it', async () => {
    budget = make();
    expect(budget.state()).toMatchObject({ credits: null, left: null, cap: 5 });
    expect(await (await pass('backfill', 5000)).leave(refusal)).toMatchObject({ cause: 'credits' });
    expect((await enter('live', 1)).kind).toBe('throttled');
    now += 5 * MINUTE;
    await spend('live', 1);
    expect((await enter('live', 1)).kind).toBe('pass');
  });
});
