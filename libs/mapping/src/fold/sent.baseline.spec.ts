import { withHeld } from './sent.baseline.ts';
import { difference } from './difference.policy.ts';
import type { WantedFields, WantedRecord } from './wanted.types.ts';

const record = (fields: WantedFields, value = '1'): WantedRecord => ({
  module: 'Cases',
  identity: { field: 'Ticket_ID', value },
  fields,
});
const before = [record({ Status: 'Open', Priority: 'Low' })];
const after = [record({ Status: 'Closed', Priority: 'High' })];
const sent = (fields: readonly string[] | null, value = '1'): unknown => {
  const held = [{ record: record({}, value), fields }];
  return difference(withHeld({ before, after }, held), after).map((command) => command.fields);
};

describe('withHeld', () => {
  it.each<[string, readonly string[] | null, unknown[]]>([
    ['nothing that is named is sent', ['Status'], [{ Priority: 'High' }]],
    ['all that changed came from there', null, []],
    ['a field that does not differ', ['Subject'], [{ Status: 'Closed', Priority: 'High' }]],
    ['no field', [], [{ Status: 'Closed', Priority: 'High' }]],
  ])('%s', (_name, fields, commands) => {
    expect(sent(fields)).toEqual(commands);
  });

  it('speaks of one record alone', () => {
    expect(sent(null, '2')).toEqual([{ Status: 'Closed', Priority: 'High' }]);
  });

  it('makes a record whole that was not there before', () => {
    const made = difference(withHeld({ before: [], after }, [{ record: record({}), fields: null }]), after);
    expect(made.map(({ fields }) => fields)).toEqual([{ Ticket_ID: '1', Status: 'Closed', Priority: 'High' }]);
  });

  it('deletes what is wanted no more', () => {
    const gone = difference(withHeld({ before, after: [] }, [{ record: record({}), fields: null }]), []);
    expect(gone).toMatchObject([{ operation: 'delete' }]);
  });
});
