import fc from 'fast-check';
import { LANES, type Lane } from '#contracts';
import { DEFAULT_SHARES, maySpend } from './lane.shares.ts';

const credits = 1000;
type Asked = [lane: Lane, price: number, used?: Partial<Record<Lane, number>>, others?: number];
const ask = (...[lane, price, used = {}, others = 0]: Asked) =>
  maySpend({
    lane,
    price,
    credits,
    used: new Map(Object.entries(used) as [Lane, number][]),
    others,
    shares: DEFAULT_SHARES,
  });

describe('what a lane may spend', () => {
  it.each<[string, Asked, string]>([
    ['anything on an empty day', ['backfill', 10], 'ok'],
    ['live may use all of it, but for what is kept for retries and sweeps', ['live', 100, { live: 800 }], 'ok'],
    ['live stops where the floors of others begin', ['live', 130, { live: 800 }], 'day'],
    ['backfill stops at its share', ['backfill', 1, { backfill: 400 }], 'lane'],
    ['backfill stops before the floor of live', ['backfill', 21, { backfill: 300, replay: 100 }], 'day'],
    [
      'backfill may use what live has used of its floor',
      ['backfill', 20, { backfill: 300, live: 500, replay: 80 }],
      'ok',
    ],
    ['live within its floor needs no look at the others', ['live', 10, { live: 100, backfill: 400 }, 450], 'ok'],
    ['nothing is left where others took it', ['live', 1, {}, 1000], 'day'],
    ['a call that costs nothing', ['backfill', 0, { backfill: 400 }], 'ok'],
  ])('%s', (_name, given, kind) => {
    expect(ask(...given).kind).toBe(kind);
  });

  it('is not limited as long as the credits of the day are not known', () => {
    const unknown = {
      lane: 'backfill',
      price: 500,
      credits: null,
      used: new Map(),
      others: 0,
      shares: DEFAULT_SHARES,
    } as const;
    expect(maySpend(unknown)).toEqual({ kind: 'ok' });
  });
});

it('keeps the floor of each lane, whatever the others do, and never spends more than there is', () => {
  const spend = fc.record({ lane: fc.constantFrom(...LANES), price: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(fc.array(spend, { maxLength: 200 }), (spends) => {
      const used = new Map<Lane, number>();
      for (const { lane, price } of spends) {
        const question = { lane, price, credits, used, others: 0, shares: DEFAULT_SHARES };
        const isAllowed = maySpend(question).kind === 'ok';
        const before = used.get(lane) ?? 0;
        if (before + price <= DEFAULT_SHARES[lane].floor * credits) expect(isAllowed).toBe(true);
        if (isAllowed) used.set(lane, before + price);
        expect([...used.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(credits);
      }
    }),
  );
});
