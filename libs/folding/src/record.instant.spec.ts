import { recordInstant } from './record.instant.ts';

it.each([
  [1_772_359_200_250, '2026-03-01T10:00:00.250Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
  [9e18, '9999-12-31T23:59:59.999Z'],
  [-9e18, '0001-01-01T00:00:00.000Z'],
])('regression: a record of the time %d does not stop its partition', (milliseconds, expected) => {
  expect(recordInstant(milliseconds)).toBe(expected);
});
