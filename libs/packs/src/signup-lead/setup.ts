import type { SetUp } from '#mapping';

export const setup: SetUp = {
  Leads: [{ apiName: 'External_User_ID', type: 'text', length: 64, unique: true }],
};

export const scopes = [
  'ZohoCRM.modules.leads.ALL',
  'ZohoCRM.modules.contacts.ALL',
  'ZohoCRM.coql.READ',
  'ZohoCRM.settings.fields.ALL',
  'ZohoCRM.settings.modules.READ',
];
