import type { Outcome } from '#contracts';
import type { ClaimedCommand, SettledCommand } from '#ledger';
import { aClaimedCommand } from '#testing';
import type { WriteOutcome } from '#zoho';
import { FakeCrm, refusal } from '../../test/fake.crm.ts';
import { isLost, resolveOutcome } from './outcome.resolve.ts';

const written: WriteOutcome = { kind: 'succeeded', recordId: '700', created: true, modifiedAt: null };
const gone = refusal('INVALID_DATA', { gone: true });
const converted = refusal('CONVERTED_RECORD');
const deletion: Partial<ClaimedCommand> = { operation: 'delete', fields: {}, trigger: [] };

let crm: FakeCrm;

beforeEach(() => {
  crm = new FakeCrm();
});

const linkTo = (recordId: string, module = 'Leads'): ClaimedCommand['link'] => ({ module, recordId, generation: 1 });
const resolve = (command: ClaimedCommand, answer: WriteOutcome): Promise<SettledCommand> =>
  resolveOutcome(crm, command, answer);
const linkOf = (settled: SettledCommand): [string?, string?] => [settled.link?.module, settled.link?.recordId];

describe('resolveOutcome', () => {
  it('links a record that was written', async () => {
    const command = aClaimedCommand();
    expect(await resolve(command, written)).toEqual({
      command,
      outcome: { kind: 'succeeded', recordId: '700', created: true },
      link: { product: 'portal', entityType: 'user', entityId: '42', module: 'Leads', recordId: '700' },
    });
  });

  it.each<[WriteOutcome, Outcome]>([
    [
      refusal('MANDATORY_NOT_FOUND', { code: 'CRM_MANDATORY_MISSING', field: 'Last_Name' }),
      { kind: 'rejected', code: 'CRM_MANDATORY_MISSING', reason: 'MANDATORY_NOT_FOUND', field: 'Last_Name' },
    ],
    [
      { kind: 'throttled', code: 'CRM_THROTTLED', reason: '429', cause: 'calls', until: null },
      { kind: 'throttled', reason: '429', cause: 'calls', until: null },
    ],
    [
      { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: '500' },
      { kind: 'unavailable', reason: '500' },
    ],
    [
      { kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN', reason: 'TIMEOUT' },
      { kind: 'unknown', reason: 'TIMEOUT' },
    ],
    [
      refusal('invalid_code', { concerns: 'connection', code: 'CRM_GRANT_REVOKED' }),
      { kind: 'throttled', reason: 'CRM_GRANT_REVOKED', cause: 'stopped', until: null },
    ],
  ])('hands on what is no success: $kind $zohoCode', async (answer, outcome) => {
    expect(await resolve(aClaimedCommand(), answer)).toEqual({ command: expect.anything(), outcome });
    expect(crm.calls).toEqual([]);
  });

  it('keeps no link of what was deleted', async () => {
    const settled = await resolve(aClaimedCommand({ ...deletion, link: linkTo('700') }), {
      ...written,
      created: false,
    });
    expect(settled).not.toHaveProperty('link');
  });

  it('counts a delete of a record that was never linked and is not there as done', async () => {
    const { outcome } = await resolve(aClaimedCommand(deletion), gone);
    expect(outcome).toEqual({ kind: 'succeeded', recordId: '', created: false });
  });

  it('parks a write that is refused as gone though no record is known', async () => {
    expect((await resolve(aClaimedCommand(), gone)).outcome).toMatchObject({ kind: 'rejected', code: 'CRM_REJECTED' });
  });
});

describe('a linked record that is gone', () => {
  it('was deleted by a person: the write is parked', async () => {
    const { outcome } = await resolve(aClaimedCommand({ link: linkTo('1') }), gone);
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'deleted_in_crm' });
  });

  it('was deleted by a person: the delete is done', async () => {
    const { outcome } = await resolve(aClaimedCommand({ ...deletion, link: linkTo('1') }), gone);
    expect(outcome).toEqual({ kind: 'succeeded', recordId: '1', created: false });
  });

  it('was merged: the write goes to the record that carries the identity now', async () => {
    const survivor = crm.put('Leads', { External_User_ID: '42', Last_Name: 'Old' });
    const settled = await resolve(aClaimedCommand({ link: linkTo('1') }), gone);
    expect(settled.outcome).toEqual({ kind: 'succeeded', recordId: survivor, created: false });
    expect(linkOf(settled)).toEqual(['Leads', survivor]);
    expect(crm.records('Leads')).toEqual([{ id: survivor, External_User_ID: '42', Last_Name: 'Lovelace' }]);
  });

  it('was merged: the delete goes to the record that carries the identity now', async () => {
    crm.put('Leads', { External_User_ID: '42' });
    const { outcome } = await resolve(aClaimedCommand({ ...deletion, link: linkTo('1') }), gone);
    expect(outcome).toMatchObject({ kind: 'succeeded' });
    expect(crm.records('Leads')).toEqual([]);
  });

  it.each(['convertedLead', 'findByField'] as const)('cannot be followed while %s fails: tried again', async (call) => {
    crm.fail(call, { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: '500' });
    const settled = await resolve(aClaimedCommand({ link: linkTo('1') }), gone);
    expect(settled.outcome).toEqual({ kind: 'unavailable', reason: '500' });
    expect(settled).not.toHaveProperty('link');
  });
});

