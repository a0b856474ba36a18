import { PlaceQueue } from './place.queue.ts';

const queue = (all: number, heavy = 10, waitMs = 5000) => new PlaceQueue(() => ({ all, heavy }), waitMs);
const live = { lane: 'live', heavy: false } as const;
const backfill = { lane: 'backfill', heavy: false } as const;

describe('PlaceQueue', () => {
  it('lets as many in as there are places, the next one when somebody leaves', async () => {
    const places = queue(2);
    expect([await places.enter(live), await places.enter(live)]).toEqual([true, true]);
    const third = places.enter(live);
    expect(places.running).toBe(2);
    places.leave(live);
    expect(await third).toBe(true);
    expect(places.running).toBe(2);
  });

  it('lets live traffic pass what can wait', async () => {
    const places = queue(1);
    await places.enter(live);
    const order: string[] = [];
    const waiting = [
      places.enter(backfill).then(() => order.push('backfill')),
      places.enter(live).then(() => order.push('live')),
    ];
    places.leave(live);
    await waiting[1];
    places.leave(live);
    await waiting[0];
    expect(order).toEqual(['live', 'backfill']);
  });

  it('keeps one place for live traffic', async () => {
    const places = queue(2, 10, 1);
    expect(await places.enter(backfill)).toBe(true);
    expect(await places.enter(backfill)).toBe(false);
    expect(await places.enter(live)).toBe(true);
  });

  it('has a lower limit for heavy calls, which hold up no others', async () => {
    const places = queue(5, 1, 1);
    expect(await places.enter({ ...live, heavy: true })).toBe(true);
    const second = places.enter({ ...live, heavy: true });
    expect(await places.enter(live)).toBe(true);
    expect(await second).toBe(false);
    places.leave({ ...live, heavy: true });
    expect(places.heavy).toBe(0);
  });
});
