import fc from 'fast-check';
import { add, decimalOf, divide, multiply, round, subtract } from './decimal.ts';
import { crmMoney, decimal, money } from './money.value.ts';
import { read } from './read.value.ts';

const cents = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const places = fc.nat(8);
const exact = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), places)
  .map(([digits, scale]) => textOf(digits, scale));

describe('decimal', () => {
  it.each([
    ['12', '12'],
    ['-12.50', '-12.5'],
    ['007.0', '7'],
    ['-0.00', '0'],
    [0.1, '0.1'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [1.5e-7, '0.00000015'],
    [-2.5e25, '-25000000000000000000000000'],
    ['123456789012345678901234567890.123', '123456789012345678901234567890.123'],
  ])('%j is %s', (input, expected) => {
    expect(decimal(input)).toEqual(read.value(expected));
  });

  it.each(['1,5', '.5', '5.', '+5', '1e3', '- 1', ' 1', '0x1', '٣', '1'.repeat(101), Number.NaN, Infinity, true, []])(
    '%j cannot be used',
    (input) => {
      expect(decimal(input)).toEqual(read.invalid);
    },
  );

  it('reads any number through its shortest decimal text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (input) => {
        expect(Number(decimalOf(input))).toBe(input === 0 ? 0 : input);
      }),
    );
  });
});

describe('exact arithmetic', () => {
  it.each([
    [add('0.1', '0.2'), '0.3'],
    [subtract('1', '1.01'), '-0.01'],
    [multiply('-1.5', '0.2'), '-0.3'],
    [divide('99990', { by: '12', places: 0 }), '8333'],
    [divide('1', { by: '-8', places: 2 }), '-0.13'],
    [divide('-1', { by: '-8', places: 2 }), '0.13'],
    [divide('1', { by: '0.03', places: 3 }), '33.333'],
    [round('2.345', 2), '2.35'],
    [round('-2.345', 2), '-2.35'],
    [round('2.3449', 2), '2.34'],
    [round('-0.004', 2), '0'],
  ])('%s = %s', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('refuses to divide by zero', () => {
    expect(() => divide('1', { by: '0', places: 2 })).toThrow(RangeError);
  });

  it('keeps the laws of arithmetic', () => {
    fc.assert(
      fc.property(exact, exact, exact, (a, b, c) => {
        expect(add(a, b)).toBe(add(b, a));
        expect(subtract(add(a, b), b)).toBe(decimalOf(a));
        expect(multiply(a, add(b, c))).toBe(add(multiply(a, b), multiply(a, c)));
      }),
    );
  });

  it('rounds to a nearest value, and away from zero when two are as near', () => {
    fc.assert(
      fc.property(exact, fc.nat(4), (value, to) => {
        const error = magnitude(subtract(round(value, to), value));
        const unit = textOf(1n, to);
        const half = multiply(unit, '0.5');
        expect(subtract(half, error).startsWith('-')).toBe(false);
        if (error === half) expect(magnitude(round(value, to))).toBe(add(magnitude(value), half));
        expect(round(multiply(value, '-1'), to)).toBe(multiply(round(value, to), '-1'));
      }),
    );
  });
});

describe('money', () => {
  it.each([
    ['29.9', '29.9', 29.9],
    ['1.005', '1.01', 1.01],
    [1.005, '1.01', 1.01],
    ['-1.005', '-1.01', -1.01],
    ['1.00499999999999999999', '1', 1],
    [0.1, '0.1', 0.1],
    ['90071992547409.91', '90071992547409.91', 90071992547409.91],
  ])('%j', (input, expected, sent) => {
    expect(money(input)).toEqual(read.value(expected));
    expect(crmMoney(expected)).toBe(sent);
  });

  it.each(['90071992547409.92', '9'.repeat(50), 1e300, 'EUR 5', '1.2.3'])('%j cannot be used', (input) => {
    expect(money(input)).toEqual(read.invalid);
  });

  it('is sent as the JSON number that says the same cents', () => {
    fc.assert(
      fc.property(cents, (amount) => {
        const text = textOf(amount, 2);
        const result = money(text);
        expect(result).toEqual(read.value(decimalOf(text)));
        expect(decimalOf(crmMoney(text))).toBe(decimalOf(text));
      }),
    );
  });

  it('beyond what a JSON number holds exactly is not sent', () => {
    expect(() => crmMoney('90071992547409.92')).toThrow(RangeError);
  });
});

function textOf(digits: bigint, scale: number): string {
  const magnitude = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const fraction = scale === 0 ? '' : `.${magnitude.slice(magnitude.length - scale)}`;
  return `${digits < 0n ? '-' : ''}${magnitude.slice(0, magnitude.length - scale)}${fraction}`;
}

function magnitude(value: string): string {
  return value.replace('-', '');
}
