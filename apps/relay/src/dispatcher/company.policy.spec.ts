import { pauseForCompany } from './company.policy.ts';

const alone = { short: true, waiting: 1, oldestMs: 300, waitMs: 1000 };

describe('pauseForCompany', () => {
  it.each([
    ['waits for what is left of its time', alone, 700],
    ['goes at once while credits are not short', { ...alone, short: false }, 0],
    ['goes when its time is over', { ...alone, oldestMs: 1000 }, 0],
    ['goes with a full call', { ...alone, waiting: 100 }, 0],
    ['waits with a call that is almost full', { ...alone, waiting: 99 }, 700],
    ['does not wait for nothing', { ...alone, waiting: 0 }, 0],
    ['never waits where no time is set', { ...alone, waitMs: 0 }, 0],
  ])('%s', (_what, given, expected) => {
    expect(pauseForCompany(given)).toBe(expected);
  });
});
