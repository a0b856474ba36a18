import fc from 'fast-check';
import { aClaimedCommand } from '#testing';
import { formOf, groupCommands, type CallForm } from './command.groups.ts';

const link = { module: 'Leads', recordId: '700', generation: 1 };

describe('formOf', () => {
  it.each<[CallForm, Parameters<typeof formOf>[0]]>([
    ['upsert', { operation: 'write', link: null }],
    ['update', { operation: 'write', link }],
    ['locate', { operation: 'delete', link: null }],
    ['remove', { operation: 'delete', link }],
  ])('%s', (form, command) => {
    expect(formOf(command)).toBe(form);
  });
});

describe('groupCommands', () => {
  it('puts together what can share a call', () => {
    const commands = ['1', '2', '3'].map((id) => aClaimedCommand({ id }));
    expect(groupCommands(commands)).toEqual([
      {
        connectionId: 'c1',
        module: 'Leads',
        form: 'upsert',
        identityField: 'External_User_ID',
        lane: 'live',
        trigger: ['workflow'],
        commands,
      },
    ]);
  });

  it.each([
    ['connection', { connectionId: 'c2' }],
    ['module', { module: 'Contacts' }],
    ['form', { link }],
    ['operation', { operation: 'delete' as const }],
    ['identity field', { identity: { field: 'Other', value: '1' } }],
    ['trigger', { trigger: [] }],
  ])('keeps apart what differs in its %s', (_what, other) => {
    expect(groupCommands([aClaimedCommand({ id: '1' }), aClaimedCommand({ id: '2', ...other })])).toHaveLength(2);
  });

  it('sends a converted record to the module where it lives now', () => {
    const [group] = groupCommands([aClaimedCommand({ link: { ...link, module: 'Contacts' } })]);
    expect(group).toMatchObject({ module: 'Contacts', form: 'update' });
  });

  it('loses none, doubles none, and keeps the order within a call', () => {
    const command = fc.record({
      connectionId: fc.constantFrom('c1', 'c2'),
      operation: fc.constantFrom('write' as const, 'delete' as const),
      link: fc.constantFrom(null, link, { ...link, module: 'Contacts' }),
      trigger: fc.constantFrom<string[]>([], ['workflow']),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (seeds) => {
        const commands = seeds.map((seed, index) => aClaimedCommand({ ...seed, id: String(index) }));
        const groups = groupCommands(commands);
        const ids = groups.map((group) => group.commands.map(({ id }) => Number(id)));
        expect(ids.flat().toSorted((a, b) => a - b)).toEqual(commands.map(({ id }) => Number(id)));
        for (const group of ids) expect(group).toEqual(group.toSorted((a, b) => a - b));
        for (const { commands: members, connectionId, form } of groups) {
          for (const member of members) expect([member.connectionId, formOf(member)]).toEqual([connectionId, form]);
        }
      }),
    );
  });
});
