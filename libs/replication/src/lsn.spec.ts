import fc from 'fast-check';
import { formatLsn, maxLsn, parseLsn } from './lsn.ts';

const lsn = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('LSN', () => {
  it.each([
    ['0/0', 0n],
    ['0/FFFFFFFF', 0xffff_ffffn],
    ['1/0', 0x1_0000_0000n],
    ['16/B374D848', 0x16_b374_d848n],
    ['16/b374d848', 0x16_b374_d848n],
    ['FFFFFFFF/FFFFFFFF', (1n << 64n) - 1n],
  ])('reads %s', (text, value) => {
    expect(parseLsn(text)).toBe(value);
  });

  it.each(['', '0', '0/', '/0', '0/123456789', 'G/0', '0x1/0', '1/0 '])('refuses %j', (text) => {
    expect(() => parseLsn(text)).toThrow(RangeError);
  });

  it('reads what it writes', () => {
    fc.assert(fc.property(lsn, (value) => parseLsn(formatLsn(value)) === value));
  });

  it('orders across a 4 GiB boundary, where text does not', () => {
    expect(parseLsn('1/0') > parseLsn('0/FFFFFFFF')).toBe(true);
    fc.assert(
      fc.property(lsn, lsn, (a, b) => maxLsn(a, b) === (parseLsn(formatLsn(a)) > parseLsn(formatLsn(b)) ? a : b)),
    );
  });
});
