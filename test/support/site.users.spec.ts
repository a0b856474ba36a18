import fc from 'fast-check';
import { builtInPacks } from '#packs';
import { expectedCrm } from './fold.oracle.ts';
import { workloadOf, workloads } from './site.users.ts';

const SIZE = { firstUser: 1000, users: { min: 3, max: 6 }, events: { min: 4, max: 12 } };
const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);
const { mapping } = builtInPacks['property-sites'] ?? {};

describe('lives of users of property-sites', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(workloadOf(3, SIZE)).toEqual(workloadOf(3, SIZE));
    expect(workloadOf(3, SIZE)).not.toEqual(workloadOf(4, SIZE));
  });

  it('tell of everything that the page has, in mixed order and with repetitions', () => {
    const all = SEEDS.map((seed) => workloadOf(seed, SIZE));
    const types = new Set(all.flatMap(({ deliveries }) => deliveries.map(({ type }) => type)));
    expect([...types].toSorted()).toEqual([
      'activity.recorded',
      'subscription.activated',
      'subscription.canceled',
      'subscription.plan_selected',
      'trial.ending',
      'trial.expired',
      'user.signed_up',
      'website.configured',
      'website.live',
    ]);
    for (const { lives, deliveries } of all) {
      const told = lives.reduce((sum, { events }) => sum + events.length, 0);
      expect(new Set(deliveries.map(({ id }) => id)).size).toBe(told);
    }
    expect(
      all.filter(({ lives, deliveries }) => deliveries.length > lives.flatMap(({ events }) => events).length).length,
    ).toBeGreaterThan(50);
    if (mapping === undefined) throw new Error('no pack');
    const expected = all.map(({ deliveries }) => expectedCrm(mapping, deliveries));
    expect(expected.flatMap(({ conversions }) => conversions).length).toBeGreaterThan(30);
    expect(
      expected.flatMap(({ effects }) => effects.filter(({ module }) => module === 'Tasks')).length,
    ).toBeGreaterThan(20);
  });

  it('keep each user in order, and say the same with and without repetitions', () => {
    fc.assert(
      fc.property(workloads(SIZE), ({ lives, deliveries }) => {
        if (mapping === undefined) throw new Error('no pack');
        for (const { userId, events } of lives) {
          const ids = deliveries.filter(({ key }) => key === String(userId)).map(({ id }) => id);
          expect([...new Set(ids)]).toEqual(events.map(({ id }) => id));
        }
        const inTurn = expectedCrm(
          mapping,
          lives.flatMap(({ events }) => events),
        );
        const mixed = expectedCrm(mapping, deliveries);
        const byKey = (crm: typeof mixed) => crm.records.toSorted((a, b) => a.key.localeCompare(b.key));
        expect(byKey(mixed)).toEqual(byKey(inTurn));
      }),
      { numRuns: 20 },
    );
  });
});
