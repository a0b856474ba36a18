import { underPurityGuard } from './purity.guard.ts';

describe('the purity guard', () => {
  it.each<[string, () => unknown]>([
    ['Date.now()', () => Date.now()],
    ['new Date()', () => new Date()],
    ['Date()', () => Date()],
    ['performance.now()', () => performance.now()],
    ['crypto.randomUUID()', () => crypto.randomUUID()],
    ['Math.random()', () => Math.random()],
  ])('refuses %s', (_, impure) => {
    expect(() => underPurityGuard(impure)).toThrow('a mapping is pure');
  });

  it('lets a date be made from what is given, and gives the answer back', () => {
    expect(underPurityGuard(() => new Date('2026-03-01T10:00:00Z').toISOString())).toBe('2026-03-01T10:00:00.000Z');
    expect(underPurityGuard(() => Date.UTC(1970, 0, 1))).toBe(0);
  });

  it('puts everything back, also after a failure', () => {
    expect(() =>
      underPurityGuard(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(Date.now()).toBeGreaterThan(0);
    expect(Math.random()).toBeLessThan(1);
    expect(performance.now()).toBeGreaterThan(0);
    expect(crypto.randomUUID()).toHaveLength(36);
  });
});
