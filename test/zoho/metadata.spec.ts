import { kindsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
});
afterEach(() => context[Symbol.asyncDispose]());

async function field(apiName: string) {
  const result = await context.zoho.fields('Leads');
  if (result.kind !== 'ok') throw new Error(result.reason);
  return result.fields.find((each) => each.apiName === apiName);
}

describe('fields (reference 8)', () => {
  it('are read with type, length, mandatory and unique', async () => {
    expect(await field('Last_Name')).toMatchObject({
      isMandatory: true,
      isCustom: false,
      isUnique: false,
      dataType: 'text',
    });
    expect(await field('Email')).toMatchObject({ dataType: 'email', isUnique: false });
  });

  it('are created, more than five in several calls, and read back as they were declared', async () => {
    const fields = [
      { label: 'Portal User ID', dataType: 'text', length: 64, unique: true, external: true },
      { label: 'Portal Plan', dataType: 'picklist', values: ['Free', 'Paid'] },
      { label: 'Portal Notes', dataType: 'textarea', textArea: 'large' as const },
      { label: 'Portal Sum', dataType: 'currency', decimalPlaces: 2 },
      { label: 'Portal Count', dataType: 'integer', length: 9 },
      { label: 'Portal Seen', dataType: 'datetime' },
    ];
    const outcomes = await context.zoho.createFields('Leads', { fields });
    expect(kindsOf(outcomes)).toEqual(fields.map(() => 'succeeded'));
    expect(context.observations.filter(({ kind }) => kind === 'fields_create').map(({ records }) => records)).toEqual([
      5, 1,
    ]);
    expect(await field('Portal_User_ID')).toMatchObject({
      isUnique: true,
      length: 64,
      external: 'org',
      isCustom: true,
    });
    expect((await field('Portal_Plan'))?.values).toEqual(expect.arrayContaining(['Free', 'Paid']));
    expect(await field('Portal_Seen')).toMatchObject({ dataType: 'datetime', isUnique: false });
  });

  it('are refused one by one: a name that is there, a type that is none', async () => {
    const outcomes = await context.zoho.createFields('Leads', {
      fields: [
        { label: 'Email', dataType: 'text' },
        { label: 'Good One', dataType: 'text' },
        { label: 'Bad One', dataType: 'nonsense' },
      ],
    });
    expect(outcomes).toMatchObject([{ zohoCode: 'DUPLICATE_DATA' }, { kind: 'succeeded' }, { kind: 'rejected' }]);
  });

  it('that are unique are at most two in a module', async () => {
    const fields = ['A', 'B', 'C'].map((name) => ({ label: `Unique ${name}`, dataType: 'text', unique: true }));
    const outcomes = await context.zoho.createFields('Leads', { fields });
    expect(outcomes).toMatchObject([{ kind: 'succeeded' }, { kind: 'succeeded' }, { zohoCode: 'LIMIT_EXCEEDED' }]);
  });

  it('with a picklist take more values, and keep those that are there', async () => {
    const [made] = await context.zoho.createFields('Leads', {
      fields: [{ label: 'Portal Plan', dataType: 'picklist', values: ['Free', 'Paid'] }],
    });
    if (made?.kind !== 'succeeded') throw new Error('no field');
    const outcome = await context.zoho.addPicklistValues('Leads', { fieldId: made.recordId, values: ['Gold'] });
    expect(outcome).toMatchObject({ kind: 'succeeded', recordId: made.recordId });
    expect((await field('Portal_Plan'))?.values).toEqual(expect.arrayContaining(['Free', 'Paid', 'Gold']));
  });

  it('of a module that does not exist are rejected', async () => {
    expect(await context.zoho.fields('Nonsense')).toMatchObject({ kind: 'rejected', zohoCode: 'INVALID_MODULE' });
  });
});

it('modules are listed (reference 8)', async () => {
  const result = await context.zoho.modules();
  expect(result.kind === 'ok' && result.modules.map(({ apiName }) => apiName)).toEqual(
    expect.arrayContaining(['Leads', 'Contacts', 'Accounts', 'Deals', 'Notes']),
  );
});

it('the organisation tells the edition, from which the limits follow (reference 5, 8)', async () => {
  expect(await context.zoho.org()).toMatchObject({
    kind: 'ok',
    org: { id: expect.stringMatching(/^\d+$/) as string, paidType: expect.stringMatching(/enterprise/i) as string },
  });
});

it('the current user is the one that writes (reference 8)', async () => {
  const result = await context.zoho.users({ type: 'CurrentUser' });
  if (result.kind !== 'ok') throw new Error(result.reason);
  const [user] = result.users;
  await context.zoho.insert('Leads', { records: [{ Last_Name: 'Kaya' }], trigger: [] });
  expect(await context.records('Leads')).toMatchObject([{ Modified_By: { id: user?.id } }]);
});
