import type { Lane } from '#contracts';
import {
  CREDIT_SLOT,
  CREDIT_WINDOW,
  exhaustedAt,
  freeAt,
  slotOf,
  usedByLane,
  type CreditSlot,
} from './credit.window.ts';

const HOUR = 3_600_000;
const now = slotOf(Date.parse('2026-03-02T10:00:00Z'));
const spent = (hoursAgo: number, credits: number, lane: Lane = 'live'): CreditSlot => ({
  at: slotOf(now - hoursAgo * HOUR),
  lane,
  credits,
});

describe('the rolling window (reference 5.1)', () => {
  it('counts each lane, and forgets what is older than a day', () => {
    const slots = [spent(25, 1000), spent(23, 10), spent(1, 5), spent(2, 7, 'backfill')];
    expect(Object.fromEntries(usedByLane(slots, now))).toEqual({ live: 15, backfill: 7 });
  });

  it('never counts a credit for less than 24 hours', () => {
    const slot = { at: now, lane: 'live', credits: 1 } as const;
    const last = now + CREDIT_SLOT - 1;
    expect(usedByLane([slot], last + CREDIT_WINDOW).get('live')).toBe(1);
    expect(usedByLane([slot], now + CREDIT_WINDOW + CREDIT_SLOT).get('live')).toBeUndefined();
  });

  it.each([
    [10, 23],
    [11, 20],
    [30, 20],
    [31, null],
  ])('%d credits come back when those of %s hours ago leave', (credits, hoursAgo) => {
    const slots = [spent(20, 20), spent(23, 10)];
    const expected = hoursAgo === null ? null : now - hoursAgo * HOUR + CREDIT_WINDOW + CREDIT_SLOT;
    expect(freeAt(slots, { credits, now })).toBe(expected);
  });
});

describe('the forecast', () => {
  const at = (slots: CreditSlot[], credits: number, others = 0) => {
    const found = exhaustedAt(slots, { credits, others, now });
    return found === null ? null : (found - now) / HOUR;
  };

  it.each<[string, CreditSlot[], number, number, number | null]>([
    ['nothing is spent', [], 1000, 0, null],
    ['all is gone already', [spent(5, 1000)], 1000, 0, 0],
    ['others have the rest', [spent(5, 400)], 1000, 600, 0],
    ['100 an hour, 900 left', [spent(0.5, 100)], 1000, 0, 9],
    ['100 an hour, 400 left beside others', [spent(0.5, 100)], 1000, 500, 4],
    ['what was spent long ago counts, its rate does not', [spent(12, 900)], 1000, 0, null],
    [
      '100 an hour for a day already: as much leaves as comes',
      Array.from({ length: 24 }, (_, hour) => spent(hour, 100)),
      2600,
      0,
      null,
    ],
  ])('%s', (...[, slots, credits, others, hours]) => {
    const found = at(slots, credits, others);
    if (hours === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(hours, 0);
  });
});
