import type { Module } from '../schema/module.model.ts';
import type { Fields } from './record.model.ts';

/** What Zoho maps by default from a Lead; custom fields follow by their own name. */
const TO_CONTACT: Readonly<Record<string, string>> = {
  Salutation: 'Salutation',
  First_Name: 'First_Name',
  Last_Name: 'Last_Name',
  Email: 'Email',
  Secondary_Email: 'Secondary_Email',
  Phone: 'Phone',
  Mobile: 'Mobile',
  Fax: 'Fax',
  Lead_Source: 'Lead_Source',
  Email_Opt_Out: 'Email_Opt_Out',
  Skype_ID: 'Skype_ID',
  Twitter: 'Twitter',
  Description: 'Description',
  Designation: 'Title',
  Street: 'Mailing_Street',
  City: 'Mailing_City',
  State: 'Mailing_State',
  Zip_Code: 'Mailing_Zip',
  Country: 'Mailing_Country',
  Owner: 'Owner',
};

const TO_ACCOUNT: Readonly<Record<string, string>> = {
  Phone: 'Phone',
  Fax: 'Fax',
  Website: 'Website',
  Industry: 'Industry',
  Rating: 'Rating',
  Annual_Revenue: 'Annual_Revenue',
  No_of_Employees: 'Employees',
  Street: 'Billing_Street',
  City: 'Billing_City',
  State: 'Billing_State',
  Zip_Code: 'Billing_Code',
  Country: 'Billing_Country',
  Owner: 'Owner',
};

/** The contact's values: the standard mapping, and each custom field of the Lead that Contacts have by the same name. */
export function contactValues(lead: Fields, modules: { readonly leads: Module; readonly contacts: Module }): Fields {
  const values = mapped(lead, TO_CONTACT);
  for (const field of modules.leads.fields.values()) {
    if (!field.custom || lead[field.apiName] === undefined) continue;
    if (modules.contacts.fields.has(field.apiName)) values[field.apiName] = lead[field.apiName];
  }
  return values;
}

/** The account's values. A Lead without a company gives an account of the person's own name. */
export function accountValues(lead: Fields): Fields {
  return { Account_Name: lead['Company'] ?? lead['Full_Name'], ...mapped(lead, TO_ACCOUNT) };
}

function mapped(lead: Fields, names: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    Object.entries(names)
      .filter(([from]) => lead[from] !== undefined)
      .map(([from, to]) => [to, lead[from]]),
  );
}
