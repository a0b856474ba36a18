import { items, SimSession } from '../../testing/sim.session.ts';

describe('metadata', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const fields = async (module: string) => items(await sim.api('GET', `/settings/fields?module=${module}`), 'fields');
  const create = (...given: unknown[]) =>
    sim.api('POST', '/settings/fields?module=Contacts', { body: { fields: given } });

  it('lists modules and fields', async () => {
    const modules = items(await sim.api('GET', '/settings/modules'), 'modules').map((module) => module['api_name']);
    expect(modules).toEqual(
      expect.arrayContaining([
        'Leads',
        'Contacts',
        'Accounts',
        'Deals',
        'Tasks',
        'Notes',
        'Cases',
        'Products',
        'Quotes',
      ]),
    );
    const leads = await fields('Leads');
    expect(leads.find((field) => field['api_name'] === 'Last_Name')).toMatchObject({
      data_type: 'text',
      json_type: 'string',
      length: 80,
      system_mandatory: true,
      custom_field: false,
      read_only: false,
      unique: {},
      external: null,
    });
    const status = leads.find((field) => field['api_name'] === 'Lead_Status');
    expect(status?.['pick_list_values']).toMatchObject([
      { actual_value: '-None-' },
      { actual_value: 'Attempted to Contact', display_value: 'Attempted to Contact', sequence_number: 2, type: 'used' },
      ...Array.from({ length: 7 }, () => ({})),
    ]);
  });

  it('makes fields and reads them back', async () => {
    const reply = await create(
      { field_label: 'External ID', data_type: 'text', length: 100, unique: { case_sensitive: false } },
      {
        field_label: 'User Type',
        data_type: 'picklist',
        pick_list_values: [{ display_value: 'Student', actual_value: 'Student' }],
      },
      { field_label: 'Total XP', data_type: 'integer' },
      { field_label: 'Quote Total', data_type: 'currency', decimal_place: 2 },
    );
    expect([reply.status, items(reply, 'fields').map((item) => item['message'])]).toEqual([
      201,
      Array(4).fill('field created'),
    ]);
    const custom = (await fields('Contacts')).filter((field) => field['custom_field'] === true);
    expect(custom).toMatchObject([
      { api_name: 'External_ID', length: 100, unique: { casesensitive: 'false' }, field_label: 'External ID' },
      { api_name: 'User_Type', pick_list_values: [{ actual_value: '-None-' }, { actual_value: 'Student' }] },
      { api_name: 'Total_XP', data_type: 'integer', length: 9 },
      { api_name: 'Quote_Total', data_type: 'currency', decimal_place: 2 },
    ]);
  });

  it('refuses too many fields, a third unique one and what is malformed', async () => {
    const six = Array.from({ length: 6 }, (_, at) => ({ field_label: `F${at}`, data_type: 'text' }));
    expect((await create(...six)).body).toMatchObject({ code: 'INVALID_DATA', details: { maximum_length: 5 } });
    await sim.uniqueField('Contacts', 'U1');
    await sim.uniqueField('Contacts', 'U2');
    const reply = await create(
      { field_label: 'U3', data_type: 'text', unique: {} },
      { data_type: 'text' },
      { field_label: 'X', data_type: 'nope' },
      { field_label: 'Y', data_type: 'text', length: 256 },
      { field_label: 'U1', data_type: 'text' },
    );
    expect([reply.status, items(reply, 'fields').map((item) => item.code)]).toEqual([
      400,
      ['LIMIT_EXCEEDED', 'MANDATORY_NOT_FOUND', 'INVALID_DATA', 'INVALID_DATA', 'DUPLICATE_DATA'],
    ]);
  });

  it('holds the number of custom fields of the edition', async () => {
    await sim.control('POST', 'limits', { edition: 'Standard' });
    for (let batch = 0; batch < 2; batch += 1) {
      await create(...Array.from({ length: 5 }, (_, at) => ({ field_label: `F ${batch} ${at}`, data_type: 'text' })));
    }
    expect(items(await create({ field_label: 'One more', data_type: 'text' }), 'fields')[0]?.code).toBe(
      'LIMIT_EXCEEDED',
    );
  });

  it('adds picklist values beside those that are there', async () => {
    const status = (await fields('Leads')).find((field) => field['api_name'] === 'Lead_Status');
    const body = {
      fields: [{ id: status?.['id'], pick_list_values: [{ display_value: 'Hot', actual_value: 'Hot' }] }],
    };
    expect((await sim.api('PATCH', '/settings/fields?module=Leads', { body })).status).toBe(200);
    expect((await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A', Lead_Status: 'Hot' }] } })).status).toBe(
      201,
    );
    const strict = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A', Lead_Status: 'Cold' }] } });
    expect(items(strict)[0]?.details).toMatchObject({ api_name: 'Lead_Status' });
    await sim.control('POST', 'settings', { newPicklistValues: 'accept' });
    const loose = { body: { data: [{ Last_Name: 'A', Lead_Status: 'Cold' }] } };
    expect((await sim.api('POST', '/Leads', loose)).status).toBe(201);
    const stage = await sim.api('POST', '/Deals', { body: { data: [{ Deal_Name: 'D', Stage: 'Nope' }] } });
    expect(items(stage)[0]?.details).toMatchObject({ api_name: 'Stage' });
  });

  it('indexes a unique field over records that are there already', async () => {
    await create({ field_label: 'Plain', data_type: 'text' });
    const [id] = await sim.insert('Contacts', { Last_Name: 'A', Plain: 'v' });
    expect(items(await sim.api('GET', '/Contacts?fields=Plain'))).toEqual([{ Plain: 'v', id }]);
  });

  it('shows the organisation and its users', async () => {
    const org = items(await sim.api('GET', '/org'), 'org')[0];
    expect(org).toMatchObject({ license_details: { paid_type: 'enterprise' }, type: 'production' });
    const me = items(await sim.api('GET', '/users?type=CurrentUser'), 'users');
    expect(me.map((user) => user['full_name'])).toEqual(['Sync User']);
    expect((await sim.api('GET', '/users/999')).status).toBe(204);
  });
});
