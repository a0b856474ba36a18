import {
  standardPicklist,
  type FieldsIn,
  type PicklistValue,
  type SetUp,
  type SetUpField,
  type SetUpPipeline,
  type StageName,
} from '#mapping';

export const PLAN_NAMES = ['Starter', 'Professional', 'Enterprise', 'Other'] as const;

const lossReason = {
  apiName: 'Lost_Reason',
  type: 'picklist',
  values: ['Trial Expired', 'User Canceled'],
} as const satisfies SetUpField;
const subscriptionStatus = {
  apiName: 'Subscription_Status',
  type: 'picklist',
  values: ['trialing', 'active', 'past_due', 'canceled', 'expired'],
} as const satisfies SetUpField;

/** What Leads and Contacts both have. */
const person = [
  { apiName: 'PWB_User_ID', type: 'integer', unique: true },
  { apiName: 'PWB_Subdomain', type: 'text', length: 63 },
  { apiName: 'Plan_Selected', type: 'picklist', values: PLAN_NAMES },
  subscriptionStatus,
  { apiName: 'Properties_Count', type: 'integer' },
  { apiName: 'User_Count', type: 'integer' },
  { apiName: 'Inquiries_Count', type: 'integer' },
  { apiName: 'Lead_Score', type: 'integer' },
  { apiName: 'Last_Activity_Date', type: 'datetime' },
  lossReason,
  { apiName: 'Lost_On', type: 'date' },
] as const satisfies readonly SetUpField[];

export const setup = {
  Leads: [
    ...person,
    { apiName: 'Annual_Value', type: 'currency' },
    { apiName: 'Trial_Start_Date', type: 'date' },
    { apiName: 'Trial_End_Date', type: 'date' },
    { apiName: 'Trial_Days_Left', type: 'integer' },
    { apiName: 'Email_Verified', type: 'boolean' },
    { apiName: 'Verified_At', type: 'datetime' },
    { apiName: 'Signed_Up_At', type: 'datetime' },
    { apiName: 'Signup_IP', type: 'text', length: 45 },
    { apiName: 'Signup_Referrer', type: 'text', length: 255 },
    { apiName: 'UTM_Source', type: 'text', length: 255 },
    { apiName: 'UTM_Medium', type: 'text', length: 255 },
    { apiName: 'UTM_Campaign', type: 'text', length: 255 },
    standardPicklist('Lead_Status', ['New', 'Configured', 'Active Trial', 'Engaged', 'Hot', 'Trial Ending', 'Lost']),
    standardPicklist('Lead_Source', ['Website Signup']),
    standardPicklist('Industry', [
      'Residential Real Estate',
      'Commercial Real Estate',
      'Vacation Rentals',
      'Property Management',
      'Real Estate',
    ]),
  ],
  Contacts: [...person, { apiName: 'Customer_Since', type: 'date' }],
  Deals: [
    { apiName: 'PWB_Subscription_ID', type: 'integer', unique: true },
    { apiName: 'PWB_User_ID', type: 'integer' },
    { apiName: 'PWB_Website_ID', type: 'integer' },
    { apiName: 'PWB_Plan', type: 'picklist', values: PLAN_NAMES },
    { apiName: 'Monthly_Value', type: 'currency' },
    { apiName: 'Won_On', type: 'date' },
    subscriptionStatus,
    lossReason,
    standardPicklist('Stage', ['Trial']),
  ],
} as const satisfies SetUp;

export const pipelines = [
  {
    name: 'PWB Subscriptions',
    stages: [
      { name: 'Trial', kind: 'open' },
      { name: 'Closed Won', kind: 'won' },
      { name: 'Closed Lost', kind: 'lost' },
    ],
  },
] as const satisfies readonly SetUpPipeline[];

export type Industry = PicklistValue<typeof setup, 'Leads', 'Industry'>;
export type LeadStatus = PicklistValue<typeof setup, 'Leads', 'Lead_Status'>;
export type SubscriptionStatus = PicklistValue<typeof setup, 'Deals', 'Subscription_Status'>;
export type LossReason = PicklistValue<typeof setup, 'Deals', 'Lost_Reason'>;
export type Stage = StageName<typeof pipelines>;
export type LeadFields = FieldsIn<typeof setup, 'Leads'>;
export type ContactFields = FieldsIn<typeof setup, 'Contacts'>;
export type DealFields = FieldsIn<typeof setup, 'Deals', Stage>;

export const scopes = [
  ...['leads', 'contacts', 'accounts', 'deals', 'tasks', 'notes'].map((module) => `ZohoCRM.modules.${module}.ALL`),
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.notifications.ALL',
];
