import { IDENTITY, idsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
  await context.identityField('Leads');
});
afterEach(() => context[Symbol.asyncDispose]());

async function lead(id: string): Promise<string> {
  const records = [{ [IDENTITY]: id, First_Name: 'Ada', Last_Name: 'Kaya', Company: `Company ${id}` }];
  const [recordId = ''] = idsOf(await context.zoho.upsert('Leads', { records, identityField: IDENTITY, trigger: [] }));
  return recordId;
}

describe('converting a Lead (reference 3.1)', () => {
  it('makes a Contact and an Account and hides the Lead', async () => {
    const id = await lead('u1');
    const result = await context.zoho.convert({ id });
    if (result.kind !== 'converted') throw new Error(JSON.stringify(result));
    expect(result.dealId).toBeNull();
    expect(await context.zoho.getById('Contacts', { id: result.contactId ?? '' })).toMatchObject({
      record: { Last_Name: 'Kaya' },
    });
    expect(await context.zoho.getById('Leads', { id })).toEqual({ kind: 'ok', record: null });
    expect(await context.zoho.getByIds('Leads', { ids: [id], fields: [] })).toEqual({ kind: 'ok', records: [] });
    expect(await context.zoho.getByIds('Leads', { ids: [id], fields: [], converted: 'both' })).toMatchObject({
      records: [{ id }],
    });
  });

  it('makes a Deal when its fields are given', async () => {
    const id = await lead('u1');
    const deal = { Deal_Name: 'Big', Closing_Date: '2027-03-01', Stage: 'Qualification' };
    const result = await context.zoho.convert({ id, deal });
    expect(result).toMatchObject({ kind: 'converted', dealId: expect.any(String) as string });
  });

  it('is refused the second time with ID_ALREADY_CONVERTED', async () => {
    const id = await lead('u1');
    await context.zoho.convert({ id });
    expect(await context.zoho.convert({ id })).toMatchObject({ kind: 'rejected', zohoCode: 'ID_ALREADY_CONVERTED' });
  });

  it('is unknown when its answer is lost, and the Lead tells what became of it', async () => {
    const [id, other] = [await lead('u1'), await lead('u2')];
    await context.act('faults', { kind: 'leads.convert', effect: 'drop_answer', count: 1 });
    expect(await context.zoho.convert({ id })).toMatchObject({ kind: 'unknown' });
    const [contact] = await context.records('Contacts');
    const [account] = await context.records('Accounts');
    expect(await context.zoho.convertedLead([id, other])).toMatchObject({
      kind: 'ok',
      leads: [{ id, contactId: contact?.['id'], accountId: account?.['id'], dealId: null }],
    });
  });

  it('by a person is found in the same way, and a converted Lead can no longer be updated', async () => {
    const id = await lead('u1');
    const done = await context.act('convert', { module: 'Leads', id });
    const contact = done['contact'] as { id: string };
    expect(await context.zoho.convertedLead([id])).toMatchObject({ leads: [{ id, contactId: contact.id }] });
    const [outcome] = await context.zoho.update('Leads', { records: [{ id, City: 'Oslo' }], trigger: [] });
    expect(outcome).toMatchObject({ kind: 'rejected' });
  });

  it('finds nothing for Leads that were not converted', async () => {
    expect(await context.zoho.convertedLead([await lead('u1')])).toEqual({ kind: 'ok', leads: [] });
  });
});

describe('notes (reference 3.2)', () => {
  it('are made on a record and listed, oldest first', async () => {
    const id = await lead('u1');
    const parent = { module: 'Leads', id };
    const outcomes = await context.zoho.createNotes([
      { parent, title: 'First', content: 'one\n[causeway:a]' },
      { parent, title: null, content: 'two' },
      { parent: { module: 'Leads', id: '5000000000099999' }, title: null, content: 'three' },
    ]);
    expect(outcomes).toMatchObject([{ kind: 'succeeded', created: true }, { kind: 'succeeded' }, { kind: 'rejected' }]);
    const listed = await context.zoho.listNotes('Leads', { id });
    expect(listed).toMatchObject({
      kind: 'ok',
      notes: [{ Note_Title: 'First', Note_Content: 'one\n[causeway:a]' }, { Note_Content: 'two' }],
      nextPage: null,
    });
  });

  it('can be found again after a lost answer, before one is made twice', async () => {
    const id = await lead('u1');
    await context.act('faults', { path: '/crm/v8/Notes', effect: 'drop_answer', count: 1 });
    const note = { parent: { module: 'Leads', id }, title: null, content: 'x\n[causeway:key]' };
    expect(await context.zoho.createNotes([note])).toMatchObject([{ kind: 'unknown' }]);
    const listed = await context.zoho.listNotes('Leads', { id });
    expect(listed.kind === 'ok' && listed.notes.map((each) => each['Note_Content'])).toEqual([note.content]);
  });

  it('of a record without any are none', async () => {
    expect(await context.zoho.listNotes('Leads', { id: await lead('u1') })).toEqual({
      kind: 'ok',
      notes: [],
      nextPage: null,
    });
  });
});
