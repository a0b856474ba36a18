import fc from 'fast-check';
import { LANES } from '#contracts';
import { isQuiet, quietHoursSchema, quietUntil, type QuietHours } from './quiet.hours.ts';

const night: QuietHours = { timeZone: 'Europe/Paris', windows: [{ from: '22:00', to: '06:00' }] };
const weekend: QuietHours = {
  timeZone: 'America/New_York',
  windows: [{ days: ['sat', 'sun'], from: '00:00', to: '00:00' }],
};
const friday: QuietHours = { timeZone: 'UTC', windows: [{ days: ['fri'], from: '23:00', to: '01:00' }] };
/** Paris: 29 March 2026, 02:00 becomes 03:00; 25 October 2026, 03:00 becomes 02:00. */
const small: QuietHours = { timeZone: 'Europe/Paris', windows: [{ from: '02:00', to: '03:00' }] };
const always: QuietHours = { timeZone: 'Asia/Kolkata', windows: [{ from: '00:00', to: '00:00' }] };
/** Its only break is shorter than a quarter of an hour, and was passed over once. */
const brief: QuietHours = { timeZone: 'Europe/Paris', windows: [{ from: '19:00', to: '18:46' }] };

describe('isQuiet', () => {
  it.each<[quiet: QuietHours, at: string, held: boolean]>([
    [night, '2026-01-10T20:59:59Z', false],
    [night, '2026-01-10T21:00:00Z', true],
    [night, '2026-01-11T04:59:59Z', true],
    [night, '2026-01-11T05:00:00Z', false],
    // In summer Paris is two hours ahead.
    [night, '2026-07-10T20:00:00Z', true],
    [night, '2026-07-11T04:00:00Z', false],
    [weekend, '2026-03-07T04:59:00Z', false],
    [weekend, '2026-03-07T05:00:00Z', true],
    [weekend, '2026-03-09T03:59:00Z', true],
    [weekend, '2026-03-09T04:00:00Z', false],
    [friday, '2026-01-10T00:59:00Z', true],
    [friday, '2026-01-10T01:00:00Z', false],
    [friday, '2026-01-09T00:30:00Z', false],
    [small, '2026-03-28T01:30:00Z', true],
    // The hour that spring leaves out does not come.
    [small, '2026-03-29T00:59:00Z', false],
    [small, '2026-03-29T01:00:00Z', false],
    // The one that autumn plays twice holds twice.
    [small, '2026-10-25T00:30:00Z', true],
    [small, '2026-10-25T01:30:00Z', true],
    [small, '2026-10-25T02:00:00Z', false],
    [always, '2026-05-05T12:00:00Z', true],
  ])('%j at %s: %s', (quiet, at, held) => {
    expect(isQuiet(quiet, new Date(at), 'live')).toBe(held);
  });

  it('holds only the lanes named', () => {
    const quiet: QuietHours = { ...night, lanes: ['backfill', 'reconcile'] };
    const held = LANES.filter((lane) => isQuiet(quiet, new Date('2026-01-10T23:00:00Z'), lane));
    expect(held).toEqual(['backfill', 'reconcile']);
  });
});

describe('quietUntil', () => {
  it.each<[quiet: QuietHours, at: string, end: string | null]>([
    [night, '2026-01-10T12:00:00Z', null],
    [night, '2026-01-10T22:13:27Z', '2026-01-11T05:00:00.000Z'],
    // The night of the change to summer time is an hour shorter, that to winter time an hour longer.
    [night, '2026-03-28T21:00:00Z', '2026-03-29T04:00:00.000Z'],
    [night, '2026-10-24T20:00:00Z', '2026-10-25T05:00:00.000Z'],
    [weekend, '2026-03-07T12:00:00Z', '2026-03-09T04:00:00.000Z'],
    [small, '2026-10-25T00:10:00Z', '2026-10-25T02:00:00.000Z'],
    [always, '2026-05-05T12:00:00Z', null],
    [brief, '2026-01-10T17:00:00Z', '2026-01-10T17:46:00.000Z'],
  ])('%j at %s: %s', (quiet, at, end) => {
    expect(quietUntil(quiet, new Date(at))?.toISOString() ?? null).toBe(end);
  });

  it('is the first minute at which it is not quiet any more', () => {
    const minutes = fc.nat({ max: 600_000 });
    const time = fc.tuple(fc.nat({ max: 23 }), fc.nat({ max: 59 })).map((parts) => {
      return parts.map((part) => String(part).padStart(2, '0')).join(':');
    });
    fc.assert(
      fc.property(minutes, time, time, fc.constantFrom('Europe/Paris', 'Australia/Lord_Howe', 'UTC'), (...row) => {
        const [at, from, to, timeZone] = row;
        const quiet: QuietHours = { timeZone, windows: [{ from, to }] };
        const instant = new Date(Date.UTC(2026, 0, 1) + at * 60_000);
        const end = quietUntil(quiet, instant);
        if (end === null) return from === to || !isQuiet(quiet, instant, 'live');
        return !isQuiet(quiet, end, 'live') && isQuiet(quiet, new Date(end.getTime() - 60_000), 'live');
      }),
      { numRuns: 200 },
    );
  });
});

describe('quietHoursSchema', () => {
  it.each([
    { timeZone: 'Mars/Olympus', windows: [{ from: '22:00', to: '06:00' }] },
    { timeZone: 'UTC', windows: [] },
    { timeZone: 'UTC', windows: [{ from: '24:00', to: '06:00' }] },
    { timeZone: 'UTC', windows: [{ from: '22:00', to: '06:00', day: 'mon' }] },
    { timeZone: 'UTC', windows: [{ from: '22:00', to: '06:00' }], lanes: ['fast'] },
  ])('refuses %j', (given) => {
    expect(quietHoursSchema.safeParse(given).success).toBe(false);
  });
});
