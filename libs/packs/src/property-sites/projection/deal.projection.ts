import { linkTo } from '#contracts';
import type { WantedRecord } from '#mapping';
import { stageOf } from '../derived.ts';
import { monthlyOf, planName } from '../plan.values.ts';
import type { DealFields } from '../setup.ts';
import { accountOf, contactOf, dealOf, type State, type Subscription } from '../state.ts';
import { TRIGGER } from './trigger.ts';

/** One Deal for each subscription that a plan was chosen for. */
export function dealRecord(state: State, id: string, subscription: Subscription): WantedRecord {
  const { plan, ended, activated, wonOn } = subscription;
  const isCustomer = state.phase === 'customer';
  return {
    ...dealOf(id),
    fields: {
      PWB_Subscription_ID: Number(id),
      PWB_User_ID: Number(state.userId),
      PWB_Website_ID: subscription.websiteId ?? state.websiteId,
      Deal_Name: subscription.name,
      Pipeline: 'PWB Subscriptions',
      Stage: stageOf(subscription),
      Amount: subscription.amount,
      Closing_Date: ended?.on ?? (activated ? wonOn : subscription.trialClose),
      PWB_Plan: plan === null ? null : planName(plan),
      Monthly_Value: plan === null ? null : monthlyOf(plan),
      Subscription_Status: subscription.status,
      Lost_Reason: ended?.reason,
      Won_On: wonOn,
      Contact_Name: isCustomer ? linkTo(contactOf(state)) : null,
      Account_Name: isCustomer ? linkTo(accountOf(state)) : null,
    } satisfies DealFields,
    trigger: TRIGGER,
    whenGone: 'leave',
  };
}
