import {
  choice,
  decimal,
  email,
  id,
  integer,
  money,
  optional,
  read,
  required,
  subtract,
  text,
  withDefault,
  type Kind,
} from '#mapping';
import { z } from 'zod';
import type { RiskTier } from './setup.ts';

const CONTRACT_NUMBER = /^CT-[0-9]{4}-[0-9]{3,}$/;
const NUMBER_UNITS = 40;

/** `CT-`, four digits, `-`, at least three digits; at most 40 units. */
export const contractNumber: Kind<string> = (input) => {
  const given = id({ max: NUMBER_UNITS })(input);
  return given.is === 'value' && !CONTRACT_NUMBER.test(given.value) ? read.invalid : given;
};

export const quoteNumber = id({ max: NUMBER_UNITS });

/** A decimal between two others, both ends included. */
function within(kind: Kind<string>, [least, most]: readonly [string, string | null]): Kind<string> {
  return (input) => {
    const given = kind(input);
    if (given.is !== 'value') return given;
    const tooLow = subtract(given.value, least).startsWith('-');
    return tooLow || (most !== null && subtract(most, given.value).startsWith('-')) ? read.invalid : given;
  };
}

export const riskTier = choice({ low: 'Low', medium: 'Medium', high: 'High' } as const satisfies Record<
  string,
  RiskTier
>);

export const customerSchema = z.object({
  first_name: optional(text),
  last_name: optional(text),
  email: optional(email),
  company_name: optional(text),
});

const MOST_QUANTITY = 99_999;
const MOST_LINES = 200;

/** A line is used as a whole: one that is out of range sets the event aside. */
const lineSchema = z.object({
  product_code: required(id()),
  product_name: required(text),
  description: optional(text),
  quantity: required(integer({ min: 1, max: MOST_QUANTITY })),
  unit_price: required(within(money, ['0', null])),
  discount_percent: withDefault(within(decimal, ['0', '100']), '0'),
});

export const linesSchema = z.array(lineSchema).min(1).max(MOST_LINES);

export type ToldCustomer = z.output<typeof customerSchema>;
export type ToldLine = z.output<typeof lineSchema>;
