import { javaBigDecimal, javaDouble, javaFloat } from './java.text.ts';

describe("Java's texts", () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [100, '100.0'],
    [0.1, '0.1'],
    [0.001, '0.001'],
    [0.000_99, '9.9E-4'],
    [9_999_999, '9999999.0'],
    [1e7, '1.0E7'],
    [12_345_678.9, '1.23456789E7'],
    [-1e21, '-1.0E21'],
    [1 / 3, '0.3333333333333333'],
    [1.797_693_134_862_315_7e308, '1.7976931348623157E308'],
    [5e-324, '4.9E-324'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('of the double %d is %s', (value, text) => {
    expect(javaDouble(value)).toBe(text);
  });

  it.each([
    ['0.1', '0.1'],
    ['1e+10', '1.0E10'],
    ['1.6777216e+07', '1.6777216E7'],
    ['3.4e+38', '3.4E38'],
    ['1e-45', '1.4E-45'],
    ['-0', '-0.0'],
    ['Infinity', 'Infinity'],
  ])('of the single %s is %s', (shortest, text) => {
    expect(javaFloat(shortest)).toBe(text);
  });

  it.each([
    ['12.50', '12.50'],
    ['0.00', '0.00'],
    ['-0.01', '-0.01'],
    ['0.000001', '0.000001'],
    ['0.000000001', '1E-9'],
    ['-0.000000012', '-1.2E-8'],
    ['0.000000000', '0E-9'],
    ['1.000000000', '1.000000000'],
    ['42', '42'],
  ])('of the decimal %s is %s', (plain, text) => {
    expect(javaBigDecimal(plain)).toBe(text);
  });
});
