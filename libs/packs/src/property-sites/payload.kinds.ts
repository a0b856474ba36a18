import { choice, cut, email, integer, optional, read, required, text, textOf, withDefault, type Kind } from '#mapping';
import { z } from 'zod';
import type { Industry, SubscriptionStatus } from './setup.ts';

/** Ids of websites and subscriptions, and the user's own: what fits into an integer field of the CRM. */
export const numberId = integer({ min: 1, max: 999_999_999 });
const USER_ID = /^[1-9][0-9]{0,8}$/;

/** The aggregate id: a decimal text. */
export const userId: Kind<string> = (input) =>
  typeof input === 'string' && USER_ID.test(input) ? read.value(input) : read.invalid;

const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export const subdomain: Kind<string> = (input) => {
  const given = text(input);
  if (given.is !== 'value') return given;
  const name = given.value.toLowerCase();
  return SUBDOMAIN.test(name) ? read.value(name) : read.invalid;
};

const MOST_IP_UNITS = 45;

export const ip: Kind<string> = (input) => {
  const given = text(input);
  return given.is === 'value' && given.value.length > MOST_IP_UNITS ? read.invalid : given;
};

/** A person has signed up, and sales should see it, also when the e-mail cannot be used. */
export type SignUpEmail = { readonly address: string } | { readonly refused: string | null };
const MOST_REFUSED_UNITS = 255;

export const signUpEmail: Kind<SignUpEmail> = (input) => {
  const given = email(input);
  if (given.is === 'missing') return given;
  if (given.is === 'value') return read.value({ address: given.value });
  const said = text(input);
  return read.value({ refused: said.is === 'value' ? cut(said.value, MOST_REFUSED_UNITS) : null });
};

export const siteType = choice({
  residential: 'Residential Real Estate',
  commercial: 'Commercial Real Estate',
  vacation_rental: 'Vacation Rentals',
  vacation: 'Vacation Rentals',
  property_management: 'Property Management',
} as const satisfies Record<string, Industry>);

export const status = choice({
  trialing: 'trialing',
  active: 'active',
  past_due: 'past_due',
  expired: 'expired',
  canceled: 'canceled',
  cancelled: 'canceled',
} as const satisfies Record<string, SubscriptionStatus>);

/** A plan is used as a whole or not at all; only its trial may be unusable by itself. */
export const planSchema = z.object({
  name: required(textOf(255)),
  price_cents: required(integer({ min: 0, max: 99_999_999_999 })),
  interval: withDefault(choice(['month', 'year']), 'month'),
  trial_days: optional(integer({ min: 1, max: 3650 })),
});
