import { eventOf, play, playRow, withSettings, type EventSeed, type TableRow } from '#mapping';
import { mapping as plain } from './mapping.ts';

const everything = { record_types: ['contacts', 'messages', 'tickets'] };
const all = withSettings(plain, everything, 'c1');
const deleting = withSettings(plain, { ...everything, on_delete: 'delete' }, 'c1');
const messagesOnly = withSettings(plain, { record_types: ['messages'] }, 'c1');
const contactsOnly = withSettings(plain, { record_types: ['contacts'] }, 'c1');
const nothing = withSettings(plain, {}, 'c1');

const of = (subject: string): Pick<EventSeed, 'subject'> & Partial<EventSeed> => ({
  subject,
  tenantId: 't1',
  key: `t1:${subject}`,
});
const person = {
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
const told = (type: 'created' | 'updated', change: object = {}, seed: Partial<EventSeed> = {}): EventSeed => ({
  ...of('7'),
  type: `contact.${type}`,
  data: { ...person, ...change },
  ...seed,
});
const created = told('created');
const deleted: EventSeed = { ...of('7'), type: 'contact.deleted', data: { id: '7', site: 'sunny-homes' } };
const flat = {
  id: '88',
  reference: 'ABC123',
  title: 'Sea view flat',
  price: 'EUR 450,000',
  url: 'https://sunny-homes.example.test/p/1',
};
const snapshot = { id: '7', first_name: 'Ana', last_name: null, primary_email: 'ana@example.test' };
const message = (id: string, change: object = {}): EventSeed => ({
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
const ticket = (type: 'created' | 'updated', change: object = {}, seed: Partial<EventSeed> = {}): EventSeed => ({
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
const ticketDeleted: EventSeed = { ...of('31'), type: 'ticket.deleted', data: { id: '31', site: 'sunny-homes' } };
const fromHere = (...fields: string[]): Partial<EventSeed> => ({ origin: { connectionId: 'c1', fields } });

const contactKey = { module: 'Contacts', identity: { field: 'Agency_Contact_ID', value: 't1:7' } };
const leadKey = { ...contactKey, module: 'Leads' };
const caseKey = { module: 'Cases', identity: { field: 'Agency_Ticket_ID', value: 't1:31' } };
const contactFields = {
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
const leadFields = {
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
const body =
  'Is it free?\n\n---\nProperty: Sea view flat\nReference: ABC123\nPrice: EUR 450,000\nLink: https://sunny-homes.example.test/p/1';

const contactRows: (TableRow & { with?: typeof all })[] = [
  {
    name: 'a new contact makes a Contact',
    when: created,
    expect: { commands: [{ operation: 'write', ...contactKey, fields: contactFields, trigger: ['workflow'] }] },
  },
  {
    name: 'whatever is heard first makes it',
    when: told('updated'),
    expect: { commands: [{ fields: contactFields }] },
  },
  {
    name: 'a contact is not opted in',
    with: messagesOnly,
    when: created,
    expect: { verdict: 'ignored: not_opted_in' },
  },
  { name: 'nothing is opted in', with: nothing, when: message('1'), expect: { verdict: 'ignored: not_opted_in' } },
  {
    name: 'a change sends what changed; null and blank clear',
    given: [created],
    when: told('updated', { first_name: ' ', primary_phone_number: null, address: null, last_name: 'Ruiz Soler' }),
    expect: {
      commands: [
        {
          ...contactKey,
          fields: {
            First_Name: null,
            Last_Name: 'Ruiz Soler',
            Phone: null,
            Mailing_Street: null,
            Mailing_City: null,
            Mailing_Zip: null,
          },
        },
      ],
    },
  },
  { name: 'the same again sends nothing', given: [created], when: told('updated'), expect: {} },
  {
    name: 'a value that cannot be used clears, with a problem',
    given: [created],
    when: told('updated', { primary_email: 'no', last_name: '' }),
    expect: {
      commands: [{ fields: { Email: null, Last_Name: 'Unknown' } }],
      problems: ['invalid_value primary_email'],
    },
  },
  {
    name: 'a first message makes a Lead and no Note',
    when: message('501'),
    expect: { commands: [{ operation: 'write', ...leadKey, fields: leadFields }] },
  },
  {
    name: 'the message that made the Lead, told again',
    given: [message('501')],
    when: { ...message('501'), id: 'again' },
    expect: { verdict: 'ignored: message_repeated' },
  },
  {
    name: 'a message to a Contact is a Note on it',
    given: [created],
    when: message('501'),
    expect: {
      commands: [
        {
          operation: 'note',
          ...contactKey,
          effectKey: 'agency/note/t1/501',
          trigger: [],
          fields: {
            Note_Title: 'Property Inquiry - 2026-03-01',
            Note_Content: `${body}\n[causeway:agency/note/t1/501]`,
          },
        },
      ],
    },
  },
  {
    name: 'a second message is a Note on the Lead, without a property',
    given: [message('501')],
    when: message('502', { property: null, text: ' Call me. \r\n' }),
    expect: {
      commands: [
        {
          ...leadKey,
          fields: {
            Note_Title: 'Website Inquiry - 2026-03-01',
            Note_Content: 'Call me.\n[causeway:agency/note/t1/502]',
          },
        },
      ],
    },
  },
  {
    name: 'a Note of a property with little said, and no text',
    given: [created],
    when: message('503', { text: null, property: { id: '9', title: 'A\tflat', price: null, url: 'ftp://x' } }),
    expect: {
      commands: [
        {
          fields: {
            Note_Title: 'Property Inquiry - 2026-03-01',
            Note_Content: '---\nProperty: A flat\n[causeway:agency/note/t1/503]',
          },
        },
      ],
      problems: ['invalid_value property.url'],
    },
  },
  {
    name: 'a Note of nothing has its key alone',
    given: [created],
    when: message('504', { text: null, property: { id: '9' } }),
    expect: {
      commands: [
        {
          fields: {
            Note_Title: 'Property Inquiry - 2026-03-01',
            Note_Content: '[causeway:agency/note/t1/504]',
          },
        },
      ],
    },
  },
  {
    name: 'a contact that is a Lead here gets its changes there',
    given: [message('501')],
    when: told('created', { other_phone_number: '600' }),
    expect: {
      commands: [
        {
          operation: 'write',
          ...leadKey,
          fields: {
            Last_Name: 'Ruiz',
            Phone: '+34 600 111 222',
            Mobile: '600',
            Street: 'Calle Sol 1',
            City: 'Malaga',
            Zip_Code: '29001',
          },
        },
      ],
    },
  },
  {
    name: 'a message without a contact',
    when: { ...message('9', { contact: null }), ...of('m-9') },
    expect: { verdict: 'ignored: no_contact', state: null },
  },
  {
    name: 'messages are not opted in',
    with: contactsOnly,
    given: [created],
    when: message('501'),
    expect: { verdict: 'ignored: not_opted_in' },
  },
  {
    name: 'a deleted contact is marked',
    given: [created],
    when: deleted,
    expect: {
      commands: [
        {
          operation: 'write',
          ...contactKey,
          fields: { Agency_Deleted: true, Agency_Deleted_At: '2026-03-01T10:00:00+00:00' },
        },
      ],
    },
  },
  {
    name: 'a deleted Lead is deleted where the connection says so',
    with: deleting,
    given: [message('501')],
    when: deleted,
    expect: { commands: [{ operation: 'delete', ...leadKey, fields: {} }] },
  },
  { name: 'deleted before anything was sent', when: deleted, expect: {} },
  { name: 'deleted twice', given: [created, deleted], when: deleted, expect: { verdict: 'ignored: contact_deleted' } },
  {
    name: 'a change after the end',
    given: [created, deleted],
    when: told('updated'),
    expect: { verdict: 'ignored: contact_deleted' },
  },
  {
    name: 'a message after the end, wanted or not',
    with: contactsOnly,
    given: [deleted],
    when: message('501'),
    expect: { verdict: 'ignored: contact_deleted' },
  },
  {
    name: 'a marked contact comes back',
    given: [created, deleted],
    when: told('created', { first_name: 'Anna' }),
    expect: { commands: [{ fields: { First_Name: 'Anna', Agency_Deleted: false, Agency_Deleted_At: null } }] },
  },
  {
    name: 'a deleted contact comes back as a new Contact',
    with: deleting,
    given: [message('501'), deleted],
    when: created,
    expect: { commands: [{ ...contactKey, fields: contactFields }] },
  },
  {
    name: 'deleted by the product and not wanted here: it stays deleted',
    with: messagesOnly,
    given: [message('501'), deleted],
    when: created,
    expect: { verdict: 'ignored: not_opted_in' },
  },
  {
    name: 'what this CRM told the product does not go back to it',
    given: [created],
    when: told('updated', { first_name: 'Anna', last_name: 'R' }, fromHere('first_name')),
    expect: { commands: [{ fields: { Last_Name: 'R' } }] },
  },
  {
    name: 'a part of an object that this CRM told',
    given: [created],
    when: told('updated', { address: { ...person.address, city: 'Ronda' } }, fromHere('address')),
    expect: {},
  },
  {
    name: 'all that changed came from here',
    given: [created],
    when: told('updated', { first_name: 'Anna', last_name: 'R' }, { origin: { connectionId: 'c1', fields: null } }),
    expect: {},
  },
  {
    name: 'what another connection told the product goes out',
    given: [created],
    when: told('updated', { first_name: 'Anna' }, { origin: { connectionId: 'c2', fields: null } }),
    expect: { commands: [{ fields: { First_Name: 'Anna' } }] },
  },
  {
    name: 'an absent key',
    when: { ...created, data: Object.fromEntries(Object.entries(person).filter(([name]) => name !== 'last_name')) },
    expect: { verdict: 'set_aside: missing_value last_name', state: null },
  },
  {
    name: 'no site',
    when: told('created', { site: 'Sunny Homes' }),
    expect: { verdict: 'set_aside: invalid_value site' },
  },
  {
    name: 'the id of another contact',
    when: told('created', { id: '8' }),
    expect: { verdict: 'set_aside: invalid_value id' },
  },
  {
    name: 'a message of another contact',
    when: message('1', { contact: { ...snapshot, id: '8' } }),
    expect: { verdict: 'set_aside: invalid_value contact.id' },
  },
  {
    name: 'a contact in a message without an id',
    when: message('1', { contact: { first_name: 'Ana' } }),
    expect: { verdict: 'set_aside: missing_value contact.id' },
  },
  {
    name: 'under another key than its own',
    when: { ...created, key: 't2:7' },
    expect: { verdict: 'set_aside: invalid_value partition_key' },
  },
  {
    name: 'an id that is too long with its tenant',
    when: { ...told('created', { id: 'x'.repeat(98) }), ...of('x'.repeat(98)) },
    expect: { verdict: 'set_aside: invalid_value id' },
  },
];

const ticketFields = {
  Agency_Ticket_ID: 't1:31',
  Subject: 'Site is down',
  Description: 'Nothing loads.',
  Status: 'Open',
  Priority: 'Highest',
  Email: 'office@sunny.example.test',
  Case_Origin: 'Web',
  Agency_Site: 'sunny-homes',
  Agency_Ticket_Number: 'T-0031',
  Agency_Response_Due: '2026-03-02T11:30:00+00:00',
  Agency_Resolution_Due: '2026-03-02T17:30:00+00:00',
};

const ticketRows: (TableRow & { with?: typeof all })[] = [
  {
    name: 'a new ticket makes a Case',
    when: ticket('created'),
    expect: { commands: [{ operation: 'write', ...caseKey, fields: ticketFields, trigger: ['workflow'] }] },
  },
  {
    name: 'tickets are not opted in',
    with: messagesOnly,
    when: ticket('created'),
    expect: { verdict: 'ignored: not_opted_in' },
  },
  {
    name: 'without a subject and with values that nobody knows',
    when: ticket('created', {
      subject: null,
      description: '',
      status: 'asleep',
      priority: 'huge',
      creator: { id: '5' },
    }),
    expect: {
      commands: [
        {
          fields: {
            ...Object.fromEntries(
              Object.entries(ticketFields).filter(([name]) => name !== 'Description' && name !== 'Email'),
            ),
            Subject: '(no subject)',
            Priority: 'Medium',
            Agency_Response_Due: '2026-03-03T09:30:00+00:00',
            Agency_Resolution_Due: '2026-03-05T09:30:00+00:00',
          },
        },
      ],
      problems: ['unknown_value status', 'unknown_value priority'],
    },
  },
  {
    name: 'a status that nobody knows is not sent later, nor does it move the times',
    given: [ticket('created')],
    when: ticket('updated', { status: 'asleep', priority: 'huge' }),
    expect: { problems: ['unknown_value status', 'unknown_value priority'] },
  },
  {
    name: 'resolved',
    given: [ticket('created')],
    when: ticket('updated', { status: 'resolved' }),
    expect: { commands: [{ ...caseKey, fields: { Status: 'Closed' } }] },
  },
  {
    name: 'resolved, then closed: the CRM has one word for both',
    given: [ticket('created'), ticket('updated', { status: 'resolved' })],
    when: ticket('updated', { status: 'CLOSED' }),
    expect: {},
  },
  {
    name: 'a ticket that is still open',
    given: [ticket('created', { status: 'asleep' })],
    when: ticket('updated'),
    expect: {},
  },
  {
    name: 'another priority counts the times anew',
    given: [ticket('created')],
    when: ticket('updated', { priority: 'low', created_at: '2026-03-02T10:00:00Z' }),
    expect: {
      commands: [
        {
          fields: {
            Priority: 'Low',
            Agency_Response_Due: '2026-03-04T10:00:00+00:00',
            Agency_Resolution_Due: '2026-03-09T10:00:00+00:00',
          },
        },
      ],
    },
  },
  {
    name: 'another time of creation alone does not',
    given: [ticket('created')],
    when: ticket('updated', { created_at: '2026-03-02T10:00:00Z' }),
    expect: {},
  },
  {
    name: 'a status that this CRM told the product does not go back',
    given: [ticket('created')],
    when: ticket('updated', { status: 'in_progress', subject: 'Down' }, fromHere('status')),
    expect: { commands: [{ fields: { Subject: 'Down' } }] },
  },
  {
    name: 'and the next status goes out',
    given: [ticket('created'), ticket('updated', { status: 'in_progress' }, fromHere('status'))],
    when: ticket('updated', { status: 'open' }),
    expect: { commands: [{ fields: { Status: 'Open' } }] },
  },
  {
    name: 'a deleted ticket is marked, its status untouched',
    given: [ticket('created')],
    when: ticketDeleted,
    expect: { commands: [{ fields: { Agency_Deleted: true, Agency_Deleted_At: '2026-03-01T10:00:00+00:00' } }] },
  },
  {
    name: 'a deleted ticket is deleted where the connection says so',
    with: deleting,
    given: [ticket('created')],
    when: ticketDeleted,
    expect: { commands: [{ operation: 'delete', ...caseKey, fields: {} }] },
  },
  {
    name: 'a change after the end',
    given: [ticket('created'), ticketDeleted],
    when: ticket('updated', { status: 'closed' }),
    expect: { verdict: 'ignored: ticket_deleted' },
  },
  {
    name: 'deleted twice',
    given: [ticketDeleted],
    when: ticketDeleted,
    expect: { verdict: 'ignored: ticket_deleted' },
  },
  {
    name: 'a deleted ticket that is made again',
    given: [ticket('created'), ticketDeleted],
    when: ticket('created'),
    expect: { commands: [{ fields: { Agency_Deleted: false, Agency_Deleted_At: null } }] },
  },
  {
    name: 'without a status',
    when: ticket('created', { status: null }),
    expect: { verdict: 'set_aside: missing_value status' },
  },
  {
    name: 'without a creator',
    when: ticket('created', { creator: null }),
    expect: { verdict: 'set_aside: missing_value creator' },
  },
  {
    name: 'made at a time after which no time is due',
    when: ticket('created', { created_at: '9999-12-31T00:00:00Z' }),
    expect: { verdict: 'set_aside: invalid_value created_at' },
  },
];

describe('inquiries', () => {
  it.each(contactRows)('contacts: $name', ({ with: own = all, ...row }) => {
    const { actual, expected } = playRow(own, row);
    expect(actual).toEqual(expected);
  });

  it.each(ticketRows)('tickets: $name', ({ with: own = all, ...row }) => {
    const { actual, expected } = playRow(own, row);
    expect(actual).toEqual(expected);
  });

  it('a contact and a ticket of one id share a key and nothing else', () => {
    const seeds = [created, { ...ticket('created', { id: '7' }), ...of('7') }, deleted];
    const { records } = play(
      all,
      seeds.map((seed, index) => eventOf(all, seed, index + 1)),
    );
    expect([...records.keys()]).toEqual(['Contacts/t1:7', 'Cases/t1:7']);
    expect(records.get('Cases/t1:7')?.fields).not.toHaveProperty('Agency_Deleted');
  });
});
