import { sameJson } from '#mapping';
import type { Json } from '#contracts';
import type { State, Subscription } from '../state.ts';

/** One that is heard of for the first time. */
const NEW: Subscription = {
  websiteId: null,
  plan: null,
  status: 'trialing',
  trialClose: null,
  activated: false,
  wonOn: null,
  ended: null,
  name: null,
  amount: null,
  hasDeal: false,
};

export function subscriptionOf({ subscriptions }: Pick<State, 'subscriptions'>, id: number): Subscription {
  return subscriptions[String(id)] ?? NEW;
}

/** The state with this subscription as it is now; it moves to the end of the order if anything of it changed. */
export function withSubscription(state: State, id: number, subscription: Subscription): State {
  const key = String(id);
  const before = state.subscriptions[key];
  if (before !== undefined && sameJson(before as unknown as Json, subscription as unknown as Json)) return state;
  return {
    ...state,
    subscriptions: { ...state.subscriptions, [key]: subscription },
    order: [...state.order.filter((other) => other !== key), key],
  };
}
