import fc from 'fast-check';
import { expiryFor, renewalOf } from './renewal.policy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (ms: number): Date => new Date(1_772_359_200_000 + ms);

describe('expiryFor', () => {
  it.each([
    [HOUR, HOUR],
    [DAY, DAY],
    [7 * DAY, 7 * DAY - 60_000],
    [30 * DAY, 7 * DAY - 60_000],
  ])('of a life of %i ms', (asked, granted) => {
    expect(expiryFor(at(0), asked)).toEqual(at(granted));
  });

  it('never asks for what the CRM would turn into an hour', () => {
    fc.assert(
      fc.property(fc.nat({ max: 365 * DAY }), (lifeMs) => {
        expect(expiryFor(at(0), lifeMs).getTime()).toBeLessThan(at(7 * DAY).getTime());
      }),
    );
  });
});

describe('renewalOf', () => {
  const day = { subscribedAt: at(0), expiresAt: at(DAY), changed: false };

  it.each<[string, ReturnType<typeof renewalOf>, Parameters<typeof renewalOf>[0]]>([
    ['never subscribed', 'subscribe', { subscribedAt: null, expiresAt: null, changed: true, now: at(0) }],
    ['fresh', 'nothing', { ...day, now: at(1) }],
    ['before half of its life', 'nothing', { ...day, now: at(12 * HOUR - 1) }],
    ['at half of its life', 'renew', { ...day, now: at(12 * HOUR) }],
    ['near its end', 'renew', { ...day, now: at(DAY - 1) }],
    ['at its end', 'subscribe', { ...day, now: at(DAY) }],
    ['long over', 'subscribe', { ...day, now: at(9 * DAY), changed: true }],
    ['the service changed', 'renew', { ...day, changed: true, now: at(1) }],
  ])('%s: %s', (_what, action, channel) => {
    expect(renewalOf(channel)).toBe(action);
  });

  it('regression: a channel that the CRM granted less than asked for is renewed at half of what it granted', () => {
    const hour = { subscribedAt: at(0), expiresAt: at(HOUR), changed: false };
    expect(renewalOf({ ...hour, now: at(5000) })).toBe('nothing');
    expect(renewalOf({ ...hour, now: at(HOUR / 2) })).toBe('renew');
  });

  it('regression: a channel that was asked to live longer than a week is not renewed all the time', () => {
    expect(
      renewalOf({ subscribedAt: at(0), expiresAt: expiryFor(at(0), 30 * DAY), changed: false, now: at(5000) }),
    ).toBe('nothing');
  });

  it('does nothing in the first half of any life and something in the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 7 * DAY }), fc.double({ min: 0, max: 2, noNaN: true }), (lifeMs, share) => {
        const now = at(Math.floor(lifeMs * share));
        const action = renewalOf({ subscribedAt: at(0), expiresAt: at(lifeMs), changed: false, now });
        const lived = now.getTime() - at(0).getTime();
        expect(action).toBe(lived >= lifeMs ? 'subscribe' : lived >= lifeMs / 2 ? 'renew' : 'nothing');
      }),
    );
  });
});
