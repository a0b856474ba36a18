import {
  CallBudget,
  createMemoryCreditStore,
  editionLimits,
  type BudgetEvent,
  type WriteOutcome,
  type ZohoClient,
} from '#zoho';
import { silentLogger, until } from '#testing';
import { IDENTITY, zohoContext, type ZohoContext } from './zoho.context.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let context: ZohoContext;
let shift: number;
let events: BudgetEvent[];
const clock = (): number => Date.now() + shift;

beforeEach(async () => {
  context = await zohoContext();
  await context.identityField('Leads');
  shift = 0;
  events = [];
});
afterEach(() => context[Symbol.asyncDispose]());

function budgetOf(limits: { credits: number | null; concurrency: number }): CallBudget {
  const budget = new CallBudget({
    store: createMemoryCreditStore(),
    clock,
    logger: silentLogger,
    onEvent: (event) => events.push(event),
    // No call gives up its wait for a place because the machine is busy.
    placeWaitMs: 60_000,
  });
  budget.setLimits(limits);
  return budget;
}

let last = 0;
const write = async (calls: Pick<ZohoClient, 'upsert'>, records = 1): Promise<WriteOutcome> => {
  const leads = Array.from({ length: records }, () => ({ [IDENTITY]: `u${(last += 1)}`, Last_Name: 'K' }));
  const [outcome] = await calls.upsert('Leads', { records: leads, identityField: IDENTITY, trigger: [] });
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
};
/** Both clocks go on. */
const later = async (milliseconds: number): Promise<void> => {
  shift += milliseconds;
  await context.act('clock', { advanceMs: milliseconds });
};
const running = async (): Promise<number> => ((await context.look('state'))['calls'] as { running: number }).running;
const callsOf = async (): Promise<{ status: number; kind: string; credits: number }[]> =>
  (await context.look('calls'))['calls'] as { status: number; kind: string; credits: number }[];

describe('live and backfill traffic that wants three times the credits of a day (reference 5.1)', () => {
  it('loses nothing that is live, wastes no call on refusals, and uses what is left for the backfill', async () => {
    const credits = 1200;
    await context.act('limits', { credits: credits + ((await context.look('calls'))['creditsUsed'] as number) });
    const zoho = context.client({ gate: budgetOf({ credits, concurrency: 20 }), clock });
    const steps = 48;
    const live = { wanted: 0, done: 0 };
    const backfill = { wanted: 0, done: 0 };
    for (let step = 0; step < steps; step += 1) {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => write(zoho)));
      live.wanted += outcomes.length;
      live.done += outcomes.filter(({ kind }) => kind === 'succeeded').length;
      for (let turn = 0; turn < 130; turn += 1) {
        backfill.wanted += 1;
        // A backfill that is held back comes again in the next step.
        const outcome = await write(zoho.in('backfill'));
        if (outcome.kind === 'succeeded') backfill.done += 1;
        else break;
      }
      await later(60 * MINUTE);
    }
    const calls = (await callsOf()).filter(({ kind }) => kind === 'records.upsert');
    const refused = calls.filter(({ status }) => status === 429).length;
    expect(live.done).toBe(live.wanted);
    expect(refused / calls.length).toBeLessThan(0.01);
    // Two days of the backfill's share, less what the first hours and slots take.
    expect(backfill.done).toBeGreaterThan(2 * 0.4 * credits * 0.8);
    expect(events.every(({ kind, lane }) => kind === 'held' && lane === 'backfill')).toBe(true);
  });
});

describe('both causes of HTTP 429, one after the other (reference 5.3)', () => {
  it('are told apart each time, by our own count and the calls under way', async () => {
    const used = (await context.look('calls'))['creditsUsed'] as number;
    const credits = 600;
    await context.act('limits', { credits: used + credits });
    const budget = budgetOf({ credits, concurrency: 10 });
    const zoho = context.client({ gate: budget, clock });
    // Another application of the same organisation: it counts nothing.
    const other = context.client({ clock });
    const causes: string[] = [];

    for (let round = 0; round < 3; round += 1) {
      // After the credits were gone one call finds out that there are some again.
      expect(await write(zoho)).toMatchObject({ kind: 'succeeded' });
      // Too many at once: our own calls in the first round, one of the other application in the others.
      await context.act('limits', { concurrency: 1 });
      await context.act('settings', { latencyMs: 1000 });
      const theirs = round === 0 ? null : write(other);
      if (theirs !== null) await until(async () => (await running()) === 1);
      const crowded = await Promise.all(Array.from({ length: theirs === null ? 4 : 1 }, () => write(zoho)));
      causes.push(...new Set(crowded.flatMap((outcome) => (outcome.kind === 'throttled' ? [outcome.cause] : []))));
      await theirs;
      await context.act('limits', { concurrency: null });
      await context.act('settings', { latencyMs: 0 });

      // The other application uses all credits up, while we go on.
      for (;;) {
        const outcome = await write(other, 100);
        const ours = await write(zoho);
        if (ours.kind === 'throttled') {
          causes.push(ours.cause);
          break;
        }
        if (outcome.kind === 'throttled') {
          while ((await write(other)).kind === 'succeeded');
        }
      }
      expect(budget.isOpen('live')).toBe(false);
      await later(DAY + 10 * MINUTE);
    }
    expect(causes).toEqual(['concurrency', 'credits', 'concurrency', 'credits', 'concurrency', 'credits']);
    expect(new Set(events.map(({ cause }) => cause))).toEqual(new Set(['concurrency', 'credits']));
  });

  it('are counted as the CRM counts them, so that the last credit is used and none is asked for in vain', async () => {
    const used = (await context.look('calls'))['creditsUsed'] as number;
    await context.act('limits', { credits: used + 20 });
    const zoho = context.client({ gate: budgetOf({ credits: 20, concurrency: 5 }), clock });
    const kinds: string[] = [];
    for (let call = 0; call < 30; call += 1) kinds.push((await write(zoho)).kind);
    expect(kinds.filter((kind) => kind === 'succeeded').length).toBeGreaterThanOrEqual(19);
    expect((await callsOf()).some(({ status }) => status === 429)).toBe(false);
  });
});

describe('places', () => {
  it('adapt to what the CRM has room for, and live traffic gets through', async () => {
    await context.act('limits', { concurrency: 3 });
    await context.act('settings', { latencyMs: 5 });
    const zoho = context.client({ gate: budgetOf({ credits: null, concurrency: 20 }), clock });
    const outcomes: WriteOutcome[] = [];
    const worker = async (calls: Pick<ZohoClient, 'upsert'>): Promise<void> => {
      for (let turn = 0; turn < 60; turn += 1) outcomes.push(await write(calls));
    };
    await Promise.all([...Array.from({ length: 8 }, () => worker(zoho)), worker(zoho.in('backfill'))]);
    const throttled = outcomes.filter(({ kind }) => kind === 'throttled');
    expect(new Set(throttled.map((outcome) => outcome.kind === 'throttled' && outcome.cause))).toEqual(
      new Set(['concurrency']),
    );
    // Ten went out at once before the first answer; after that hardly any call is refused.
    expect(throttled.length).toBeLessThan(20);
  });

  it('follow from the edition that the organisation has (reference 5.2, 8)', async () => {
    const found = await context.zoho.org();
    if (found.kind !== 'ok') throw new Error(found.reason);
    expect(editionLimits(found.org)).toEqual({ credits: 150_000, concurrency: 20 });
  });
});
