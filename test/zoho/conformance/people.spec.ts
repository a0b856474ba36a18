import { conformance } from './conformance.ts';
import { errorOf, itemsOf, type Target } from './target.ts';

const convert = (crm: Target, id: string, item: Record<string, unknown> = {}) =>
  crm.api('POST', `/Leads/${id}/actions/convert`, { body: { data: [item] } });
const company = (crm: Target) => ({ Company: `Company ${crm.identity()}` });

interface Details {
  readonly Contacts?: { readonly id: string };
  readonly Accounts?: { readonly id: string };
  readonly Deals?: { readonly id: string } | null;
}

async function converted(crm: Target, item: Record<string, unknown> = {}): Promise<{ id: string; details: Details }> {
  const [id = ''] = await crm.leads(company(crm));
  const [done] = itemsOf(await convert(crm, id, item));
  const details = (done?.details ?? {}) as Details;
  crm.keepTrack('Contacts', details.Contacts?.id ?? '');
  crm.keepTrack('Accounts', details.Accounts?.id ?? '');
  if (details.Deals) crm.keepTrack('Deals', details.Deals.id);
  return { id, details };
}

conformance('Convert', (fact) => {
  fact('3.1', 'makes a Contact and an Account, and no Deal without its fields', async (crm) => {
    const { details } = await converted(crm);
    expect(details).toMatchObject({
      Contacts: { id: expect.any(String) as string },
      Accounts: { id: expect.any(String) as string },
    });
    expect(details.Deals ?? null).toBeNull();
  });

  fact('2.4', 'hides the Lead from a read by id', async (crm) => {
    const { id } = await converted(crm);
    expect((await crm.api('GET', `/Leads/${id}`)).status).toBe(204);
  });

  fact('3.1', 'a second time is ID_ALREADY_CONVERTED, bare', async (crm) => {
    const { id } = await converted(crm);
    const answer = await convert(crm, id);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'ID_ALREADY_CONVERTED',
      message: 'id already converted',
      status: 'error',
    });
  });

  fact('3.1', 'without a body is INVALID_DATA', async (crm) => {
    const [id = ''] = await crm.leads(company(crm));
    const answer = await crm.api('POST', `/Leads/${id}/actions/convert`);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'INVALID_DATA']);
  });

  fact('3.1', 'of an unknown Lead is refused', async (crm) => {
    const answer = await convert(crm, '5000000000099999');
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'INVALID_DATA']);
  });

  fact('3.1', 'a Deal wants its name', async (crm) => {
    const [id = ''] = await crm.leads(company(crm));
    const answer = await convert(crm, id, { Deals: { Closing_Date: '2030-01-01', Stage: 'Qualification' } });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'MANDATORY_NOT_FOUND']);
  });

  fact('12.13', 'the Lead can no longer be updated', async (crm) => {
    const { id } = await converted(crm);
    const [outcome] = await crm.zoho.update('Leads', { records: [{ id, City: 'Oslo' }], trigger: [] });
    expect(outcome).toMatchObject({ kind: 'rejected' });
  });

  fact('3.1', 'the Lead tells what it became, for whoever lost the answer', async (crm) => {
    const { id, details } = await converted(crm);
    expect(await crm.zoho.convertedLead([id])).toMatchObject({
      kind: 'ok',
      leads: [{ id, contactId: details.Contacts?.id, accountId: details.Accounts?.id }],
    });
  });

  fact('3.1', 'goes into a Contact that is named', async (crm) => {
    const first = await converted(crm);
    const contact = first.details.Contacts?.id ?? '';
    const account = first.details.Accounts?.id ?? '';
    const { details } = await converted(crm, { Contacts: { id: contact }, Accounts: { id: account } });
    expect(details).toMatchObject({ Contacts: { id: contact }, Accounts: { id: account } });
  });

  fact('3.1', 'takes the notes along', async (crm) => {
    const [id = ''] = await crm.leads(company(crm));
    await crm.zoho.createNotes([{ parent: { module: 'Leads', id }, title: null, content: 'goes along' }]);
    const done = await crm.zoho.convert({ id });
    if (done.kind !== 'converted') throw new Error(JSON.stringify(done));
    crm.keepTrack('Contacts', done.contactId ?? '');
    crm.keepTrack('Accounts', done.accountId ?? '');
    const notes = await crm.zoho.listNotes('Contacts', { id: done.contactId ?? '' });
    expect(notes.kind === 'ok' && notes.notes.map((note) => note['Note_Content'])).toEqual(['goes along']);
  });
});

