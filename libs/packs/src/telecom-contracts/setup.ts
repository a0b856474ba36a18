import type { SetUp, SetUpField } from '#mapping';
import { STAGES } from './contract.status.ts';

const kycStatus: SetUpField = {
  apiName: 'KYC_Status',
  type: 'picklist',
  values: ['Not Started', 'In Progress', 'Completed', 'Declined'],
};
const customerId: SetUpField = { apiName: 'Customer_ID', type: 'text', length: 64, unique: true };

export const setup: SetUp = {
  Deals: [
    kycStatus,
    { apiName: 'KYC_Verified_Date', type: 'date' },
    { apiName: 'Risk_Tier', type: 'picklist', values: ['Low', 'Medium', 'High'] },
    { apiName: 'RICA_Status', type: 'picklist', values: ['Pending', 'Submitted', 'Approved', 'Rejected'] },
    { apiName: 'Contract_Number', type: 'text', length: 40, unique: true },
    { apiName: 'Contract_Signed_Date', type: 'date' },
    // A stage means something to those who sell: which ones there are is theirs to say, so that none is added here.
    { apiName: 'Stage', type: 'picklist', standard: true, fixed: true, values: [...new Set(Object.values(STAGES))] },
  ],
  Quotes: [
    kycStatus,
    { apiName: 'Quote_Reference', type: 'text', length: 40, unique: true },
    { apiName: 'Quote_Total', type: 'currency' },
  ],
  Contacts: [customerId],
  Accounts: [customerId],
  Products: [{ apiName: 'Catalogue_Code', type: 'text', length: 64, unique: true }],
};

export const scopes = [
  ...['accounts', 'contacts', 'products', 'quotes', 'deals'].map((module) => `ZohoCRM.modules.${module}.ALL`),
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
  'ZohoCRM.coql.READ',
  'ZohoCRM.notifications.ALL',
];
