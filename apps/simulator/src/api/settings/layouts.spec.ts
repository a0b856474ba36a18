import { items, SimSession, type Item } from '../../testing/sim.session.ts';

describe('layouts and pipelines', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const layout = async (module: string): Promise<Item> =>
    items(await sim.api('GET', `/settings/layouts?module=${module}`), 'layouts')[0] ?? {};

  it('shows the layout of a module with what it makes mandatory', async () => {
    const shown = await layout('Leads');
    const sections = shown['sections'] as { fields: Item[] }[];
    const required = sections[0]?.fields
      .filter((field) => field['required'] === true)
      .map((field) => field['api_name']);
    expect(required).toEqual(['Last_Name', 'Company']);
    const one = await sim.api('GET', `/settings/layouts/${String(shown['id'])}?module=Leads`);
    expect(items(one, 'layouts')).toEqual([shown]);
    expect((await sim.api('GET', '/settings/layouts/1?module=Leads')).status).toBe(204);
    expect((await sim.api('GET', '/settings/layouts')).body?.['code']).toBe('REQUIRED_PARAM_MISSING');
  });

  it('enforces the mandatory fields of a layout that is named, and only then', async () => {
    const id = (await layout('Leads'))['id'];
    const insert = async (data: object) => items(await sim.api('POST', '/Leads', { body: { data: [data] } }))[0];
    expect(await insert({ Last_Name: 'A' })).toMatchObject({ code: 'SUCCESS' });
    expect(await insert({ Last_Name: 'A', Layout: { id } })).toMatchObject({
      code: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Company' },
    });
    expect(await insert({ Last_Name: 'A', Company: 'B', Layout: { id } })).toMatchObject({ code: 'SUCCESS' });
    expect(await insert({ Last_Name: 'A', Layout: { id: '1' } })).toMatchObject({ code: 'INVALID_DATA' });
  });

  it('shows pipelines with their stages, and keeps stages within them', async () => {
    const id = String((await layout('Deals'))['id']);
    const listed = items(await sim.api('GET', `/settings/pipeline?layout_id=${id}`), 'pipeline');
    expect(listed.map((pipeline) => [pipeline['display_value'], (pipeline['maps'] as unknown[]).length])).toEqual([
      ['Standard (Standard)', 9],
      ['Renewals', 4],
    ]);
    const maps = (listed[0]?.['maps'] ?? []) as Item[];
    expect(maps[3]).toMatchObject({
      display_value: 'Identify Decision Makers',
      actual_value: 'Id. Decision Makers',
    });
    const one = await sim.api('GET', `/settings/pipeline/${String(listed[1]?.['id'])}?layout_id=${id}`);
    expect(items(one, 'pipeline')).toEqual([listed[1]]);
    expect((await sim.api('GET', '/settings/pipeline')).body?.['code']).toBe('REQUIRED_PARAM_MISSING');
    expect((await sim.api('GET', '/settings/pipeline?layout_id=1')).body?.['code']).toBe('INVALID_DATA');
    const data = [
      { Deal_Name: 'A', Stage: 'Needs Analysis', Pipeline: 'Renewals' },
      { Deal_Name: 'B', Stage: 'Closed Won', Pipeline: 'Renewals' },
    ];
    expect(items(await sim.api('POST', '/Deals', { body: { data } })).map((item) => item.code)).toEqual([
      'MAPPING_MISMATCH',
      'SUCCESS',
    ]);
  });

  it('lists the values of a picklist', async () => {
    const fields = items(await sim.api('GET', '/settings/fields?module=Cases'), 'fields');
    const id = String(fields.find((field) => field['api_name'] === 'Priority')?.['id']);
    const values = items(
      await sim.api('GET', `/settings/fields/${id}/pick_list_values?module=Cases`),
      'pick_list_values',
    );
    expect(values.map((value) => value['actual_value'])).toEqual(['-None-', 'High', 'Medium', 'Low']);
  });
});