conformance('Notes and tasks', (fact) => {
  const note = (id: string, fields: Record<string, unknown>) => ({
    body: { data: [{ Parent_Id: { module: { api_name: 'Leads' }, id }, ...fields }] },
  });

  fact('3.2', 'a note answers 201 "record added"', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('POST', '/Notes', note(id, { Note_Title: 'T', Note_Content: 'C' }));
    expect(answer.status).toBe(201);
    expect(itemsOf(answer)[0]).toMatchObject({ code: 'SUCCESS', message: 'record added' });
  });

  fact('3.2', 'a note without title and content is EXPECTED_FIELD_MISSING', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('POST', '/Notes', note(id, {}));
    expect(answer.status).toBe(400);
    expect(['EXPECTED_FIELD_MISSING', 'MANDATORY_NOT_FOUND']).toContain(errorOf(answer).code);
  });

  fact('3.2', 'a note on a record that is not there is INVALID_DATA', async (crm) => {
    const answer = await crm.api('POST', '/Notes', note('5000000000099999', { Note_Content: 'C' }));
    expect(itemsOf(answer)[0]).toMatchObject({
      code: 'INVALID_DATA',
      message: 'the related id given seems to be invalid',
    });
  });

  fact('3.2', 'a title of more than 120 characters is refused', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('POST', '/Notes', note(id, { Note_Title: 'x'.repeat(121), Note_Content: 'C' }));
    expect(answer.status).toBe(400);
  });

  fact('3.2', 'notes of a record want fields', async (crm) => {
    const [id = ''] = await crm.leads({});
    expect(errorOf(await crm.api('GET', `/Leads/${id}/Notes`)).code).toBe('REQUIRED_PARAM_MISSING');
  });

  fact('3.2', 'notes of a record without any answer 204', async (crm) => {
    const [id = ''] = await crm.leads({});
    expect((await crm.api('GET', `/Leads/${id}/Notes`, { query: { fields: 'Note_Content' } })).status).toBe(204);
  });

  fact('3.2', 'notes come oldest first', async (crm) => {
    const [id = ''] = await crm.leads({});
    const parent = { module: 'Leads', id };
    await crm.zoho.createNotes(['one', 'two'].map((content) => ({ parent, title: null, content })));
    const listed = await crm.zoho.listNotes('Leads', { id });
    expect(listed.kind === 'ok' && listed.notes.map((each) => each['Note_Content'])).toEqual(['one', 'two']);
  });

  fact('3.3', 'a task wants a subject', async (crm) => {
    const answer = await crm.api('POST', '/Tasks', { body: { data: [{ Priority: 'High' }] } });
    expect(itemsOf(answer)[0]).toMatchObject({ code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Subject' } });
  });

  fact('3.3', 'a task hangs on its record by What_Id and $se_module', async (crm) => {
    const [id = ''] = await crm.leads({});
    const outcomes = await crm.zoho.createTasks([
      { subject: 'Call back', parent: { module: 'Leads', id }, dueDate: '2030-01-02' },
    ]);
    const [outcome] = outcomes;
    if (outcome?.kind !== 'succeeded') throw new Error(JSON.stringify(outcomes));
    crm.keepTrack('Tasks', outcome.recordId);
    const [task] = itemsOf(await crm.api('GET', `/Tasks/${outcome.recordId}`));
    expect(task).toMatchObject({ Subject: 'Call back', Due_Date: '2030-01-02', What_Id: { id } });
  });

  for (const [module, field] of [
    ['Accounts', 'Account_Name'],
    ['Contacts', 'Last_Name'],
    ['Products', 'Product_Name'],
    ['Vendors', 'Vendor_Name'],
  ] as const) {
    fact('3.3', `${module} want ${field}`, async (crm) => {
      const answer = await crm.api('POST', `/${module}`, { body: { data: [{ Description: 'x' }], trigger: [] } });
      expect(answer.status).toBe(400);
      expect(itemsOf(answer)[0]).toMatchObject({ code: 'MANDATORY_NOT_FOUND', details: { api_name: field } });
    });
  }

  fact('3.3', 'a Deal whose stage is none is refused', async (crm) => {
    const deal = { Deal_Name: 'D', Closing_Date: '2030-01-01', Stage: 'No such stage' };
    const answer = await crm.api('POST', '/Deals', { body: { data: [deal], trigger: [] } });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).status).toBe('error');
  });

  fact('3.3', 'a Contact takes its Account as a lookup by id', async (crm) => {
    const [account] = await crm.zoho.insert('Accounts', {
      records: [{ Account_Name: `A ${crm.identity()}` }],
      trigger: [],
    });
    const id = account?.kind === 'succeeded' ? account.recordId : '';
    const records = [{ Last_Name: 'K', Account_Name: { id } }];
    const [contact] = await crm.zoho.insert('Contacts', { records, trigger: [] });
    const contactId = contact?.kind === 'succeeded' ? contact.recordId : '';
    crm.keepTrack('Accounts', id);
    crm.keepTrack('Contacts', contactId);
    const [read] = itemsOf(await crm.api('GET', `/Contacts/${contactId}`));
    expect(read?.['Account_Name']).toMatchObject({ id });
  });
});
