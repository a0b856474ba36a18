import type { PersonValue } from '../state.ts';

const both = {
  first_name: 'First_Name',
  last_name: 'Last_Name',
  primary_email: 'Email',
  primary_phone_number: 'Phone',
  other_phone_number: 'Mobile',
  site: 'Agency_Site',
} as const;

/** The fields of a person's values, in each module that may stand for them. */
export const PERSON_FIELDS: Readonly<Record<'contact' | 'lead', Readonly<Record<PersonValue, string>>>> = {
  contact: {
    ...both,
    'address.street': 'Mailing_Street',
    'address.city': 'Mailing_City',
    'address.postal_code': 'Mailing_Zip',
  },
  lead: { ...both, 'address.street': 'Street', 'address.city': 'City', 'address.postal_code': 'Zip_Code' },
};
