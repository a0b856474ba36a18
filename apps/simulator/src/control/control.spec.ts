import { items, SimSession } from '../testing/sim.session.ts';

describe('control side', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const records = async (query: string) => (await sim.control('GET', `records?${query}`)).body?.['records'] as object[];

  it('edits the one record that matches, as a person, with new picklist values', async () => {
    await sim.insert('Leads', { Last_Name: 'A', Email: 'a@example.test' }, { Last_Name: 'B' });
    const edit = {
      module: 'Leads',
      match: { Email: 'a@example.test' },
      fields: { Lead_Status: 'Hot' },
      user: 'Sam Sales',
    };
    const reply = await sim.control('POST', 'edit', edit);
    expect(reply.body?.['records']).toMatchObject([{ Lead_Status: 'Hot', Modified_By: { name: 'Sam Sales' } }]);
    const users = items(await sim.api('GET', '/users'), 'users');
    expect(users.map((user) => user['email'])).toContain('sam.sales@crm.example');
    const none = await sim.control('POST', 'edit', { ...edit, match: { Email: 'x@example.test' } });
    expect([none.status, none.body?.['error']]).toEqual([404, 'no record of Leads matches {"Email":"x@example.test"}']);
    const several = await sim.control('POST', 'edit', { ...edit, match: {} });
    expect([several.status, several.body?.['ids']]).toMatchObject([409, [expect.any(String), expect.any(String)]]);
    expect((await sim.control('POST', 'edit', { module: 'Leads', match: {}, nope: 1 })).status).toBe(400);
    expect((await sim.control('POST', 'edit', { ...edit, fields: { Nope: 1 } })).status).toBe(400);
  });

  it('converts, deletes and restores as a person', async () => {
    const [a = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    const converted = await sim.control('POST', 'convert', {
      module: 'Leads',
      match: { Last_Name: 'A' },
      user: { name: 'Sam' },
    });
    expect(converted.body).toMatchObject({
      lead: { id: a, Converted__s: true, Modified_By: { name: 'Sam' } },
      contact: { Last_Name: 'A', Account_Name: { name: 'A' } },
      account: { Account_Name: 'A' },
    });
    expect(await records('module=Leads')).toEqual([]);
    expect(await records('module=Leads&converted=true')).toMatchObject([{ id: a }]);
    const [b = ''] = await sim.insert('Leads', { Last_Name: 'B' });
    await sim.control('POST', 'delete', { module: 'Leads', id: b });
    expect(await records('module=Leads&deleted=true')).toMatchObject([{ id: b, Last_Name: 'B' }]);
    await sim.control('POST', 'restore', { module: 'Leads', id: b });
    expect((await sim.api('GET', `/Leads/${b}`)).status).toBe(200);
    expect((await sim.control('POST', 'restore', { module: 'Leads', id: b })).status).toBe(404);
  });

  it('shows notes of a record', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    const note = { Note_Title: 'N', Note_Content: 'C', Parent_Id: { module: { api_name: 'Leads' }, id } };
    expect((await sim.api('POST', '/Notes', { body: { data: [note] } })).status).toBe(201);
    const shown = (await sim.control('GET', `notes?module=Leads&id=${id}`)).body?.['notes'];
    expect(shown).toMatchObject([
      { Note_Title: 'N', Note_Content: 'C', Parent_Id: { id, module: { api_name: 'Leads' } } },
    ]);
    expect((await sim.control('GET', 'notes?module=Contacts')).body?.['notes']).toEqual([]);
    const empty = await sim.api('POST', `/Leads/${id}/Notes`, { body: { data: [{}] } });
    expect(items(empty)[0]?.code).toBe('EXPECTED_FIELD_MISSING');
    const orphan = await sim.api('POST', '/Leads/999/Notes', { body: { data: [{ Note_Title: 'N' }] } });
    expect(orphan.body).toMatchObject({
      message: 'the related id given seems to be invalid',
      details: { resource_path_index: 1 },
    });
  });

  it('lists calls since a number and clears them', async () => {
    await sim.api('GET', '/org');
    const { body } = await sim.control('GET', 'calls');
    await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A' }], trigger: [] } });
    const since = (await sim.control('GET', `calls?since=${String(body?.['last'])}`)).body?.['calls'];
    expect(since).toMatchObject([
      { kind: 'records.insert', method: 'POST', module: 'Leads', status: 201, trigger: [] },
    ]);
    await sim.control('DELETE', 'calls');
    expect((await sim.control('GET', 'calls')).body?.['calls']).toEqual([]);
  });

  it('resets to the start, keeping what it is told to', async () => {
    await sim.uniqueField('Leads', 'Ext Id');
    const [before] = await sim.insert('Leads', { Last_Name: 'A', Ext_Id: 'x' });
    await sim.control('POST', 'reset', { keepFields: true, keep: ['tokens', 'calls'] });
    expect(await records('module=Leads')).toEqual([]);
    const [after] = await sim.insert('Leads', { Last_Name: 'A', Ext_Id: 'x' });
    expect(after).not.toBe(before);
    await sim.reset();
    const gone = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A', Ext_Id: 'x' }] } });
    expect(items(gone)[0]?.details).toMatchObject({ api_name: 'Ext_Id' });
  });

  it('shows the state and the page, whose form edits as a user', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: '<b>A</b>' });
    expect((await sim.control('GET', 'state')).body?.['records']).toMatchObject({ Leads: { live: 1 } });
    expect((await sim.control('GET', 'mails')).body).toEqual({ mails: [] });
    const text = new URLSearchParams({
      module: 'Leads',
      id,
      field: 'Phone',
      value: '+1 555',
      user: 'Sam Sales',
    }).toString();
    const saved = await sim.raw('POST', '/_page/edit', {
      text,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(saved.status).toBe(303);
    const page = await sim.raw('GET', `/?module=Leads&id=${id}`);
    expect(page.text).toContain('+1 555');
    expect(page.text).toContain('Sam Sales');
    expect(page.text).not.toContain('<b>A</b>');
    expect((await sim.raw('GET', '/health')).body).toEqual({ status: 'ok' });
  });
});
