import { LANES } from '#contracts';
import { triggerFor } from './lane.policy.ts';

describe('the trigger of a lane', () => {
  it.each([
    ['live', ['workflow']],
    ['retry', ['workflow']],
    ['replay', []],
    ['backfill', []],
    ['reconcile', []],
  ] as const)('%s', (lane, expected) => {
    expect(triggerFor(lane, { trigger: ['workflow'] })).toEqual(expected);
  });

  it('makes no trigger where a command has none', () => {
    expect(LANES.flatMap((lane) => triggerFor(lane, { trigger: [] }))).toEqual([]);
  });
});
