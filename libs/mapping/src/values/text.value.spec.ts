import fc from 'fast-check';
import { read } from './read.value.ts';
import { lines, text } from './text.value.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const spaced = fc.string({
  unit: fc.constantFrom('a', 'é', 'e\u0301', ' ', '\t', '\n', '\r', '\u0085', '\u00a0', '\u200b', '\ufeff', '\0', '😀'),
});
const plain = fc.string({ unit: fc.constantFrom('a', '~', '!', ' ', '\t', '\n', '\u007f') });

describe('text', () => {
  it.each([
    ['Ana', 'Ana'],
    ['  Ana \t Ruiz\r\n', 'Ana Ruiz'],
    ['a\u0085b\u00a0c\u2028d\u3000e\u1680f', 'a b c d e f'],
    ['a\u0000b\u001bc\u007fd\u009fe', 'abcde'],
    ['a\u200bb\u2060c\ufeffd', 'abcd'],
    // Removed first, so that what it stood between comes together.
    ['a \u200b b', 'a b'],
    ['e\u0301', '\u00e9'],
    // Not in the list: a joiner that some scripts and emoji need, and the Mongolian separator (Cf, no white space).
    ['a\u200d\u200c\u180eb', 'a\u200d\u200c\u180eb'],
    ['😀', '😀'],
  ])('cleans %j', (input, expected) => {
    expect(text(input)).toEqual(read.value(expected));
  });

  it.each([
    [undefined, read.absent],
    [null, read.empty],
    ['', read.empty],
    [' \t\r\n\u3000', read.empty],
    ['\u200b\u0000', read.empty],
    [1, read.invalid],
    [true, read.invalid],
    [[], read.invalid],
    [{}, read.invalid],
    ['a\ud800', read.invalid],
    ['\udc00a', read.invalid],
  ])('of %j is no value', (input, expected) => {
    expect(text(input)).toEqual(expected);
  });

  it('cleans to the same as a reading of the rule one code point at a time', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, spaced, plain), (input) => {
        const result = text(input);
        expect(result).toEqual(byTheLetter(input) === '' ? read.empty : read.value(byTheLetter(input)));
      }),
    );
  });

  it('changes nothing more when cleaned again', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, spaced, plain), (input) => {
        const once = text(input);
        if (once.is === 'value') expect(text(once.value)).toEqual(once);
      }),
    );
  });
});

describe('lines', () => {
  it.each([
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['a\r\r\nb', 'a\n\nb'],
    [' \n a  b \t c \n\n', 'a  b \t c'],
    ['a\u0085b\u000bc\u000cd\u001be', 'abcde'],
    ['a\u200b\u2060\ufeffb', 'ab'],
    ['a\u2028b', 'a\u2028b'],
    ['e\u0301\nx', '\u00e9\nx'],
  ])('cleans %j', (input, expected) => {
    expect(lines(input)).toEqual(read.value(expected));
  });

  it.each([
    [undefined, read.absent],
    [null, read.empty],
    ['\r\n \t', read.empty],
    [7, read.invalid],
  ])('of %j is no value', (input, expected) => {
    expect(lines(input)).toEqual(expected);
  });

  it('has no control character but LF and tab, no white space at its ends, and stays as it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, spaced, plain), (input) => {
        const result = lines(input);
        if (result.is !== 'value') return;
        expect(result.value).not.toMatch(/(?![\n\t])[\p{Cc}\u{200B}\u{2060}\u{FEFF}]/u);
        expect(result.value).not.toMatch(/^\p{White_Space}|\p{White_Space}$/u);
        expect(lines(result.value)).toEqual(result);
      }),
    );
  });
});

function byTheLetter(input: string): string {
  const kept = Array.from(input)
    .map((point) => (/^\p{White_Space}$/u.test(point) ? ' ' : point))
    .filter((point) => !/^\p{Cc}$/u.test(point) && !['\u200b', '\u2060', '\ufeff'].includes(point));
  return kept
    .join('')
    .normalize('NFC')
    .split(' ')
    .filter((word) => word !== '')
    .join(' ');
}
