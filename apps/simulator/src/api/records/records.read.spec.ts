import { items, SimSession } from '../../testing/sim.session.ts';

describe('reading records', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  it('wants fields, and pages with info', async () => {
    const missing = await sim.api('GET', '/Leads');
    expect([missing.status, missing.body]).toEqual([
      400,
      {
        code: 'REQUIRED_PARAM_MISSING',
        details: { param_name: 'fields' },
        message: 'One of the expected parameter is missing',
        status: 'error',
      },
    ]);
    const ids = await sim.insert('Leads', { Last_Name: 'A' }, { Last_Name: 'B' }, { Last_Name: 'C' });
    const page = await sim.api('GET', '/Leads?fields=Last_Name&per_page=2&sort_order=asc');
    expect(items(page)).toEqual([
      { Last_Name: 'A', id: ids[0] },
      { Last_Name: 'B', id: ids[1] },
    ]);
    expect(page.body?.['info']).toMatchObject({ per_page: 2, count: 2, page: 1, more_records: true, sort_by: 'id' });
    const last = await sim.api('GET', '/Leads?fields=Last_Name&per_page=2&page=2&sort_order=asc');
    expect(last.body?.['info']).toMatchObject({ more_records: false, count: 1 });
    const some = await sim.api('GET', `/Leads?fields=id&ids=${ids[2]},${ids[0]},999`);
    expect(items(some).map((item) => item['id'])).toEqual([ids[2], ids[0]]);
  });

  it('ends numbered pages at 2,000 and goes on by token', async () => {
    for (let batch = 0; batch < 21; batch += 1) {
      await sim.insert('Leads', ...Array.from({ length: 100 }, (_, at) => ({ Last_Name: `${batch}-${at}` })));
    }
    const tenth = await sim.api('GET', '/Leads?fields=id&page=10');
    const info = tenth.body?.['info'] as { next_page_token: string; more_records: boolean };
    expect(info.more_records).toBe(true);
    const eleventh = await sim.api('GET', '/Leads?fields=id&page=11');
    expect([eleventh.status, eleventh.body?.['code']]).toEqual([400, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED']);
    const byToken = await sim.api('GET', `/Leads?fields=id&page_token=${info.next_page_token}`);
    expect(items(byToken)).toHaveLength(100);
    const other = await sim.api('GET', `/Leads?fields=Email&page_token=${info.next_page_token}`);
    expect(other.body?.['code']).toBe('TOKEN_BOUND_DATA_MISMATCH');
    const both = await sim.api('GET', `/Leads?fields=id&page=2&page_token=${info.next_page_token}`);
    expect(both.body?.['code']).toBe('AMBIGUITY_DURING_PROCESSING');
    await sim.control('POST', 'clock', { advanceMs: 86_400_001 });
    sim.useToken(undefined);
    const late = await sim.api('GET', `/Leads?fields=id&page_token=${info.next_page_token}`);
    expect(late.body?.['code']).toBe('EXPIRED_VALUE');
  });

  it('answers 304 when nothing is newer than If-Modified-Since', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    const later = { 'if-modified-since': new Date(Date.now() + 60_000).toISOString() };
    expect((await sim.api('GET', '/Leads?fields=id', { headers: later })).status).toBe(304);
    expect((await sim.api('GET', `/Leads/${id}`, { headers: later })).status).toBe(304);
    const earlier = { 'if-modified-since': new Date(Date.now() - 60_000).toISOString() };
    expect(items(await sim.api('GET', '/Leads?fields=id', { headers: earlier }))).toHaveLength(1);
  });

  it('sorts by modified time', async () => {
    const [a = '', b = ''] = await sim.insert('Leads', { Last_Name: 'A' }, { Last_Name: 'B' });
    await sim.control('POST', 'clock', { advanceMs: 5000 });
    await sim.api('PUT', `/Leads/${a}`, { body: { data: [{ Phone: '1' }] } });
    const listed = items(await sim.api('GET', '/Leads?fields=id&sort_by=Modified_Time'));
    expect(listed.map((item) => item['id'])).toEqual([a, b]);
  });

  it('reads and writes by external id', async () => {
    const field = { field_label: 'Ext Id', data_type: 'text', unique: {}, external: { type: 'org', show: true } };
    await sim.api('POST', '/settings/fields?module=Leads', { body: { fields: [field] } });
    const headers = { 'x-external': 'Leads.Ext_Id' };
    await sim.insert('Leads', { Last_Name: 'A', Ext_Id: 'x-1' });
    expect(items(await sim.api('GET', '/Leads/x-1', { headers }))[0]).toMatchObject({ Last_Name: 'A' });
    expect((await sim.api('GET', '/Leads/x-2', { headers })).status).toBe(204);
    const body = { data: [{ Ext_Id: 'x-1', Phone: '5' }] };
    expect((await sim.api('PUT', '/Leads', { headers, body })).status).toBe(200);
    expect((await sim.api('DELETE', '/Leads/x-1', { headers })).status).toBe(200);
    expect((await sim.api('GET', '/Leads/x-1', { headers: { 'x-external': 'Leads.Email' } })).status).toBe(400);
  });
});
