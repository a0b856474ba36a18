import { playRow, type TableRow } from '#mapping';
import { all, deleting, messagesOnly, ticket, ticketDeleted, fromHere, caseKey } from './mapping.seeds.ts';

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

describe('tickets of inquiries', () => {
  it.each(ticketRows)('$name', ({ with: own = all, ...row }) => {
    const { actual, expected } = playRow(own, row);
    expect(actual).toEqual(expected);
  });
});
