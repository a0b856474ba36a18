import { crmInstant, crmInteger, UNKNOWN_NAME, type WantedRecord } from '#mapping';
import { labelOf, lossOf, scoreOf, shownPlan, shownSubscription, siteOf, statusOf } from '../derived.ts';
import { annualOf, planName } from '../plan.values.ts';
import type { Settings } from '../settings.ts';
import type { LeadFields } from '../setup.ts';
import { leadOf, type State } from '../state.ts';
import { TRIGGER } from './trigger.ts';

/** The Lead as it should be while there is one. */
export function leadRecord(state: State, settings: Settings): WantedRecord {
  const { signUp, verifiedAt, lastActivity, subdomain } = state;
  const plan = shownPlan(state);
  const loss = lossOf(state);
  return {
    ...leadOf(state),
    fields: {
      PWB_User_ID: Number(state.userId),
      Email: state.email,
      First_Name: state.firstName,
      Last_Name: state.lastName ?? UNKNOWN_NAME,
      Company: labelOf(state),
      Industry: state.industry,
      Website: verifiedAt === null || subdomain === null ? null : `https://${siteOf(state, settings)}`,
      Lead_Status: statusOf(state),
      Lead_Source: 'Website Signup',
      Description: descriptionOf(state),
      PWB_Subdomain: subdomain,
      Plan_Selected: plan === null ? null : planName(plan),
      Annual_Value: plan === null ? null : annualOf(plan),
      Subscription_Status: shownSubscription(state)?.status,
      Trial_Start_Date: state.trialStart,
      Trial_End_Date: state.trialEnd,
      Trial_Days_Left: state.daysLeft,
      Email_Verified: verifiedAt !== null,
      Verified_At: verifiedAt === null ? null : crmInstant(verifiedAt),
      Properties_Count: crmInteger(state.properties),
      User_Count: crmInteger(state.users),
      Inquiries_Count: crmInteger(state.inquiries),
      Lead_Score: scoreOf(state),
      Last_Activity_Date: lastActivity === null ? null : crmInstant(lastActivity),
      Signed_Up_At: signUp === null ? null : crmInstant(signUp.signedUpAt),
      Signup_IP: signUp?.ip,
      Signup_Referrer: signUp?.referrer,
      UTM_Source: signUp?.utmSource,
      UTM_Medium: signUp?.utmMedium,
      UTM_Campaign: signUp?.utmCampaign,
      Lost_Reason: loss?.reason,
      Lost_On: loss?.on,
    } satisfies LeadFields,
    trigger: TRIGGER,
    whenGone: 'leave',
  };
}

function descriptionOf({ signUp, emailRefused }: State): string | null {
  if (signUp === null) return null;
  const at = signUp.signedUpAt.slice(0, 16).replace('T', ' ');
  return `Trial sign-up on ${at} UTC${emailRefused === null ? '' : `. E-mail not accepted: ${emailRefused}`}`;
}
