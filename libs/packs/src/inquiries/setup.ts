import type { SetUp, SetUpField } from '#mapping';

const identity = (apiName: string): SetUpField => ({ apiName, type: 'text', length: 100, unique: true });
const standard = (apiName: string, values: readonly string[]): SetUpField => ({
  apiName,
  type: 'picklist',
  values,
  standard: true,
});

/** What every record of ours has. */
const ours: readonly SetUpField[] = [
  { apiName: 'Agency_Site', type: 'text', length: 100 },
  { apiName: 'Agency_Deleted', type: 'boolean' },
  { apiName: 'Agency_Deleted_At', type: 'datetime' },
];

export const setup: SetUp = {
  Contacts: [identity('Agency_Contact_ID'), ...ours],
  Leads: [
    identity('Agency_Contact_ID'),
    ...ours,
    { apiName: 'Property_Reference', type: 'text', length: 100 },
    standard('Lead_Source', ['Website Inquiry']),
  ],
  Cases: [
    identity('Agency_Ticket_ID'),
    ...ours,
    { apiName: 'Agency_Ticket_Number', type: 'text', length: 40 },
    { apiName: 'Agency_Response_Due', type: 'datetime' },
    { apiName: 'Agency_Resolution_Due', type: 'datetime' },
    standard('Status', ['Open', 'In Progress', 'Waiting for Input', 'Closed']),
    standard('Priority', ['Low', 'Medium', 'High', 'Highest']),
    standard('Case_Origin', ['Web']),
  ],
};

export const scopes = [
  ...['contacts', 'leads', 'cases'].map((module) => `ZohoCRM.modules.${module}.ALL`),
  'ZohoCRM.modules.notes.ALL',
  'ZohoCRM.coql.READ',
  'ZohoCRM.notifications.ALL',
  'ZohoCRM.settings.fields.ALL',
  'ZohoCRM.settings.modules.READ',
  'ZohoCRM.settings.layouts.READ',
  'ZohoCRM.users.READ',
  'ZohoCRM.org.READ',
];
