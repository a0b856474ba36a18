import { labelOf, stageOf } from '../derived.ts';
import { annualOf, planName } from '../plan.values.ts';
import type { State, Subscription } from '../state.ts';

/** Name and amount of each Deal: they follow while the stage is Trial and at the activation, and stand afterwards. */
export function withDealValues(before: State, after: State): State {
  if (after.order.length === 0) return after;
  const label = labelOf(after);
  const entries = Object.entries(after.subscriptions).map(([id, subscription]) => {
    const was = before.subscriptions[id];
    const follows = stageOf(subscription) === 'Trial' || isActivatedNow(was, subscription);
    return [id, follows ? named(subscription, label) : subscription] as const;
  });
  const isSame = entries.every(([id, subscription]) => after.subscriptions[id] === subscription);
  return isSame ? after : { ...after, subscriptions: Object.fromEntries(entries) };
}

function isActivatedNow(was: Subscription | undefined, is: Subscription): boolean {
  const active = (subscription: Subscription): boolean => subscription.activated && subscription.ended === null;
  return active(is) && (was === undefined || !active(was));
}

function named(subscription: Subscription, label: string): Subscription {
  const { plan } = subscription;
  if (plan === null) return subscription;
  const [name, amount] = [`${label} - ${planName(plan)} Plan`, annualOf(plan)];
  return subscription.name === name && subscription.amount === amount
    ? subscription
    : { ...subscription, name, amount };
}
