import type { ToldPlan } from './events.ts';
import { PLAN_NAMES } from './setup.ts';
import type { Plan } from './state.ts';

export type PlanName = (typeof PLAN_NAMES)[number];

/** A plan that nothing says more about. */
export const STARTER: Plan = { name: 'Starter', priceCents: 0, interval: 'month' };

export function planOf({ name, price_cents: priceCents, interval }: ToldPlan): Plan {
  return { name, priceCents, interval };
}

export function planName({ name }: Plan): PlanName {
  return PLAN_NAMES.find((known) => known.toLowerCase() === name.toLowerCase()) ?? 'Other';
}

const MONTHS = 12;

/** What the plan brings in a year: only a monthly price is multiplied. Cents are whole numbers, far below where those end being exact. */
export function annualOf({ priceCents, interval }: Plan): number {
  return moneyOf(interval === 'month' ? priceCents * MONTHS : priceCents);
}

/** What it brings in a month, in whole cents; half a cent is rounded up. */
export function monthlyOf({ priceCents, interval }: Plan): number {
  return moneyOf(interval === 'month' ? priceCents : Math.floor((priceCents + MONTHS / 2) / MONTHS));
}

/** The quotient of two whole numbers is the double next to it: the one that its decimal text means. */
function moneyOf(cents: number): number {
  return cents / 100;
}
