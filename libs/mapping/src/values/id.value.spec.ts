import fc from 'fast-check';
import { id } from './id.value.ts';
import { read } from './read.value.ts';

describe('id', () => {
  it.each([
    ['u1', read.value('u1')],
    [' u1 ', read.value(' u1 ')],
    ['e\u0301', read.value('e\u0301')],
    ['x'.repeat(64), read.value('x'.repeat(64))],
    ['x'.repeat(65), read.invalid],
    ['😀'.repeat(32), read.value('😀'.repeat(32))],
    ['', read.empty],
    ['  ', read.empty],
    [null, read.empty],
    [undefined, read.absent],
    [1, read.invalid],
    ['a\0', read.invalid],
    ['a\ud800', read.invalid],
  ])('of %j', (input, expected) => {
    expect(id()(input)).toEqual(expected);
  });

  it('keeps to the limits that a page names', () => {
    expect(id({ max: 2 })('abc')).toEqual(read.invalid);
    expect(id({ min: 2 })('a')).toEqual(read.invalid);
    expect(id({ min: 2, max: 100 })('x'.repeat(100))).toEqual(read.value('x'.repeat(100)));
  });

  it('is exactly what was given, whenever that has 1 to 64 units and is not blank', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (input) => {
        const blank = input.trim() === '';
        const expected = blank ? read.empty : input.length > 64 ? read.invalid : read.value(input);
        expect(id()(input)).toEqual(expected);
      }),
    );
  });
});
