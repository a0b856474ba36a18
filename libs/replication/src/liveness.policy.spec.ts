import { planLiveness, type LivenessPlan } from './liveness.policy.ts';

describe('liveness', () => {
  it.each<[string, [number, number], LivenessPlan]>([
    ['a third of the limit', [60_000, 60_000], { statusIntervalMs: 20_000, deadAfterMs: 60_000 }],
    [
      'more often when idle positions are wanted more often',
      [60_000, 5_000],
      { statusIntervalMs: 5_000, deadAfterMs: 60_000 },
    ],
    ['three questions at least before a server is dead', [1, 5_000], { statusIntervalMs: 1, deadAfterMs: 3 }],
  ])('%s', (_, [senderTimeoutMs, mostMs], plan) => {
    expect(planLiveness(senderTimeoutMs, mostMs)).toEqual(plan);
  });
});
