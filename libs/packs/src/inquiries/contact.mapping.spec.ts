import { eventOf, play, playRow, type TableRow } from '#mapping';
import {
  all,
  deleting,
  messagesOnly,
  contactsOnly,
  nothing,
  of,
  person,
  told,
  created,
  deleted,
  snapshot,
  message,
  ticket,
  fromHere,
  contactKey,
  leadKey,
  contactFields,
  leadFields,
  body,
} from './mapping.seeds.ts';

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

describe('contacts of inquiries', () => {
  it.each(contactRows)('$name', ({ with: own = all, ...row }) => {
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
