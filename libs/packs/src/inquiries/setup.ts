import { standardPicklist, type FieldsIn, type PicklistValue, type SetUp, type SetUpField } from '#mapping';

const identity = (apiName: string) =>
  ({ apiName, type: 'text', length: 100, unique: true }) as const satisfies SetUpField;

/** What every record of ours has. */
const ours = [
  { apiName: 'Agency_Site', type: 'text', length: 100 },
  { apiName: 'Agency_Deleted', type: 'boolean' },
  { apiName: 'Agency_Deleted_At', type: 'datetime' },
] as const satisfies readonly SetUpField[];

export const setup = {
  Contacts: [identity('Agency_Contact_ID'), ...ours],
  Leads: [
    identity('Agency_Contact_ID'),
    ...ours,
    { apiName: 'Property_Reference', type: 'text', length: 100 },
    standardPicklist('Lead_Source', ['Website Inquiry']),
  ],
  Cases: [
    identity('Agency_Ticket_ID'),
    ...ours,
    { apiName: 'Agency_Ticket_Number', type: 'text', length: 40 },
    { apiName: 'Agency_Response_Due', type: 'datetime' },
    { apiName: 'Agency_Resolution_Due', type: 'datetime' },
    standardPicklist('Status', ['Open', 'In Progress', 'Waiting for Input', 'Closed']),
    standardPicklist('Priority', ['Low', 'Medium', 'High', 'Highest']),
    standardPicklist('Case_Origin', ['Web']),
  ],
} as const satisfies SetUp;

export type LeadFields = FieldsIn<typeof setup, 'Leads'>;
export type CaseFields = FieldsIn<typeof setup, 'Cases'>;
export type CrmStatus = PicklistValue<typeof setup, 'Cases', 'Status'>;
export type CrmPriority = PicklistValue<typeof setup, 'Cases', 'Priority'>;

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
