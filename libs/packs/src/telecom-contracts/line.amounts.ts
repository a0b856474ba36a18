import { add, divide, money, multiply, subtract, type Decimal } from '#mapping';
import type { Line } from './state.ts';

const CENTS = 2;

/** The discount of a line as an amount. */
export function discountOf({ quantity, price, discountPercent }: Line): Decimal {
  const gross = multiply(price, String(quantity));
  return divide(multiply(gross, discountPercent), { by: '100', places: CENTS });
}

function netOf(line: Line): Decimal {
  return subtract(multiply(line.price, String(line.quantity)), discountOf(line));
}

export function totalOf(lines: readonly Line[]): Decimal {
  return lines.reduce((sum, line) => add(sum, netOf(line)), '0');
}

/** Whether the total can be sent exactly: no part of it is greater, since none is negative. */
export function areSendable(lines: readonly Line[]): boolean {
  const undiscounted = lines.map((line) => ({ ...line, discountPercent: '0' }));
  return money(totalOf(undiscounted)).is === 'value';
}
