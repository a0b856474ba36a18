import type { MadeRecord, RecordName } from '#contracts';
import type { Industry, LossReason, SubscriptionStatus } from './setup.ts';

export interface Plan {
  readonly name: string;
  readonly priceCents: number;
  readonly interval: 'month' | 'year';
}

/** As the product says it; a name that is not one of these is `Other` for the CRM. */
export interface Subscription {
  readonly websiteId: number | null;
  readonly plan: Plan | null;
  readonly status: SubscriptionStatus;
  readonly trialClose: string | null;
  readonly activated: boolean;
  readonly wonOn: string | null;
  readonly ended: { readonly reason: LossReason; readonly on: string } | null;
  /** Of the Deal: they follow the label and the plan while the stage is Trial, and stand afterwards. */
  readonly name: string | null;
  readonly amount: number | null;
  readonly hasDeal: boolean;
}

export interface SignUp {
  readonly signedUpAt: string;
  readonly ip: string | null;
  readonly referrer: string | null;
  readonly utmSource: string | null;
  readonly utmMedium: string | null;
  readonly utmCampaign: string | null;
}

/** What is known of one user (specification, section 3). Dates and instants are canonical texts. */
export interface State {
  readonly userId: string;
  /** False: signed up in another onboarding state, so nothing is commanded. */
  readonly tracked: boolean;
  readonly phase: 'lead' | 'customer';
  /** A command for the Lead was made once. */
  readonly leadMade: boolean;
  readonly email: string | null;
  readonly emailRefused: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly signUp: SignUp | null;
  readonly company: string | null;
  readonly subdomain: string | null;
  readonly websiteId: number | null;
  readonly industry: Industry | null;
  readonly configured: boolean;
  readonly verifiedAt: string | null;
  readonly plan: Plan | null;
  readonly trialStart: string | null;
  readonly trialEnd: string | null;
  readonly trialEndBy: 'website' | 'subscription' | 'countdown' | null;
  readonly daysLeft: number | null;
  readonly properties: number;
  readonly users: number;
  readonly inquiries: number;
  readonly logins: number;
  /** Reached once for ever, in the order in which they were reached. */
  readonly milestones: readonly string[];
  readonly otherKinds: readonly string[];
  readonly lastActivity: string | null;
  readonly subscriptions: Readonly<Record<string, Subscription>>;
  /** Subscription ids; one moves to the end when an event changes it. */
  readonly order: readonly string[];
  readonly customerSince: string | null;
  readonly converted: boolean;
  /** Keys of tasks that were asked for. */
  readonly tasks: readonly string[];
}

export const initial: State = {
  userId: '',
  tracked: true,
  phase: 'lead',
  leadMade: false,
  email: null,
  emailRefused: null,
  firstName: null,
  lastName: null,
  signUp: null,
  company: null,
  subdomain: null,
  websiteId: null,
  industry: null,
  configured: false,
  verifiedAt: null,
  plan: null,
  trialStart: null,
  trialEnd: null,
  trialEndBy: null,
  daysLeft: null,
  properties: 0,
  users: 1,
  inquiries: 0,
  logins: 0,
  milestones: [],
  otherKinds: [],
  lastActivity: null,
  subscriptions: {},
  order: [],
  customerSince: null,
  converted: false,
  tasks: [],
};

type OfUser = Pick<State, 'userId'>;

export function leadOf({ userId }: OfUser): RecordName {
  return { module: 'Leads', identity: { field: 'PWB_User_ID', value: Number(userId) } };
}

export function contactOf({ userId }: OfUser): RecordName {
  return { module: 'Contacts', identity: { field: 'PWB_User_ID', value: Number(userId) } };
}

/** Known by its link alone: the Account comes from the conversion, belongs to sales and may have several of our people. */
export function accountOf({ userId }: OfUser): MadeRecord {
  return { module: 'Accounts', identity: { field: 'PWB_User_ID', value: Number(userId) }, shared: true };
}

export function dealOf(subscriptionId: string): RecordName {
  return { module: 'Deals', identity: { field: 'PWB_Subscription_ID', value: Number(subscriptionId) } };
}

/** Notes go to the record that stands for the user now. */
export function personOf(state: Pick<State, 'userId' | 'phase'>): RecordName {
  return state.phase === 'lead' ? leadOf(state) : contactOf(state);
}
