import { playRow, type TableRow } from '#mapping';
import { mapping } from './mapping.ts';

const row = { id: 'u1', email: 'Ana@Example.test', full_name: 'Ana Ruiz Soler', phone: '555 0101' };
const created = { type: 'user.created', subject: 'u1', data: row };
const updated = (change: object): TableRow['when'] => ({
  type: 'user.updated',
  subject: 'u1',
  data: { ...row, ...change, changed: Object.keys(change) },
});
const deleted = { type: 'user.deleted', subject: 'u1', data: { id: 'u1' } };
const key = { module: 'Leads', identity: { field: 'External_User_ID', value: 'u1' } };
const made = {
  operation: 'write' as const,
  ...key,
  fields: {
    External_User_ID: 'u1',
    Email: 'ana@example.test',
    First_Name: 'Ana',
    Last_Name: 'Ruiz Soler',
    Phone: '555 0101',
  },
  trigger: ['workflow'],
  whenConverted: 'follow' as const,
};
const gone = { id: 'u1', email: null, firstName: null, lastName: null, phone: null, gone: true };
const snapshot = { type: 'user.created', subject: 'u1', data: row };

const rows: TableRow[] = [
  { name: 'a sign-up makes the Lead', when: created, expect: { commands: [made] } },
  {
    name: 'a row with nothing but its id makes a Lead of that name',
    when: { type: 'user.created', subject: 'u1', data: { id: 'u1', email: null } },
    expect: {
      commands: [{ fields: { External_User_ID: 'u1', Last_Name: 'Unknown' } }],
      problems: ['name_missing full_name'],
    },
  },
  {
    name: 'values that cannot be used count as empty',
    when: { type: 'user.created', subject: 'u1', data: { id: 'u1', email: 'no', full_name: 7, phone: 'n/a' } },
    expect: {
      commands: [{ fields: { External_User_ID: 'u1', Last_Name: 'Unknown' } }],
      problems: ['invalid_value email', 'invalid_value full_name', 'invalid_value phone', 'name_missing full_name'],
    },
  },
  {
    name: 'a change of a user that is not known makes the Lead',
    when: updated({ email: 'x@y.test' }),
    expect: { commands: [{ ...made, fields: { ...made.fields, Email: 'x@y.test' } }] },
  },
  {
    name: 'a change sends what changed, and the Contact follows',
    given: [created],
    when: updated({ email: 'new@example.test' }),
    expect: { commands: [{ ...made, fields: { Email: 'new@example.test' } }] },
  },
  {
    name: 'a change to the same in other words sends nothing',
    given: [created],
    when: updated({ email: ' ANA@example.TEST ', full_name: 'Ana\tRuiz  Soler' }),
    expect: {},
  },
  {
    name: 'null, blank and absent clear alike',
    given: [created],
    when: { type: 'user.updated', subject: 'u1', data: { id: 'u1', email: null, full_name: ' \t ' } },
    expect: {
      commands: [{ fields: { Email: null, First_Name: null, Last_Name: 'Unknown', Phone: null } }],
      problems: ['name_missing full_name'],
    },
  },
  {
    name: 'a value that cannot be used clears as well',
    given: [created],
    when: updated({ phone: 'call me' }),
    expect: { commands: [{ fields: { Phone: null } }], problems: ['invalid_value phone'] },
  },
  { name: 'the same row told again changes nothing', given: [created], when: created, expect: {} },
  { name: 'a snapshot of a known row changes nothing', given: [created], when: { ...snapshot, id: 's1' }, expect: {} },
  {
    name: 'a deleted user: the Lead goes, a Contact stays, the personal data is forgotten',
    given: [created],
    when: deleted,
    expect: {
      commands: [{ operation: 'delete', ...key, fields: {}, trigger: [], whenConverted: 'skip' }],
      state: gone,
    },
  },
  {
    name: 'the same id again makes a new Lead',
    given: [created, deleted],
    when: created,
    expect: { commands: [made] },
  },
  {
    name: 'a change after a delete says that the row is there',
    given: [created, deleted],
    when: updated({}),
    expect: { commands: [made] },
  },
  {
    name: 'deleted twice',
    given: [created, deleted],
    when: deleted,
    expect: { verdict: 'ignored: already_gone', state: gone },
  },
  { name: 'deleted and never known', when: deleted, expect: { verdict: 'ignored: unknown_user', state: null } },
  {
    name: 'without an id',
    when: { type: 'user.created', subject: 'u1', data: { email: 'a@b.test' } },
    expect: { verdict: 'set_aside: missing_value id', state: null },
  },
  {
    name: 'with an id that is none',
    when: { type: 'user.created', subject: 'u1', data: { id: 'u'.repeat(65) } },
    expect: { verdict: 'set_aside: invalid_value id' },
  },
  {
    name: 'with the id of another user',
    when: { ...created, subject: 'u2' },
    expect: { verdict: 'set_aside: invalid_value id' },
  },
  {
    name: 'deleted with the id of another user',
    given: [created],
    when: { ...deleted, data: { id: 'u2' } },
    expect: { verdict: 'set_aside: invalid_value id' },
  },
  {
    name: 'an unknown type',
    when: { ...created, type: 'user.merged' },
    expect: { verdict: 'set_aside: unknown_event type' },
  },
  {
    name: 'an unknown version',
    when: { ...created, version: 2 },
    expect: { verdict: 'set_aside: unknown_event version' },
  },
];

describe('signup-lead', () => {
  it.each(rows)('$name', (row) => {
    const { actual, expected } = playRow(mapping, row);
    expect(actual).toEqual(expected);
  });

  it('reads one topic and needs one field', () => {
    expect(mapping).toMatchObject({
      topics: ['user'],
      setup: { Leads: [{ apiName: 'External_User_ID', type: 'text', length: 64, unique: true }] },
    });
  });
});
