import { isShort } from './credit.shortage.ts';

describe('isShort', () => {
  it.each([
    [{ credits: null, left: null, exhaustedAt: null }, false],
    [{ credits: 1000, left: 1000, exhaustedAt: null }, false],
    [{ credits: 1000, left: 100, exhaustedAt: null }, false],
    [{ credits: 1000, left: 99, exhaustedAt: null }, true],
    [{ credits: 1000, left: 900, exhaustedAt: 1 }, true],
  ])('%j: %s', (state, expected) => {
    expect(isShort(state)).toBe(expected);
  });
});
