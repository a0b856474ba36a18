import type { JsonObject } from '#contracts';
import { aClaimedCommand } from '#testing';
import type { ClaimedCommand } from '#ledger';
import { FakeCrm, refusal } from '../../test/fake.crm.ts';
import { groupCommands } from './command.groups.ts';
import { isDone, verifyUnknown } from './unknown.verify.ts';
import type { Verification } from './verification.types.ts';

const suspect = (seed: Partial<ClaimedCommand> = {}): ClaimedCommand => aClaimedCommand({ verify: true, ...seed });

async function verify(crm: FakeCrm, ...commands: ClaimedCommand[]): Promise<Verification> {
  const [group, ...others] = groupCommands(commands);
  if (group === undefined || others.length > 0) throw new Error('these commands are no group');
  return verifyUnknown(crm, group);
}

describe('isDone', () => {
  it.each<[boolean, string, Parameters<typeof isDone>[0], JsonObject | undefined]>([
    [
      true,
      'a write whose fields are as sent',
      { operation: 'write', fields: { A: 'x', B: null } },
      { A: 'x', B: null, C: 1 },
    ],
    [true, 'a value in another form', { operation: 'write', fields: { A: '  x ', B: 5 } }, { A: 'x', B: '5.00' }],
    [
      true,
      'an instant in another zone',
      { operation: 'write', fields: { At: '2026-03-01T10:00:00+00:00' } },
      { At: '2026-03-01T11:00:00+01:00' },
    ],
    [true, 'a cleared field that the answer leaves out', { operation: 'write', fields: { B: null } }, {}],
    [true, 'a write of nothing', { operation: 'write', fields: {} }, {}],
    [false, 'a field that differs', { operation: 'write', fields: { A: 'x', B: 'y' } }, { A: 'x', B: 'z' }],
    [false, 'a field that is missing', { operation: 'write', fields: { A: 'x' } }, {}],
    [false, 'a write without record', { operation: 'write', fields: {} }, undefined],
    [true, 'a delete without record', { operation: 'delete', fields: {} }, undefined],
    [false, 'a delete with record', { operation: 'delete', fields: {} }, {}],
  ])('%s: %s', (...[expected, , command, record]) => {
    expect(isDone(command, record === undefined ? undefined : { id: '700', ...record })).toBe(expected);
  });
});

describe('verifyUnknown', () => {
  it('reads nothing where nothing is unknown', async () => {
    const crm = new FakeCrm();
    const command = aClaimedCommand();
    expect(await verify(crm, command)).toEqual({ settled: [], toSend: [command], failure: null });
    expect(crm.calls).toEqual([]);
  });

  it('settles what took effect, with its new link, and sends the rest in order, with one reading', async () => {
    const crm = new FakeCrm();
    const id = crm.put('Leads', { External_User_ID: '2', Last_Name: 'Lovelace' });
    crm.put('Leads', { External_User_ID: '3', Last_Name: 'Other' });
    const commands = ['1', '2', '3', '4'].map((value) =>
      aClaimedCommand({ id: value, identity: { field: 'External_User_ID', value }, verify: value !== '4' }),
    );
    const { settled, toSend } = await verify(crm, ...commands);
    expect(toSend.map((command) => command.id)).toEqual(['1', '3', '4']);
    expect(settled).toEqual([
      {
        command: commands[1],
        outcome: { kind: 'succeeded', recordId: id, created: false },
        link: { product: 'portal', entityType: 'user', entityId: '2', module: 'Leads', recordId: id },
      },
    ]);
    expect(crm.calls).toEqual([{ call: 'findByField', module: 'Leads', count: 3 }]);
  });

  it('reads by id where there is a link', async () => {
    const crm = new FakeCrm();
    const recordId = crm.put('Leads', { External_User_ID: '42', Last_Name: 'Lovelace' });
    const { settled } = await verify(crm, suspect({ link: { module: 'Leads', recordId, generation: 1 } }));
    expect(settled).toHaveLength(1);
    expect(crm.calls).toEqual([{ call: 'getByIds', module: 'Leads', count: 1 }]);
  });

  it('counts a delete as done when nothing is found', async () => {
    const crm = new FakeCrm();
    const { settled } = await verify(crm, suspect({ operation: 'delete', fields: {} }));
    expect(settled).toEqual([
      expect.objectContaining({ outcome: { kind: 'succeeded', recordId: '', created: false } }),
    ]);
    expect(settled[0]).not.toHaveProperty('link');
  });

  it('sends a delete again whose record is still there', async () => {
    const crm = new FakeCrm();
    const recordId = crm.put('Leads', { External_User_ID: '42' });
    const command = suspect({ operation: 'delete', fields: {}, link: { module: 'Leads', recordId, generation: 1 } });
    expect((await verify(crm, command)).toSend).toEqual([command]);
  });

  it('leaves them unknown while nothing can be read, and says why', async () => {
    const crm = new FakeCrm();
    const failure = refusal('AUTHENTICATION_FAILURE', { concerns: 'connection', code: 'CRM_GRANT_REVOKED' });
    crm.fail('findByField', failure);
    const [first, second] = [suspect({ id: '1' }), aClaimedCommand({ id: '2' })];
    expect(await verify(crm, first, second)).toEqual({
      settled: [
        {
          command: first,
          outcome: {
            kind: 'unknown',
            reason: 'AUTHENTICATION_FAILURE',
            noRoom: { cause: 'stopped', until: null },
          },
        },
      ],
      toSend: [second],
      failure,
    });
  });

  it('regression: asks a converted record for the fields of its new module only', async () => {
    const crm = new FakeCrm();
    const recordId = crm.put('Contacts', { Last_Name: 'Lovelace' });
    const fields = { External_User_ID: '42', Last_Name: 'Lovelace' };
    const command = suspect({ fields, link: { module: 'Contacts', recordId, generation: 2 } });
    const { settled, failure } = await verify(crm, command);
    expect(failure).toBeNull();
    expect(settled).toEqual([
      expect.objectContaining({ link: expect.objectContaining({ module: 'Contacts', recordId }) }),
    ]);
  });

  it('regression: never asks for more fields than one call may name', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `F${index}`);
    const crm = new FakeCrm({ Leads: ['External_User_ID', ...names, ...names.map((name) => `${name}_too`)] });
    const commands = [names, names.map((name) => `${name}_too`)].map((own, index) =>
      suspect({
        id: String(index),
        identity: { field: 'External_User_ID', value: String(index) },
        fields: Object.fromEntries(own.map((name) => [name, 'x'])),
      }),
    );
    expect((await verify(crm, ...commands)).toSend).toHaveLength(2);
    expect(crm.count('findByField')).toBe(2);
  });
});
