import type { SetUp, SetUpField, SetUpPipeline } from '#mapping';
import { PLAN_NAMES } from './plan.values.ts';

const userId: SetUpField = { apiName: 'PWB_User_ID', type: 'integer', unique: true };
const lossReason: SetUpField = { apiName: 'Lost_Reason', type: 'picklist', values: ['Trial Expired', 'User Canceled'] };
const subscriptionStatus: SetUpField = {
  apiName: 'Subscription_Status',
  type: 'picklist',
  values: ['trialing', 'active', 'past_due', 'canceled', 'expired'],
};

/** What Leads and Contacts both have. */
const person: readonly SetUpField[] = [
  userId,
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
];

const standard = (apiName: string, values: readonly string[]): SetUpField => ({
  apiName,
  type: 'picklist',
  values,
  standard: true,
});

export const setup: SetUp = {
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
    standard('Lead_Status', ['New', 'Configured', 'Active Trial', 'Engaged', 'Hot', 'Trial Ending', 'Lost']),
    standard('Lead_Source', ['Website Signup']),
    standard('Industry', [
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
    standard('Stage', ['Trial']),
  ],
};

export const pipelines: readonly SetUpPipeline[] = [
  {
    name: 'PWB Subscriptions',
    stages: [
      { name: 'Trial', kind: 'open' },
      { name: 'Closed Won', kind: 'won' },
      { name: 'Closed Lost', kind: 'lost' },
    ],
  },
];

export const scopes = [
  ...['leads', 'contacts', 'accounts', 'deals', 'tasks', 'notes'].map((module) => `ZohoCRM.modules.${module}.ALL`),
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.notifications.ALL',
];
