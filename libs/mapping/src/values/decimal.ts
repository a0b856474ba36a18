/** An exact decimal number: `digits / 10^scale`. */
interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

/** A decimal in its one canonical text: no exponent, no needless zeros, no minus zero. `-12.5`, `0`, `1000`. */
export type Decimal = string;

const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;
const EXPONENT = /^(-?)([0-9]+)(?:\.([0-9]+))?e([+-][0-9]+)$/;

/** The canonical text of a decimal text or of a number's shortest decimal text; null if it is neither. */
export function decimalOf(input: string | number): Decimal | null {
  const plain = typeof input === 'number' ? withoutExponent(String(input)) : input;
  return DECIMAL.test(plain) ? textOf(exactOf(plain)) : null;
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [exactOf(a), exactOf(b)];
  const scale = Math.max(left.scale, right.scale);
  return textOf({ digits: scaled(left, scale) + scaled(right, scale), scale });
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, multiply(b, '-1'));
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [exactOf(a), exactOf(b)];
  return textOf({ digits: left.digits * right.digits, scale: left.scale + right.scale });
}

/**
 * `dividend / divisor` rounded half away from zero to so many places.
 * @throws RangeError on a division by zero.
 */
export function divide(dividend: Decimal, { by, places }: { readonly by: Decimal; readonly places: number }): Decimal {
  const [left, right] = [exactOf(dividend), exactOf(by)];
  const digits = halfAway(left.digits * 10n ** BigInt(right.scale + places), right.digits * 10n ** BigInt(left.scale));
  return textOf({ digits, scale: places });
}

/** Rounded half away from zero to so many places. */
export function round(value: Decimal, places: number): Decimal {
  return divide(value, { by: '1', places });
}

function exactOf(text: string): Exact {
  const [, sign = '', whole = '', fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === '') throw new RangeError('not a decimal');
  return { digits: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

function textOf({ digits, scale }: Exact): Decimal {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, '');
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function scaled({ digits, scale }: Exact, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}

function halfAway(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const twice = rest < 0n ? -2n * rest : 2n * rest;
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

function withoutExponent(text: string): string {
  const [, sign = '', whole = '', fraction = '', power] = EXPONENT.exec(text) ?? [];
  if (power === undefined) return text;
  const shift = Number(power);
  const digits = `${whole}${fraction}`;
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${digits}`;
  return `${sign}${digits}${'0'.repeat(shift - fraction.length)}`;
}
