import { crmInstant, crmInteger, type WantedRecord } from '#mapping';
import { lossOf, scoreOf, shownPlan, shownSubscription } from '../derived.ts';
import { planName } from '../plan.values.ts';
import type { ContactFields } from '../setup.ts';
import { contactOf, type State } from '../state.ts';
import { TRIGGER } from './trigger.ts';

/** The Contact comes from the conversion: name, phone and the rest come over with it and are not sent again. */
export function contactRecord(state: State): WantedRecord {
  const { lastActivity } = state;
  const plan = shownPlan(state);
  const loss = lossOf(state);
  return {
    ...contactOf(state),
    linkOnly: true,
    fields: {
      PWB_User_ID: Number(state.userId),
      Email: state.email,
      PWB_Subdomain: state.subdomain,
      Plan_Selected: plan === null ? null : planName(plan),
      Subscription_Status: shownSubscription(state)?.status,
      Properties_Count: crmInteger(state.properties),
      User_Count: crmInteger(state.users),
      Inquiries_Count: crmInteger(state.inquiries),
      Lead_Score: scoreOf(state),
      Last_Activity_Date: lastActivity === null ? null : crmInstant(lastActivity),
      Customer_Since: state.customerSince,
      Lost_Reason: loss?.reason,
      Lost_On: loss?.on,
    } satisfies ContactFields,
    trigger: TRIGGER,
    whenGone: 'leave',
  };
}