describe('a Lead that was converted', () => {
  let lead: string;
  let contact: string;

  beforeEach(() => {
    lead = crm.put('Leads', { External_User_ID: '42', Last_Name: 'Old' });
    contact = crm.convertByPerson(lead);
  });

  it.each([
    ['says so', converted],
    ['says that it is not there', gone],
  ])(
    'lives on as a Contact, which the write follows with the fields that it has, when the answer %s',
    async (_what, answer) => {
      const fields = { External_User_ID: '42', Last_Name: 'New', Phone: null };
      const settled = await resolve(aClaimedCommand({ fields, link: linkTo(lead) }), answer);
      expect(settled.outcome).toEqual({ kind: 'succeeded', recordId: contact, created: false });
      expect(linkOf(settled)).toEqual(['Contacts', contact]);
      expect(crm.records('Contacts')).toEqual([{ id: contact, Last_Name: 'New', Phone: null }]);
    },
  );

  it('is left alone by a write that shall not follow', async () => {
    const settled = await resolve(aClaimedCommand({ whenConverted: 'skip', link: linkTo(lead) }), converted);
    expect(settled.outcome).toEqual({ kind: 'skipped', reason: 'converted' });
    expect(crm.records('Contacts')).toEqual([{ id: contact, Last_Name: 'Old' }]);
  });

  it('regression: is deleted where it lives now, if the pack says that deletes follow', async () => {
    const settled = await resolve(
      aClaimedCommand({ ...deletion, whenConverted: 'follow', link: linkTo(lead) }),
      converted,
    );
    expect(settled.outcome).toMatchObject({ kind: 'succeeded' });
    expect(crm.records('Contacts')).toEqual([]);
  });

  it('is not deleted if the pack says that deletes do not follow', async () => {
    const settled = await resolve(
      aClaimedCommand({ ...deletion, whenConverted: 'skip', link: linkTo(lead) }),
      converted,
    );
    expect(settled.outcome).toEqual({ kind: 'skipped', reason: 'converted' });
    expect(crm.records('Contacts')).toHaveLength(1);
  });

  it('keeps its new link when the write there is tried again', async () => {
    crm.fail('update', { kind: 'throttled', code: 'CRM_THROTTLED', reason: '429', cause: 'calls', until: null });
    const settled = await resolve(aClaimedCommand({ link: linkTo(lead) }), converted);
    expect(settled.outcome).toMatchObject({ kind: 'throttled', reason: '429' });
    expect(linkOf(settled)).toEqual(['Contacts', contact]);
  });

  it('regression: a write of fields that the Contact does not have is done without a call', async () => {
    const settled = await resolve(
      aClaimedCommand({ fields: { External_User_ID: '43' }, link: linkTo(lead) }),
      converted,
    );
    expect(settled.outcome).toEqual({ kind: 'succeeded', recordId: contact, created: false });
    expect(crm.count('update')).toBe(0);
  });

  it('regression: a Contact that a person deleted parks the write as deleted, though it carries no identity of ours', async () => {
    crm.take('Contacts', contact);
    const settled = await resolve(aClaimedCommand({ link: linkTo(contact, 'Contacts') }), gone);
    expect(settled.outcome).toMatchObject({ kind: 'rejected', code: 'deleted_in_crm' });
  });
});

describe('isLost', () => {
  it.each<[boolean, string, ClaimedCommand['link'], WriteOutcome]>([
    [true, 'a linked record that is gone', linkTo('1'), gone],
    [true, 'a linked record that was converted', linkTo('1'), converted],
    [false, 'a record that is not linked', null, gone],
    [false, 'another refusal', linkTo('1'), refusal('INVALID_DATA')],
    [false, 'a success', linkTo('1'), written],
  ])('%s: %s', (...[expected, , link, answer]) => {
    expect(isLost({ link, operation: 'write' }, answer)).toBe(expected);
  });

  it.each<[boolean, ClaimedCommand['operation'], string | null]>([
    [true, 'note', 'Parent_Id'],
    [true, 'task', 'What_Id'],
    [false, 'note', 'Note_Content'],
    [false, 'task', null],
    [false, 'write', 'Parent_Id'],
  ])('%s: a %s that is refused for %s', (expected, operation, field) => {
    expect(isLost({ link: linkTo('1'), operation }, refusal('INVALID_DATA', { field }))).toBe(expected);
  });
});
