import { idOf, items, SimSession } from '../../testing/sim.session.ts';

describe('writing records', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  it('answers 201 with an item for each record, in order', async () => {
    const reply = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A' }, { Last_Name: 'B' }] } });
    expect(reply.status).toBe(201);
    expect(items(reply).map((item) => [item.code, item['message'], item['status']])).toEqual([
      ['SUCCESS', 'record added', 'success'],
      ['SUCCESS', 'record added', 'success'],
    ]);
    expect(idOf(items(reply)[0])).toMatch(/^\d{19}$/);
    expect(items(reply)[0]?.details).toMatchObject({
      Created_Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+01:00$/),
      Created_By: { name: 'Sync User', id: expect.any(String) },
      $approval_state: 'approved',
    });
  });

  it('answers 207 when some fail and 400 when all do, the list kept', async () => {
    const mixed = await sim.api('POST', '/Leads', {
      body: { data: [{ Last_Name: 'A' }, { Email: 'a@example.test' }] },
    });
    expect(mixed.status).toBe(207);
    expect(items(mixed)[1]).toEqual({
      code: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Last_Name', json_path: '$.data[1].Last_Name' },
      message: 'required field not found',
      status: 'error',
    });
    const bad = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A', Phone: 'n/a?' }] } });
    expect(bad.status).toBe(400);
    expect(items(bad)[0]?.details).toEqual({
      expected_data_type: 'phone',
      api_name: 'Phone',
      json_path: '$.data[0].Phone',
    });
  });

  it('refuses 101 records as a whole', async () => {
    const data = Array.from({ length: 101 }, () => ({ Last_Name: 'A' }));
    const reply = await sim.api('POST', '/Leads', { body: { data } });
    expect([reply.status, reply.body]).toEqual([
      400,
      {
        code: 'INVALID_DATA',
        details: { maximum_length: 100, api_name: 'data', json_path: '$.data' },
        message: 'invalid data',
        status: 'error',
      },
    ]);
    expect((await sim.api('GET', '/Leads?fields=id')).status).toBe(204);
  });

  it('refuses unknown and read-only fields, or ignores them when so set', async () => {
    const body = { data: [{ Last_Name: 'A', Nope: 1, Created_Time: '2026-01-01T00:00:00+00:00' }] };
    expect(items(await sim.api('POST', '/Leads', { body }))[0]?.details).toEqual({
      api_name: 'Nope',
      json_path: '$.data[0].Nope',
    });
    await sim.control('POST', 'settings', { unknownFields: 'ignore' });
    expect((await sim.api('POST', '/Leads', { body })).status).toBe(201);
  });

  it('updates named fields only and clears with null', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A', Phone: '555-1', Email: 'a@example.test' });
    const reply = await sim.api('PUT', '/Leads', { body: { data: [{ id, Phone: null }] } });
    expect([reply.status, items(reply)[0]?.['message']]).toEqual([200, 'record updated']);
    const shown = items(await sim.api('GET', `/Leads/${id}`))[0];
    expect(shown).toMatchObject({ Phone: null, Email: 'a@example.test', Last_Name: 'A', Full_Name: 'A' });
    const cleared = await sim.api('PUT', `/Leads/${id}`, { body: { data: [{ Last_Name: null }] } });
    expect(items(cleared)[0]?.code).toBe('MANDATORY_NOT_FOUND');
  });

  it('adds to a list of values that is named so', async () => {
    const values = ['a', 'b', 'c'].map((value) => ({ display_value: value, actual_value: value }));
    const field = { field_label: 'Many', data_type: 'multiselectpicklist', pick_list_values: values };
    await sim.api('POST', '/settings/fields?module=Leads', { body: { fields: [field] } });
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A', Many: ['a'] });
    const many = async (data: object): Promise<unknown> => {
      await sim.api('PUT', `/Leads/${id}`, { body: { data: [data] } });
      return items(await sim.api('GET', `/Leads/${id}`))[0]?.['Many'];
    };
    expect(await many({ Many: ['a', 'b'], $append_values: { Many: true } })).toEqual(['a', 'b']);
    expect(await many({ Many: ['c'] })).toEqual(['c']);
  });

  it('names ids that are missing, unknown or malformed', async () => {
    const missing = await sim.api('PUT', '/Leads', { body: { data: [{ Phone: '1' }] } });
    expect(items(missing)[0]?.code).toBe('MANDATORY_NOT_FOUND');
    const unknown = await sim.api('PUT', '/Leads', { body: { data: [{ id: '999', Phone: '1' }] } });
    expect([unknown.status, items(unknown)[0]?.['message']]).toEqual([400, 'the id given seems to be invalid']);
    const path = await sim.api('PUT', '/Leads/999', { body: { data: [{ Phone: '1' }] } });
    expect(path.body).toMatchObject({ code: 'INVALID_DATA', details: { resource_path_index: 1 } });
    expect((await sim.api('GET', '/Leads/abc')).status).toBe(400);
  });

  it('holds a unique field unique, with the other record in the error', async () => {
    await sim.uniqueField('Leads', 'Ext Id');
    const [first] = await sim.insert('Leads', { Last_Name: 'A', Ext_Id: 'x1' });
    const reply = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'B', Ext_Id: 'X1' }] } });
    expect(reply.status).toBe(400);
    expect(items(reply)[0]).toMatchObject({
      code: 'DUPLICATE_DATA',
      message: 'duplicate data',
      details: {
        api_name: 'Ext_Id',
        json_path: '$.data[0].Ext_Id',
        duplicate_record: { id: first, module: { api_name: 'Leads' }, Owner: { name: 'Sync User' } },
        more_records: false,
      },
    });
  });

  it('answers 412 when the record changed after If-Unmodified-Since', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    await sim.control('POST', 'clock', { advanceMs: 60_000 });
    await sim.control('POST', 'edit', { module: 'Leads', id, fields: { Phone: '1' } });
    const headers = { 'if-unmodified-since': new Date().toISOString() };
    const reply = await sim.api('PUT', `/Leads/${id}`, { body: { data: [{ Phone: '2' }] }, headers });
    expect([reply.status, items(reply)[0]?.code]).toEqual([412, 'ALREADY_MODIFIED']);
  });

  it('deletes into the bin, lists it as deleted and answers for what is not there', async () => {
    const [a = '', b = ''] = await sim.insert('Leads', { Last_Name: 'A' }, { Last_Name: 'B' });
    expect((await sim.api('DELETE', `/Leads/${a}`)).status).toBe(200);
    const both = await sim.api('DELETE', `/Leads?ids=${a},${b}`);
    expect([both.status, items(both)[0]?.['message'], items(both)[0]?.details]).toEqual([
      207,
      'record not deleted',
      { id: a },
    ]);
    const again = await sim.api('DELETE', `/Leads/${a}`);
    expect([again.status, items(again)[0]?.details]).toEqual([400, { resource_path_index: 1 }]);
    expect((await sim.api('GET', `/Leads/${a}`)).status).toBe(204);
    const deleted = items(await sim.api('GET', '/Leads/deleted?type=all'));
    expect(deleted).toHaveLength(2);
    expect(deleted[0]).toMatchObject({
      type: 'recycle',
      display_name: expect.any(String),
      deleted_by: { name: 'Sync User' },
    });
    await sim.control('POST', 'clock', { advanceMs: 61 * 86_400_000 });
    sim.useToken(undefined);
    expect(items(await sim.api('GET', '/Leads/deleted?type=permanent'))[0]).toMatchObject({ display_name: null });
    await sim.control('POST', 'clock', { advanceMs: 60 * 86_400_000 });
    sim.useToken(undefined);
    expect((await sim.api('GET', '/Leads/deleted')).status).toBe(204);
  });

  it('tells which writes let workflows run', async () => {
    await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A' }] } });
    await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'B' }], trigger: [] } });
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'C' });
    await sim.api('DELETE', `/Leads/${id}?wf_trigger=false`);
    const { body } = await sim.control('GET', 'workflows');
    expect(body?.['workflows']).toMatchObject([{ operation: 'insert' }, { operation: 'insert', id }]);
    const bad = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A' }], trigger: ['nope'] } });
    expect(bad.body?.['code']).toBe('INVALID_DATA');
  });

  it('makes tasks with their module, notes with their parent, quotes with their lines', async () => {
    const [lead = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    const task = { Subject: 'Call', What_Id: { id: lead }, $se_module: 'Leads', Description: 'x' };
    expect((await sim.api('POST', '/Tasks', { body: { data: [task] } })).status).toBe(201);
    const { $se_module: _, ...without } = task;
    const lacking = await sim.api('POST', '/Tasks', { body: { data: [without] } });
    expect(items(lacking)[0]).toMatchObject({ code: 'MANDATORY_NOT_FOUND', details: { api_name: '$se_module' } });
    expect(items(await sim.api('GET', `/Leads/${lead}/Tasks?fields=Subject,What_Id`))[0]).toMatchObject({
      What_Id: { name: 'A', id: lead },
    });
    const [product = ''] = await sim.insert('Products', { Product_Name: 'P' });
    const quote = { Subject: 'Q', Quoted_Items: [{ Product_Name: { id: product }, Quantity: 2 }] };
    const [id = ''] = await sim.insert('Quotes', quote);
    expect(items(await sim.api('GET', `/Quotes/${id}`))[0]).toMatchObject({
      Quoted_Items: [{ Product_Name: { name: 'P', id: product }, Quantity: 2, id: expect.any(String) }],
    });
    const none = await sim.api('POST', '/Quotes', { body: { data: [{ Subject: 'Q' }] } });
    expect(items(none)[0]?.details).toMatchObject({ api_name: 'Quoted_Items' });
  });
});
