import type { FieldsIn, PicklistValue, SetUp, SetUpField } from '#mapping';

const kycStatus = {
  apiName: 'KYC_Status',
  type: 'picklist',
  values: ['Not Started', 'In Progress', 'Completed', 'Declined'],
} as const satisfies SetUpField;
const customerId = {
  apiName: 'Customer_ID',
  type: 'text',
  length: 64,
  unique: true,
} as const satisfies SetUpField;

export const setup = {
  Deals: [
    kycStatus,
    { apiName: 'KYC_Verified_Date', type: 'date' },
    { apiName: 'Risk_Tier', type: 'picklist', values: ['Low', 'Medium', 'High'] },
    { apiName: 'RICA_Status', type: 'picklist', values: ['Pending', 'Submitted', 'Approved', 'Rejected'] },
    { apiName: 'Contract_Number', type: 'text', length: 40, unique: true },
    { apiName: 'Contract_Signed_Date', type: 'date' },
    // A stage means something to those who sell: which ones there are is theirs to say, so that none is added here.
    {
      apiName: 'Stage',
      type: 'picklist',
      standard: true,
      fixed: true,
      values: ['Negotiation/Review', 'Closed Won', 'Closed Lost'],
    },
  ],
  Quotes: [
    kycStatus,
    { apiName: 'Quote_Reference', type: 'text', length: 40, unique: true },
    { apiName: 'Quote_Total', type: 'currency' },
  ],
  Contacts: [customerId],
  Accounts: [customerId],
  Products: [{ apiName: 'Catalogue_Code', type: 'text', length: 64, unique: true }],
} as const satisfies SetUp;

export type KycStatus = PicklistValue<typeof setup, 'Deals', 'KYC_Status'>;
export type RiskTier = PicklistValue<typeof setup, 'Deals', 'Risk_Tier'>;
export type RicaStatus = PicklistValue<typeof setup, 'Deals', 'RICA_Status'>;
export type Stage = PicklistValue<typeof setup, 'Deals', 'Stage'>;
/** Any stage: people move a Deal to stages of their own. */
export type DealFields = FieldsIn<typeof setup, 'Deals', string>;
export type QuoteFields = FieldsIn<typeof setup, 'Quotes'>;

export const scopes = [
  ...['accounts', 'contacts', 'products', 'quotes', 'deals'].map((module) => `ZohoCRM.modules.${module}.ALL`),
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.notifications.ALL',
];
