import type { ModuleSpec } from '../module.model.ts';
import { address, field, INDUSTRIES, LEAD_SOURCES, lookup, money, picklist, text } from './field.specs.ts';

const SALUTATIONS = ['Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Prof.'];
const RATINGS = ['Acquired', 'Active', 'Market Failed', 'Project Cancelled', 'Shut Down'];

const person = [
  picklist('Salutation', SALUTATIONS),
  text('First_Name', 40),
  text('Last_Name', 80, { mandatory: true }),
  text('Full_Name', 80, { readOnly: true }),
  field('Email', 'email', { indexed: true }),
  field('Secondary_Email', 'email'),
  field('Phone', 'phone'),
  field('Mobile', 'phone'),
  text('Fax', 30),
  picklist('Lead_Source', LEAD_SOURCES),
  field('Email_Opt_Out', 'boolean'),
  text('Skype_ID', 50),
  text('Twitter', 50),
  field('Description', 'textarea'),
];

export const LEADS: ModuleSpec = {
  apiName: 'Leads',
  singular: 'Lead',
  plural: 'Leads',
  nameField: 'Full_Name',
  systemField: 'Email',
  upsertable: true,
  watchable: true,
  fields: [
    ...person,
    text('Company', 200),
    text('Designation', 100),
    field('Website', 'website', { length: 255 }),
    picklist('Lead_Status', [
      'Attempted to Contact',
      'Contact in Future',
      'Contacted',
      'Junk Lead',
      'Lost Lead',
      'Not Contacted',
      'Pre-Qualified',
      'Not Qualified',
    ]),
    picklist('Industry', INDUSTRIES),
    picklist('Rating', RATINGS),
    money('Annual_Revenue'),
    field('No_of_Employees', 'integer'),
    ...address('', 'Zip_Code'),
    field('Converted__s', 'boolean', { readOnly: true }),
    field('Converted_Date_Time', 'datetime', { readOnly: true }),
    lookup('Converted_Contact', 'Contacts', { readOnly: true }),
    lookup('Converted_Account', 'Accounts', { readOnly: true }),
    lookup('Converted_Deal', 'Deals', { readOnly: true }),
  ],
};

export const CONTACTS: ModuleSpec = {
  apiName: 'Contacts',
  singular: 'Contact',
  plural: 'Contacts',
  nameField: 'Full_Name',
  systemField: 'Email',
  upsertable: true,
  watchable: true,
  fields: [
    ...person,
    lookup('Account_Name', 'Accounts', { indexed: true }),
    lookup('Vendor_Name', 'Vendors'),
    text('Title', 100),
    text('Department', 50),
    field('Home_Phone', 'phone'),
    field('Other_Phone', 'phone'),
    field('Asst_Phone', 'phone'),
    text('Assistant', 50),
    field('Date_of_Birth', 'date'),
    lookup('Reporting_To', 'Contacts'),
    ...address('Mailing_', 'Zip'),
    ...address('Other_', 'Zip'),
  ],
};

export const ACCOUNTS: ModuleSpec = {
  apiName: 'Accounts',
  singular: 'Account',
  plural: 'Accounts',
  nameField: 'Account_Name',
  systemField: 'Account_Name',
  upsertable: true,
  watchable: true,
  fields: [
    text('Account_Name', 200, { mandatory: true, indexed: true }),
    text('Account_Number', 40),
    text('Account_Site', 80),
    picklist('Account_Type', ['Analyst', 'Competitor', 'Customer', 'Distributor', 'Investor', 'Partner', 'Prospect']),
    lookup('Parent_Account', 'Accounts'),
    field('Phone', 'phone'),
    text('Fax', 30),
    field('Website', 'website', { length: 255 }),
    picklist('Industry', INDUSTRIES),
    picklist('Ownership', ['Other', 'Private', 'Public', 'Subsidiary', 'Partnership', 'Government']),
    picklist('Rating', RATINGS),
    money('Annual_Revenue'),
    field('Employees', 'integer'),
    ...address('Billing_', 'Code'),
    ...address('Shipping_', 'Code'),
    field('Description', 'textarea'),
  ],
};

export const VENDORS: ModuleSpec = {
  apiName: 'Vendors',
  singular: 'Vendor',
  plural: 'Vendors',
  nameField: 'Vendor_Name',
  systemField: 'Vendor_Name',
  upsertable: true,
  watchable: true,
  fields: [
    text('Vendor_Name', 200, { mandatory: true, indexed: true }),
    field('Email', 'email'),
    field('Phone', 'phone'),
    field('Website', 'website', { length: 255 }),
    field('Description', 'textarea'),
  ],
};
