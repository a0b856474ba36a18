import { instantOf, modifiedSince, zohoTime } from './zoho.time.ts';

it('writes whole seconds in UTC with an offset (reference 9)', () => {
  expect(zohoTime(new Date('2026-03-01T10:00:00.987Z'))).toBe('2026-03-01T10:00:00+00:00');
});

it('reads times in any zone, and nothing out of nothing', () => {
  expect(instantOf('2026-03-02T10:11:12+01:00')).toBe(Date.parse('2026-03-02T09:11:12Z'));
  expect(instantOf(null)).toBeNull();
  expect(instantOf(undefined)).toBeNull();
  expect(instantOf('yesterday')).toBeNull();
});

it('asks for what was modified at or after an instant by the second before', () => {
  expect(modifiedSince(new Date('2026-03-01T10:00:00.987Z'))).toBe('2026-03-01T09:59:59+00:00');
});
