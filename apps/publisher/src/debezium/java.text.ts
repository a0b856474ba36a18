/** Texts as Java makes them of numbers; Kafka's StringConverter sends what `toString()` says. */

interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Of the first digit: 0 for 1 to 9.99. */
  readonly exponent: number;
}

function readDecimal(text: string): Decimal {
  const [, sign, whole = '', fraction = '', power = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  return { negative: sign === '-', digits, exponent: Number(power) + whole.length - leading - 1 };
}

const NOT_FINITE: Readonly<Record<string, string>> = {
  nan: 'NaN',
  infinity: 'Infinity',
  '-infinity': '-Infinity',
};

/** `Double.toString`, as Java 19 and later define it. */
export function javaDouble(value: number): string {
  return render(Object.is(value, -0) ? '-0' : String(value), value);
}

/** `Float.toString` of a single precision number, given by its shortest digits, as Postgres writes it. */
export function javaFloat(shortest: string): string {
  return render(shortest, Math.fround(Number(shortest)));
}

function render(shortest: string, exact: number): string {
  const special = NOT_FINITE[shortest.toLowerCase()];
  if (special !== undefined) return special;
  let decimal = readDecimal(shortest);
  // Java shows at least two digits, and then the two that come closest: 4.9E-324 where one digit would be 5.
  if (decimal.digits.length === 1) decimal = readDecimal(exact.toExponential(1));
  const { negative, digits, exponent } = decimal;
  const sign = negative ? '-' : '';
  if (digits === '') return `${sign}0.0`;
  if (exponent < -3 || exponent >= 7) return `${sign}${digits[0] ?? ''}.${digits.slice(1) || '0'}E${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, '0');
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`;
}

/** `BigDecimal.toString` of a number in plain digits, whose scale is that of its fraction. */
export function javaBigDecimal(plain: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(plain) ?? [];
  const unscaled = (whole + fraction).replace(/^0+(?=\d)/, '');
  const adjusted = unscaled.length - 1 - fraction.length;
  if (adjusted >= -6) return plain;
  const point = unscaled.length > 1 ? `.${unscaled.slice(1)}` : '';
  return `${sign}${unscaled[0] ?? '0'}${point}E${adjusted}`;
}
