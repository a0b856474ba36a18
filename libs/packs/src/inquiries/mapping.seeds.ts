import { withSettings, type EventSeed } from '#mapping';
import { mapping as plain } from './mapping.ts';

/** Events of one contact and one ticket, as the table tests of this pack need them. */
const everything = { record_types: ['contacts', 'messages', 'tickets'] };
export const all = withSettings(plain, everything, 'c1');
export const deleting = withSettings(plain, { ...everything, on_delete: 'delete' }, 'c1');
export const messagesOnly = withSettings(plain, { record_types: ['messages'] }, 'c1');
export const contactsOnly = withSettings(plain, { record_types: ['contacts'] }, 'c1');
export const nothing = withSettings(plain, {}, 'c1');

export const of = (subject: string): Pick<EventSeed, 'subject'> & Partial<EventSeed> => ({
  subject,
  tenantId: 't1',
  key: `t1:${subject}`,
});
export const person = {
  id: '7',
  site: 'sunny-homes',
  first_name: 'Ana',
  last_name: 'Ruiz',
  primary_email: 'Ana@Example.test',
  primary_phone_number: '+34 600 111 222',
  other_phone_number: null,
  address: { street: 'Calle Sol 1', city: 'Malaga', postal_code: '29001' },
  created_at: '2026-03-01T10:00:00Z',
};
export const told = (type: 'created' | 'updated', change: object = {}, seed: Partial<EventSeed> = {}): EventSeed => ({
  ...of('7'),
  type: `contact.${type}`,
  data: { ...person, ...change },
  ...seed,
});
export const created = told('created');
export const deleted: EventSeed = { ...of('7'), type: 'contact.deleted', data: { id: '7', site: 'sunny-homes' } };
const flat = {
  id: '88',
  reference: 'ABC123',
  title: 'Sea view flat',
  price: 'EUR 450,000',
  url: 'https://sunny-homes.example.test/p/1',
};
export const snapshot = { id: '7', first_name: 'Ana', last_name: null, primary_email: 'ana@example.test' };
export const message = (id: string, change: object = {}): EventSeed => ({
  ...of('7'),
  type: 'message.created',
  data: {
    id,
    site: 'sunny-homes',
    contact: snapshot,
    text: 'Is it free?',
    property: flat,
    created_at: '2026-03-01T10:05:00Z',
    ...change,
  },
});
export const ticket = (type: 'created' | 'updated', change: object = {}, seed: Partial<EventSeed> = {}): EventSeed => ({
  ...of('31'),
  type: `ticket.${type}`,
  data: {
    id: '31',
    site: 'sunny-homes',
    ticket_number: 'T-0031',
    subject: 'Site is down',
    description: 'Nothing loads.',
    status: 'open',
    priority: 'urgent',
    creator: { id: '5', email: 'office@sunny.example.test', name: null },
    created_at: '2026-03-02T09:30:00Z',
    ...change,
  },
  ...seed,
});
export const ticketDeleted: EventSeed = {
  ...of('31'),
  type: 'ticket.deleted',
  data: { id: '31', site: 'sunny-homes' },
};
export const fromHere = (...fields: string[]): Partial<EventSeed> => ({ origin: { connectionId: 'c1', fields } });

export const contactKey = { module: 'Contacts', identity: { field: 'Agency_Contact_ID', value: 't1:7' } };
export const leadKey = { ...contactKey, module: 'Leads' };
export const caseKey = { module: 'Cases', identity: { field: 'Agency_Ticket_ID', value: 't1:31' } };
export const contactFields = {
  Agency_Contact_ID: 't1:7',
  First_Name: 'Ana',
  Last_Name: 'Ruiz',
  Email: 'ana@example.test',
  Phone: '+34 600 111 222',
  Mailing_Street: 'Calle Sol 1',
  Mailing_City: 'Malaga',
  Mailing_Zip: '29001',
  Agency_Site: 'sunny-homes',
};
export const leadFields = {
  Agency_Contact_ID: 't1:7',
  First_Name: 'Ana',
  Last_Name: 'Unknown',
  Email: 'ana@example.test',
  Agency_Site: 'sunny-homes',
  Company: 'sunny-homes',
  Lead_Source: 'Website Inquiry',
  Description: 'Is it free?',
  Property_Reference: 'ABC123',
};
export const body =
  'Is it free?\n\n---\nProperty: Sea view flat\nReference: ABC123\nPrice: EUR 450,000\nLink: https://sunny-homes.example.test/p/1';
