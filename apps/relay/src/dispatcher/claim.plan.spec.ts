import { LANES, type Lane } from '#contracts';
import { claimPlan } from './claim.plan.ts';

const plan = (open: Record<string, readonly Lane[]>, turn = 1): string[] =>
  claimPlan(new Map(Object.entries(open)), turn).map(
    ({ connectionIds, lanes }) => `${connectionIds.join('+')}: ${lanes.join(' ')}`,
  );

describe('the order of claims', () => {
  it('is urgent lanes first, for all connections at once', () => {
    expect(plan({ a: LANES, b: LANES })).toEqual(['a+b: live retry', 'a+b: replay backfill reconcile']);
  });

  it('is turned round now and then, so that nothing starves', () => {
    expect(plan({ a: LANES }, 5)).toEqual(['a: replay backfill reconcile', 'a: live retry']);
  });

  it('leaves out lanes without credits, connection by connection', () => {
    expect(plan({ a: LANES, b: ['live', 'replay'], c: [] })).toEqual([
      'a: live retry',
      'b: live',
      'a: replay backfill reconcile',
      'b: replay',
    ]);
  });
});
