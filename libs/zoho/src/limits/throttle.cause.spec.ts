import { throttleCause, type ThrottleFacts } from './throttle.cause.ts';

const facts: ThrottleFacts = { credits: 1000, left: 600, price: 10, inFlight: 4, belowHalf: false };

describe('why the CRM answered 429 (reference 5.3)', () => {
  it.each<[string, Partial<ThrottleFacts>, string]>([
    ['others ran, and there are credits', {}, 'concurrency'],
    ['our ledger has less than the price', { left: 9 }, 'credits'],
    ['our ledger has none, whoever ran', { left: 0, inFlight: 9 }, 'credits'],
    ['alone, with credits: another process was at work', { inFlight: 1 }, 'concurrency'],
    ['alone, with hardly any credits: another application had the rest', { inFlight: 1, left: 10 }, 'credits'],
    ['others ran, with hardly any credits', { left: 19 }, 'credits'],
    ['alone, nothing known', { inFlight: 1, credits: null, left: null }, 'credits'],
    [
      'alone, but less than half was used a moment ago',
      { inFlight: 1, credits: null, left: null, belowHalf: true },
      'concurrency',
    ],
    ['others ran, nothing known', { credits: null, left: null }, 'concurrency'],
  ])('%s', (_name, rest, cause) => {
    expect(throttleCause({ ...facts, ...rest })).toBe(cause);
  });
});
