import type { ClaimedCommand } from '#ledger';
import { aClaimedCommand } from '#testing';
import type { WriteOutcome } from '#zoho';
import { FakeCrm, refusal } from '../../test/fake.crm.ts';
import { groupCommands } from './command.groups.ts';
import { sendGroup, type MayGo } from './group.send.ts';

let crm: FakeCrm;

beforeEach(() => {
  crm = new FakeCrm();
});

const user = (value: string, seed: Partial<ClaimedCommand> = {}): ClaimedCommand =>
  aClaimedCommand({ id: value, identity: { field: 'External_User_ID', value }, ...seed });
const linkTo = (recordId: string, module = 'Leads'): ClaimedCommand['link'] => ({ module, recordId, generation: 1 });
const deletion: Partial<ClaimedCommand> = { operation: 'delete', fields: {}, trigger: [] };

function send(...commands: ClaimedCommand[]): Promise<WriteOutcome[]> {
  return sendWhile((held) => Promise.resolve(held), commands);
}

async function sendWhile(mayGo: MayGo, commands: readonly ClaimedCommand[]): Promise<WriteOutcome[]> {
  const [group, ...others] = groupCommands(commands);
  if (group === undefined || others.length > 0) throw new Error('these commands are no group');
  return (await sendGroup(crm, group, mayGo)).map(({ answer }) => answer);
}

describe('sendGroup', () => {
  it('upserts what has no link, in one call, by identity', async () => {
    const outcomes = await send(user('1'), user('2'));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['succeeded', 'succeeded']);
    expect(crm.calls).toEqual([{ call: 'upsert', module: 'Leads', count: 2, trigger: ['workflow'] }]);
    expect(crm.records('Leads').map((record) => record['External_User_ID'])).toEqual(['1', '2']);
  });

  it('regression: an upsert always names its identity, though the write that had it was skipped', async () => {
    await send(user('1', { fields: { Phone: '5' } }));
    expect(crm.records('Leads')).toEqual([expect.objectContaining({ External_User_ID: '1', Phone: '5' })]);
  });

  it('updates what has a link by id', async () => {
    const id = crm.put('Leads', { External_User_ID: '1', Phone: '5' });
    await send(user('1', { link: linkTo(id), fields: { Phone: null } }));
    expect(crm.records('Leads')).toEqual([{ id, External_User_ID: '1', Phone: null }]);
  });

  it('removes by id', async () => {
    const id = crm.put('Leads', { External_User_ID: '1' });
    expect(await send(user('1', { ...deletion, link: linkTo(id) }))).toMatchObject([{ kind: 'succeeded' }]);
    expect(crm.records('Leads')).toEqual([]);
  });

  it('removes what it finds by identity, and is content where there is nothing', async () => {
    crm.put('Leads', { External_User_ID: '2' });
    crm.put('Leads', { External_User_ID: '3' });
    const outcomes = await send(user('1', deletion), user('2', deletion));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['succeeded', 'succeeded']);
    expect(crm.records('Leads').map((record) => record['External_User_ID'])).toEqual(['3']);
  });

  it('hands on why it could not look', async () => {
    crm.fail('findByField', { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: '500' });
    expect(await send(user('1', deletion), user('2', deletion))).toMatchObject([
      { kind: 'unavailable' },
      { kind: 'unavailable' },
    ]);
  });

  it('rejects one record and writes the others', async () => {
    crm.refuse = ({ External_User_ID: id }) => (id === '2' ? refusal('INVALID_DATA', { field: 'Phone' }) : null);
    const outcomes = await send(user('1'), user('2'), user('3'));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['succeeded', 'rejected', 'succeeded']);
    expect(crm.count('upsert')).toBe(1);
  });

  it('sends each alone when the call is refused as a whole', async () => {
    crm.fail('upsert', refusal('INVALID_REQUEST', { concerns: 'call' }));
    crm.refuse = ({ External_User_ID: id }) => (id === '2' ? refusal('INVALID_DATA') : null);
    const outcomes = await send(user('1'), user('2'), user('3'));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['succeeded', 'rejected', 'succeeded']);
    expect(crm.calls.map(({ count }) => count)).toEqual([3, 1, 1, 1]);
  });

  it('regression: asks before each of these calls, and leaves out what somebody else took over or a person stopped', async () => {
    crm.fail('upsert', refusal('INVALID_REQUEST', { concerns: 'call' }));
    const outcomes = await sendWhile(
      (commands) => Promise.resolve(commands.filter(({ id }) => id !== '2')),
      [user('1'), user('2'), user('3')],
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['succeeded', 'succeeded']);
    expect(crm.records('Leads').map((record) => record['External_User_ID'])).toEqual(['1', '3']);
  });

  it('does not repeat a call of one record, or one that was refused for the connection', async () => {
    crm.fail('upsert', refusal('INVALID_REQUEST', { concerns: 'call' }));
    await send(user('1'));
    crm.fail('upsert', refusal('INVALID_TOKEN', { concerns: 'connection' }));
    await send(user('1'), user('2'));
    expect(crm.count('upsert')).toBe(2);
  });

  it('writes to a converted record what its module has, and calls for the others only', async () => {
    const [one, two] = [crm.put('Contacts', {}), crm.put('Contacts', {})];
    const outcomes = await send(
      user('1', { fields: { External_User_ID: '9' }, link: linkTo(one, 'Contacts') }),
      user('2', { fields: { External_User_ID: '9', Phone: '5' }, link: linkTo(two, 'Contacts') }),
    );
    expect(outcomes.map((outcome) => outcome.kind === 'succeeded' && outcome.recordId)).toEqual([one, two]);
    expect(crm.calls.filter(({ call }) => call === 'update')).toEqual([
      { call: 'update', module: 'Contacts', count: 1, trigger: ['workflow'] },
    ]);
    expect(crm.records('Contacts')).toEqual([{ id: one }, { id: two, Phone: '5' }]);
  });

  it('names a converted record as ours with its next write, where its module has the identity field', async () => {
    crm = new FakeCrm({ Contacts: ['External_User_ID', 'Phone'] });
    const [one, two] = [crm.put('Contacts', {}), crm.put('Contacts', {})];
    await send(
      user('1', { fields: { Phone: '5' }, link: linkTo(one, 'Contacts') }),
      user('2', { fields: { Lead_Source: 'x' }, link: linkTo(two, 'Contacts') }),
    );
    expect(crm.records('Contacts')).toEqual([{ id: one, Phone: '5', External_User_ID: '1' }, { id: two }]);
  });

  it('regression: writes nothing to a converted record while its fields cannot be read', async () => {
    const id = crm.put('Contacts', {});
    crm.fail('fields', { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: '500' });
    expect(await send(user('1', { link: linkTo(id, 'Contacts') }))).toMatchObject([{ kind: 'unavailable' }]);
    expect(crm.count('update')).toBe(0);
  });
});
