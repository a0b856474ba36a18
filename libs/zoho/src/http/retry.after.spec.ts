import { retryAtOf } from './retry.after.ts';

const now = Date.parse('2026-03-01T10:00:00Z');

it.each([
  [undefined, null],
  ['', null],
  ['soon', null],
  ['30', now + 30_000],
  ['Sun, 01 Mar 2026 10:01:00 GMT', now + 60_000],
  ['Sun, 01 Mar 2020 10:01:00 GMT', null],
])('Retry-After %j', (header, expected) => {
  expect(retryAtOf(header, now)).toBe(expected);
});
