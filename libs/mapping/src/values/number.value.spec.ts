import fc from 'fast-check';
import { boolean, CRM_INTEGER_MAX, crmInteger, integer } from './number.value.ts';
import { read } from './read.value.ts';

const percent = integer({ min: 0, max: 100 });

describe('integer', () => {
  it.each([
    [0, read.value(0)],
    [100, read.value(100)],
    [1e2, read.value(100)],
    [-0, read.value(0)],
    [-1, read.invalid],
    [101, read.invalid],
    [1.5, read.invalid],
    ['5', read.invalid],
    [true, read.invalid],
    [[5], read.invalid],
    [Number.NaN, read.invalid],
    [Infinity, read.invalid],
    ['', read.empty],
    [null, read.empty],
    [undefined, read.absent],
  ])('%j from 0 to 100', (input, expected) => {
    expect(percent(input)).toStrictEqual(expected);
  });

  it('is exact or no value', () => {
    fc.assert(
      fc.property(fc.double(), (input) => {
        expect(integer()(input).is).toBe(Number.isSafeInteger(input) ? 'value' : 'invalid');
      }),
    );
  });

  it('is sent up to what the CRM holds', () => {
    expect(crmInteger(CRM_INTEGER_MAX)).toBe(999_999_999);
    expect(crmInteger(1e9)).toBe(999_999_999);
    expect(crmInteger(-3)).toBe(-3);
  });
});

describe('boolean', () => {
  it.each([
    [true, read.value(true)],
    [false, read.value(false)],
    ['true', read.invalid],
    [0, read.invalid],
    [' ', read.empty],
    [null, read.empty],
    [undefined, read.absent],
  ])('%j', (input, expected) => {
    expect(boolean(input)).toEqual(expected);
  });
});
