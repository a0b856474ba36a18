import { UNKNOWN_NAME } from '#mapping';
import type { Contact, Snapshot } from '../events.ts';
import type { Person } from '../state.ts';

/** Everything that a message does not say of a person. */
const NOTHING_MORE = {
  other_phone_number: null,
  'address.street': null,
  'address.city': null,
  'address.postal_code': null,
} as const;

/** What every event says of a person; what is missing is empty, but for the last name, which the CRM requires. */
function named(
  data: Snapshot | Contact,
): Pick<Person, 'first_name' | 'last_name' | 'primary_email' | 'primary_phone_number'> {
  return {
    first_name: data.first_name ?? null,
    last_name: data.last_name ?? UNKNOWN_NAME,
    primary_email: data.primary_email ?? null,
    primary_phone_number: data.primary_phone_number ?? null,
  };
}

export function personOfContact(data: Readonly<Contact>): Person {
  const { address, other_phone_number: mobile, site } = data;
  return {
    ...named(data),
    other_phone_number: mobile ?? null,
    'address.street': address?.street ?? null,
    'address.city': address?.city ?? null,
    'address.postal_code': address?.postal_code ?? null,
    site,
  };
}

export function personOfMessage(contact: Readonly<Snapshot>, site: string): Person {
  return { ...named(contact), ...NOTHING_MORE, site };
}
