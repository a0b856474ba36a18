import { shownPlan } from '../derived.ts';
import type { Activated, Canceled, Expired } from '../events.ts';
import { STARTER, planOf } from '../plan.values.ts';
import { personOf, type State, type Subscription } from '../state.ts';
import { note } from './notes.ts';
import type { SitesFold } from './settled.fold.ts';
import { subscriptionOf, withSubscription } from './subscription.change.ts';

/** The payment came. The first one makes the user a customer, for good. */
export const activated: SitesFold<Activated> = (state, { data, time }) => {
  const { subscription_id: id } = data;
  const before = subscriptionOf(state, id);
  const isActive = before.activated && before.ended === null;
  const on = data.activated_at ?? time.slice(0, 10);
  const subscription: Subscription = {
    ...before,
    plan: data.plan == null ? (before.plan ?? shownPlan(state) ?? STARTER) : planOf(data.plan),
    websiteId: data.website_id ?? before.websiteId,
    status: 'active',
    hasDeal: true,
    ...(isActive ? {} : { activated: true, ended: null, wonOn: on }),
  };
  const after = withSubscription(state, id, subscription);
  if (state.phase === 'customer') return after;
  return { ...after, phase: 'customer', customerSince: subscription.wonOn };
};

export const canceled: SitesFold<Canceled> = (state, { id: eventId, data, time }, tools) => {
  const { subscription_id: id, reason } = data;
  const before = subscriptionOf(state, id);
  if (before.ended !== null) return tools.ignored('already_ended');
  const ended = { reason: 'User Canceled', on: data.canceled_at ?? time.slice(0, 10) } as const;
  const after: State = withSubscription(state, id, { ...before, status: 'canceled', ended });
  if (reason != null) {
    const key = `sites/cancel/${state.userId}/${id}/${eventId}`;
    note(after, { key, parent: personOf(after), title: 'Cancellation reason', content: reason }, tools);
  }
  return after;
};

export const trialExpired: SitesFold<Expired> = (state, { data, time }, tools) => {
  const { subscription_id: id } = data;
  const before = subscriptionOf(state, id);
  if (before.ended !== null) return tools.ignored('already_ended');
  if (before.activated) return tools.ignored('activated');
  const ended = { reason: 'Trial Expired', on: data.expired_at ?? time.slice(0, 10) } as const;
  return withSubscription(state, id, { ...before, status: 'expired', ended });
};
