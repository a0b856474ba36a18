import fc from 'fast-check';
import { fullName } from './name.value.ts';
import { read } from './read.value.ts';

describe('full name', () => {
  it.each([
    ['Cher', null, 'Cher'],
    ['Ana Ruiz Soler', 'Ana', 'Ruiz Soler'],
    [' Ludwig \t van  Beethoven ', 'Ludwig', 'van Beethoven'],
    ['li WEI', 'li', 'WEI'],
    ["Dr. O'Neill-Smith, Jr.", 'Dr.', "O'Neill-Smith, Jr."],
    [`${'a'.repeat(41)} ${'b'.repeat(81)}`, 'a'.repeat(40), 'b'.repeat(80)],
    ['c'.repeat(81), null, 'c'.repeat(80)],
    [`A ${'b'.repeat(79)} c`, 'A', 'b'.repeat(79)],
    [`${'a'.repeat(39)}😀 B`, 'a'.repeat(39), 'B'],
  ])('%j', (input, first, last) => {
    expect(fullName(input)).toEqual(read.value({ first, last }));
  });

  it.each([
    [undefined, read.absent],
    [null, read.empty],
    [' \t ', read.empty],
    [42, read.invalid],
    [['A B'], read.invalid],
  ])('of %j is no value', (input, expected) => {
    expect(fullName(input)).toEqual(expected);
  });

  it('loses no word and makes none up, if nothing is cut', () => {
    const word = fc.stringMatching(/^[A-Za-zÀ-ÿ'.-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const [first = '', ...rest] = words;
        const expected = rest.length === 0 ? { first: null, last: first } : { first, last: rest.join(' ') };
        expect(fullName(words.join('  '))).toEqual(read.value(expected));
      }),
    );
  });
});
