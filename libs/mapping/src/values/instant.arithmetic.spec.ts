import { addHours } from './instant.arithmetic.ts';

describe('addHours', () => {
  it.each([
    ['2026-03-02T09:30:00Z', 2, '2026-03-02T11:30:00Z'],
    ['2026-03-02T09:30:00.75Z', 8, '2026-03-02T17:30:00Z'],
    ['2024-02-28T23:00:00Z', 24, '2024-02-29T23:00:00Z'],
    ['2026-12-31T23:59:59Z', 1, '2027-01-01T00:59:59Z'],
    ['0000-01-01T01:00:00Z', -1, '0000-01-01T00:00:00Z'],
    ['2026-03-02T09:30:00Z', 0, '2026-03-02T09:30:00Z'],
  ])('%s and %d hours', (from, hours, to) => {
    expect(addHours(from, hours)).toBe(to);
  });

  it.each([
    ['9999-12-31T23:00:00Z', 1],
    ['0000-01-01T00:00:00Z', -1],
  ])('%s and %d hours is beyond what can be said', (from, hours) => {
    expect(() => addHours(from, hours)).toThrow(RangeError);
  });
});
