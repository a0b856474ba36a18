import { CALL_KINDS, creditsOf, isHeavy } from './credits.ts';

it.each([
  ['upsert', 1, 1],
  ['upsert', 10, 1],
  ['upsert', 11, 2],
  ['upsert', 100, 10],
  ['insert', 95, 10],
  ['update', 100, 10],
  ['remove', 1, 1],
  ['remove', 100, 1],
  ['get', 100, 1],
  ['list', 0, 1],
  ['coql', 0, 1],
  ['deleted', 0, 2],
  ['convert', 1, 5],
  ['watch_enable', 0, 1],
  ['bulk_write', 0, 500],
  ['bulk_read', 0, 50],
  ['bulk_job', 0, 1],
  ['token', 0, 0],
] as const)('%s of %d records costs %d (reference 5.1)', (kind, records, credits) => {
  expect(creditsOf({ kind, records })).toBe(credits);
});

it('prices every kind of call', () => {
  for (const kind of CALL_KINDS)
    expect(creditsOf({ kind, records: 1 })).toBeGreaterThanOrEqual(kind === 'token' ? 0 : 1);
});

it.each([
  ['upsert', 10, false],
  ['upsert', 11, true],
  ['insert', 11, true],
  ['update', 11, true],
  ['coql', 0, true],
  ['convert', 1, true],
  ['list', 0, true],
  ['get', 100, false],
  ['remove', 100, false],
] as const)('%s of %d records is heavy: %s (reference 5.2)', (kind, records, heavy) => {
  expect(isHeavy({ kind, records })).toBe(heavy);
});
