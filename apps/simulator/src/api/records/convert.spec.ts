import { items, SimSession } from '../../testing/sim.session.ts';

describe('converting a Lead', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(async () => {
    await sim.reset();
    await sim.uniqueField('Leads', 'Ext Id');
    await sim.uniqueField('Contacts', 'Ext Id');
  });
  afterAll(() => sim.close());

  const lead = { Last_Name: 'Kaya', Company: 'Example', Email: 'k@example.test', Ext_Id: 'x', City: 'Oslo' };
  const convert = (id: string, wishes: object = {}) =>
    sim.api('POST', `/Leads/${id}/actions/convert`, { body: { data: [wishes] } });

  it('makes contact and account, moves notes and tasks, carries custom fields and hides the Lead', async () => {
    const [id = ''] = await sim.insert('Leads', lead);
    await sim.api('POST', `/Leads/${id}/Notes`, { body: { data: [{ Note_Title: 'N' }] } });
    await sim.insert('Tasks', { Subject: 'T', What_Id: { id }, $se_module: 'Leads' });
    const reply = await convert(id);
    expect(reply.status).toBe(200);
    const details = items(reply)[0]?.details as { Contacts: { id: string }; Accounts: { id: string }; Deals: null };
    expect(items(reply)[0]).toMatchObject({ code: 'SUCCESS', message: 'The record has been converted successfully' });
    expect(details).toMatchObject({ Contacts: { name: 'Kaya' }, Accounts: { name: 'Example' }, Deals: null });
    const contact = details.Contacts.id;
    expect(items(await sim.api('GET', `/Contacts/${contact}`))[0]).toMatchObject({
      Ext_Id: 'x',
      Mailing_City: 'Oslo',
      Account_Name: { id: details.Accounts.id, name: 'Example' },
    });
    expect(items(await sim.api('GET', `/Contacts/${contact}/Notes?fields=Note_Title,Parent_Id`))[0]).toMatchObject({
      Note_Title: 'N',
      Parent_Id: { id: contact, module: { api_name: 'Contacts' } },
    });
    expect(items(await sim.api('GET', `/Contacts/${contact}/Tasks?fields=Subject`))).toHaveLength(1);
    expect((await sim.api('GET', `/Leads/${id}`)).status).toBe(204);
    expect((await sim.api('GET', '/Leads?fields=id')).status).toBe(204);
    const listed = items(
      await sim.api('GET', '/Leads?fields=Converted__s,Converted_Contact,Converted_Account&converted=both'),
    );
    expect(listed[0]).toMatchObject({ Converted__s: true, Converted_Contact: { id: contact }, id });
    expect(items(await sim.api('GET', `/Leads/${id}?converted=true`))[0]).toMatchObject({
      $converted_detail: { contact, account: details.Accounts.id, deal: null },
    });
    const coql = {
      select_query: "select Converted_Contact from Leads where (id = '" + id + "' and Converted__s = true)",
    };
    expect(items(await sim.api('POST', '/coql', { body: coql }))[0]).toMatchObject({
      Converted_Contact: { id: contact },
    });
  });

  it('is refused a second time, and so is an update', async () => {
    const [id = ''] = await sim.insert('Leads', lead);
    await convert(id);
    const again = await convert(id);
    expect([again.status, again.body]).toEqual([
      400,
      {
        code: 'ID_ALREADY_CONVERTED',
        details: { resource_path_index: 1 },
        message: 'id already converted',
        status: 'error',
      },
    ]);
    const update = await sim.api('PUT', `/Leads/${id}`, { body: { data: [{ Phone: '1' }] } });
    expect(items(update)[0]?.code).toBe('CONVERTED_RECORD');
  });

  it('makes a deal when one is named, and refuses an incomplete one', async () => {
    const [id = ''] = await sim.insert('Leads', lead);
    const deal = { Deal_Name: 'D', Closing_Date: '2026-05-01', Stage: 'Qualification', Amount: 12.5 };
    const { Stage: _, ...incomplete } = deal;
    expect(items(await convert(id, { Deals: incomplete }))[0]).toMatchObject({
      code: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Stage', json_path: '$.data[0].Deals.Stage' },
    });
    expect(items(await convert(id, { Deals: { ...deal, Stage: 'Nope' } }))[0]?.code).toBe('MAPPING_MISMATCH');
    const done = items(await convert(id, { Deals: deal }))[0]?.details as { Deals: { id: string } };
    expect(items(await sim.api('GET', `/Deals/${done.Deals.id}`))[0]).toMatchObject({
      Amount: 12.5,
      Stage: 'Qualification',
    });
  });

  it('joins the records it is given, and by unique field when none is', async () => {
    const [id = ''] = await sim.insert('Leads', lead);
    const [account] = await sim.insert('Accounts', { Account_Name: 'Other' });
    const [contact] = await sim.insert('Contacts', { Last_Name: 'Old', Ext_Id: 'x' });
    const details = items(await convert(id, { Accounts: { id: account } }))[0]?.details;
    expect(details).toMatchObject({ Accounts: { id: account }, Contacts: { id: contact, name: 'Old' } });
    expect((await convert('999')).body).toMatchObject({ code: 'INVALID_DATA', details: { resource_path_index: 1 } });
  });

  it('refuses a contact that would take a unique value of another', async () => {
    const [id = ''] = await sim.insert('Leads', lead);
    const [named] = await sim.insert('Contacts', { Last_Name: 'A' }, { Last_Name: 'B', Ext_Id: 'x' });
    const reply = await convert(id, { Contacts: { id: named } });
    expect([reply.status, items(reply)[0]?.code]).toEqual([400, 'DUPLICATE_DATA']);
    expect((await sim.api('GET', `/Leads/${id}`)).status).toBe(200);
  });

  it('wants a body and named ids', async () => {
    const [id = ''] = await sim.insert('Leads', lead);
    const none = await sim.api('POST', `/Leads/${id}/actions/convert`);
    expect(none.body).toMatchObject({
      code: 'INVALID_DATA',
      details: { expected_data_type: 'jsonobject' },
      message: 'body',
    });
    expect(items(await convert(id, { Accounts: {} }))[0]?.code).toBe('MANDATORY_NOT_FOUND');
  });
});
