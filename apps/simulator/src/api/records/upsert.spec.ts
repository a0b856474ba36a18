import { idOf, items, SimSession } from '../../testing/sim.session.ts';

describe('upsert', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(async () => {
    await sim.reset();
    await sim.uniqueField('Leads', 'Ext Id');
    await sim.uniqueField('Leads', 'Badge');
  });
  afterAll(() => sim.close());

  const upsert = (record: object, duplicate_check_fields?: string[]) =>
    sim.api('POST', '/Leads/upsert', { body: { data: [record], duplicate_check_fields } });

  it('inserts, then updates by the unique field', async () => {
    const first = items(await upsert({ Last_Name: 'A', Ext_Id: 'x' }, ['Ext_Id']))[0];
    expect(first).toMatchObject({ action: 'insert', duplicate_field: null, message: 'record added' });
    const second = await upsert({ Phone: '5', Ext_Id: 'x' }, ['Ext_Id']);
    expect(second.status).toBe(200);
    expect(items(second)[0]).toMatchObject({ action: 'update', duplicate_field: 'Ext_Id', message: 'record updated' });
    expect(idOf(items(second)[0])).toBe(idOf(first));
  });

  it('ignores the e-mail once other fields are listed, and compares it when none is', async () => {
    await sim.insert('Leads', { Last_Name: 'A', Email: 'a@example.test' });
    const listed = items(await upsert({ Last_Name: 'B', Email: 'a@example.test', Ext_Id: 'x' }, ['Ext_Id']))[0];
    expect(listed?.['action']).toBe('insert');
    const absent = items(await upsert({ Last_Name: 'C', Email: 'a@example.test' }))[0];
    expect(absent).toMatchObject({ action: 'update', duplicate_field: 'Email' });
  });

  it('adopts by e-mail when both are listed', async () => {
    const [id] = await sim.insert('Leads', { Last_Name: 'A', Email: 'a@example.test' });
    const item = items(await upsert({ Last_Name: 'A', Email: 'a@example.test', Ext_Id: 'x' }, ['Ext_Id', 'Email']))[0];
    expect([idOf(item), item?.['duplicate_field']]).toEqual([id, 'Email']);
  });

  it('always compares every unique field, also those not listed', async () => {
    await sim.insert('Leads', { Last_Name: 'A', Badge: 'b' });
    const item = items(await upsert({ Last_Name: 'A', Badge: 'b', Ext_Id: 'x' }, ['Ext_Id']))[0];
    expect(item).toMatchObject({ action: 'update', duplicate_field: 'Badge' });
  });

  it('refuses values that hit different records', async () => {
    await sim.insert('Leads', { Last_Name: 'A', Badge: 'b' });
    const [other] = await sim.insert('Leads', { Last_Name: 'B', Ext_Id: 'x' });
    const reply = await upsert({ Badge: 'b', Ext_Id: 'x' }, ['Badge']);
    expect(reply.status).toBe(400);
    expect(items(reply)[0]).toMatchObject({
      code: 'DUPLICATE_DATA',
      details: { api_name: 'Ext_Id', duplicate_record: { id: other } },
    });
  });

  it('takes only the system field and unique ones, and not every module', async () => {
    expect((await upsert({ Last_Name: 'A', Phone: '5' }, ['Phone'])).body?.['code']).toBe('INVALID_DATA');
    const tasks = await sim.api('POST', '/Tasks/upsert', { body: { data: [{ Subject: 'A' }] } });
    expect([tasks.status, tasks.body?.['message']]).toEqual([400, 'the given module is not supported for this api']);
  });

  it('does not see deleted records', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A', Ext_Id: 'x' });
    await sim.api('DELETE', `/Leads/${id}`);
    expect(items(await upsert({ Last_Name: 'A', Ext_Id: 'x' }, ['Ext_Id']))[0]?.['action']).toBe('insert');
  });
});
