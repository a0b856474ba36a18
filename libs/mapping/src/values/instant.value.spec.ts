import fc from 'fast-check';
import { addDays, date } from './date.value.ts';
import { compareInstants, crmInstant, instant, instantOf } from './instant.value.ts';
import { read } from './read.value.ts';

const moment = fc.date({
  min: new Date('0000-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});
const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59));

describe('instant', () => {
  it.each([
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'],
    ['2026-03-01T10:00:00', '2026-03-01T10:00:00Z'],
    ['2026-03-01t10:00:00z', '2026-03-01T10:00:00Z'],
    ['2026-03-01T10:00:00.250+02:00', '2026-03-01T08:00:00.25Z'],
    ['2026-03-01T10:00:00.123456789Z', '2026-03-01T10:00:00.123456789Z'],
    ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00Z'],
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2000-02-29', '2000-02-29T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['2016-12-31T15:59:60-08:00', '2017-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ])('%j is %s', (input, expected) => {
    expect(instant(input)).toEqual(read.value(expected));
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-01',
    '2026-04-31',
    '2026-1-1',
    '2026-03-01T24:00:00Z',
    '2026-03-01T10:60:00Z',
    '2026-03-01T10:00:60Z',
    '2026-03-01T10:00:61Z',
    '2026-03-01T10:00Z',
    '2026-03-01T10:00:00.Z',
    '2026-03-01 10:00:00',
    '2026-03-01Z',
    '2026-03-01T10:00:00+0200',
    '2026-03-01T10:00:00+24:00',
    '20260301',
    'soon',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
    ' 2026-03-01',
    1_772_000_000,
    {},
  ])('%j cannot be used', (input) => {
    expect(instant(input)).toEqual(read.invalid);
  });

  it.each([
    [undefined, read.absent],
    [null, read.empty],
    [' ', read.empty],
  ])('of %j is no value', (input, expected) => {
    expect(instant(input)).toEqual(expected);
  });

  it('agrees with the calendar of the platform, at any offset', () => {
    fc.assert(
      fc.property(moment, offset, (at, [sign, hours, minutes]) => {
        const shift = (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
        const local = new Date(at.getTime() + shift);
        fc.pre(local.getUTCFullYear() >= 0 && local.getUTCFullYear() <= 9999);
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const read = instantOf(local.toISOString().replace('Z', zone));
        expect(Date.parse(read ?? '')).toBe(at.getTime());
      }),
    );
  });

  it('goes to the CRM in UTC without its fraction', () => {
    expect(crmInstant('2026-03-01T10:00:00Z')).toBe('2026-03-01T10:00:00+00:00');
    expect(crmInstant('2026-03-01T10:00:00.999Z')).toBe('2026-03-01T10:00:00+00:00');
  });

  it('orders as the moments do', () => {
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const order = compareInstants(instantOf(a.toISOString()) ?? '', instantOf(b.toISOString()) ?? '');
        expect(Math.sign(order)).toBe(Math.sign(a.getTime() - b.getTime()));
      }),
    );
    expect(compareInstants('2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000001Z')).toBeLessThan(0);
    expect(compareInstants('2026-03-01T10:00:00.3Z', '2026-03-01T10:00:00.25Z')).toBeGreaterThan(0);
  });
});

describe('date', () => {
  it.each([
    ['2026-03-01', '2026-03-01'],
    ['2026-03-01T23:30:00-01:00', '2026-03-02'],
    ['2026-03-01T00:30:00+01:00', '2026-02-28'],
  ])('%j is %s', (input, expected) => {
    expect(date(input)).toEqual(read.value(expected));
  });

  it('is no value where the instant is none', () => {
    expect(date('01.03.2026')).toEqual(read.invalid);
    expect(date(null)).toEqual(read.empty);
  });

  it.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-03-29', 30, '2026-04-28'],
    ['2026-01-01', -1, '2025-12-31'],
  ])('%s and %i days is %s', (from, days, expected) => {
    expect(addDays(from, days)).toBe(expected);
  });

  it('adds days as the calendar of the platform does', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -3000, max: 3000 }), (at, days) => {
        const later = new Date(at.getTime() + days * 86_400_000);
        fc.pre(later.getUTCFullYear() >= 0 && later.getUTCFullYear() <= 9999);
        expect(addDays(at.toISOString().slice(0, 10), days)).toBe(later.toISOString().slice(0, 10));
      }),
    );
  });

  it('refuses to leave the years that the form can say', () => {
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
  });
});
