import { crmMoney, decimalOf, divide, multiply, type Decimal } from '#mapping';
import type { ToldPlan } from './events.ts';
import type { Plan } from './state.ts';

export const PLAN_NAMES = ['Starter', 'Professional', 'Enterprise', 'Other'] as const;
export type PlanName = (typeof PLAN_NAMES)[number];

/** A plan that nothing says more about. */
export const STARTER: Plan = { name: 'Starter', priceCents: 0, interval: 'month' };

export function planOf({ name, price_cents: priceCents, interval }: ToldPlan): Plan {
  return { name, priceCents, interval };
}

export function planName({ name }: Plan): PlanName {
  return PLAN_NAMES.find((known) => known.toLowerCase() === name.toLowerCase()) ?? 'Other';
}

/** What the plan brings in a year: only a monthly price is multiplied. */
export function annualOf({ priceCents, interval }: Plan): number {
  const cents = centsOf(priceCents);
  return moneyOf(interval === 'month' ? multiply(cents, '12') : cents);
}

/** What it brings in a month, in whole cents. */
export function monthlyOf({ priceCents, interval }: Plan): number {
  const cents = centsOf(priceCents);
  return moneyOf(interval === 'month' ? cents : divide(cents, { by: '12', places: 0 }));
}

function centsOf(priceCents: number): Decimal {
  return decimalOf(priceCents) ?? '0';
}

function moneyOf(cents: Decimal): number {
  return crmMoney(divide(cents, { by: '100', places: 2 }));
}
