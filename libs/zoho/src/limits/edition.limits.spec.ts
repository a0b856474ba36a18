import { editionLimits } from './edition.limits.ts';

describe('what an edition may do (reference 5.1, 5.2)', () => {
  it.each([
    ['free', 3, 5000, 5],
    ['standard', 10, 52_500, 10],
    ['Standard', 1000, 100_000, 10],
    ['professional', 20, 60_000, 15],
    ['enterprise', 100, 150_000, 20],
    ['enterprise_trial', 1, 51_000, 20],
    ['Zoho One', 10, 60_000, 20],
    ['ultimate', 10_000, 20_050_000, 25],
    ['crm_plus', 5, 60_000, 25],
    ['enterprise', null, 50_000, 20],
  ])('%s with %s users', (paidType, users, ...limits) => {
    const [credits, concurrency] = limits;
    expect(editionLimits({ paidType, users })).toEqual({ credits, concurrency });
  });

  it.each([null, '', 'bigger than all'])('is the least of all, without a count, for %j', (paidType) => {
    expect(editionLimits({ paidType, users: 10 })).toEqual({ credits: null, concurrency: 5 });
  });
});
