import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { NotificationReceiver } from '../../testing/notification.receiver.ts';
import { idOf, items, SimSession, type Reply } from '../../testing/sim.session.ts';
import { dateOf } from '../../bulk/csv.value.ts';

const text = (reply: Reply): string => {
  const [file] = Object.values(unzipSync(new Uint8Array(reply.bytes)));
  return file === undefined ? '' : strFromU8(file);
};

describe('bulk jobs', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(async () => {
    await sim.reset();
    await sim.control('POST', 'settings', { bulkDelayMs: 1_000_000 });
    await sim.uniqueField('Leads', 'Ext Id');
  });
  afterAll(() => sim.close());

  const pass = (milliseconds: number) => sim.control('POST', 'clock', { advanceMs: milliseconds });
  const finish = async () => {
    await pass(1_000_000);
    // The token did not live that long in some cases.
    sim.useToken(undefined);
  };

  async function upload(files: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    const org = items(await sim.api('GET', '/org'), 'org')[0];
    const archive = zipSync(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])),
    );
    const form = new FormData();
    form.set('file', new Blob([archive]), 'rows.zip');
    return sim.api('POST', '/upload', {
      form,
      headers: { feature: 'bulk-write', 'x-crm-org': String(org?.['zgid']), ...headers },
    });
  }

  async function write(
    content: string,
    more: Record<string, unknown> = {},
    resource: Record<string, unknown> = {},
  ): Promise<Reply> {
    const uploaded = await upload({ 'leads.csv': content });
    const { file_id } = (uploaded.body?.['details'] ?? {}) as { file_id?: string };
    return sim.raw('POST', '/crm/bulk/v8/write', {
      headers: await sim.authorisation(),
      body: {
        operation: 'upsert',
        ignore_empty: true,
        ...more,
        resource: [
          {
            type: 'data',
            module: { api_name: 'Leads' },
            file_id,
            file_names: ['leads.csv'],
            find_by: 'Ext_Id',
            field_mappings: [
              { api_name: 'Ext_Id', index: 0 },
              { api_name: 'Last_Name', index: 1 },
              { api_name: 'Annual_Revenue', index: 2 },
              { api_name: 'Lead_Source', default_value: { value: 'Chat' } },
            ],
            ...resource,
          },
        ],
      },
    });
  }

  const jobId = (reply: Reply): string => idOf(reply.body);
  const get = async (path: string): Promise<Reply> => sim.raw('GET', path, { headers: await sim.authorisation() });
  const status = async (id: string): Promise<unknown> => (await get(`/crm/bulk/v8/write/${id}`)).body?.['status'];

  it('writes the rows of a file, each with its own outcome', async () => {
    await sim.insert('Leads', { Last_Name: 'Old', Ext_Id: 'a', Phone: '5' });
    const made = await write('Key,Name,Money\na,Anna,10\nb,Bert,much\nc,Cleo,30\nd,,40\n');
    expect(made.status).toBe(201);
    const id = jobId(made);
    expect(await status(id)).toBe('ADDED');
    await pass(600_000);
    expect(await status(id)).toBe('INPROGRESS');
    await finish();
    const done = (await get(`/crm/bulk/v8/write/${id}`)).body;
    expect(done).toMatchObject({
      status: 'COMPLETED',
      resource: [{ file: { added_count: 1, updated_count: 1, skipped_count: 2, total_count: 4 } }],
    });
    const { download_url: url = '' } = (done?.['result'] ?? {}) as { download_url?: string };
    expect(url).toMatch(/^\/v8\/crm\/org\d+\/bulk-write\//);
    const [head, ...rows] = text(await get(url))
      .trim()
      .split('\n');
    expect(head).toBe('Ext_Id,Last_Name,Annual_Revenue,STATUS,RECORD_ID,ERRORS');
    expect(rows.map((row) => row.replace(/\d{19}/, 'ID'))).toEqual([
      'a,Anna,10,UPDATED,ID,',
      'b,Bert,much,UNPROCESSED,,INVALID_DATA-Annual_Revenue',
      'c,Cleo,30,ADDED,ID,',
      'd,,40,UNPROCESSED,,MANDATORY_NOT_FOUND-Last_Name',
    ]);
    expect(items(await sim.control('GET', 'records?module=Leads'), 'records')).toMatchObject([
      { Last_Name: 'Anna', Ext_Id: 'a', Phone: '5', Annual_Revenue: 10, Lead_Source: 'Chat' },
      { Last_Name: 'Cleo', Ext_Id: 'c' },
    ]);
    expect(
      items(await sim.control('GET', 'calls'), 'calls').find((call) => call['kind'] === 'bulk.write.create'),
    ).toMatchObject({ credits: 500 });
  });

  it('inserts what is new and updates what is there, as asked for', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'Old', Ext_Id: 'a', Annual_Revenue: 7 });
    const inserted = jobId(await write('k,n,m\na,Anna,1\nb,Bert,\n', { operation: 'insert' }));
    const updated = jobId(await write('k,n,m\na,Anna,\nz,Zoe,1\n', { operation: 'update', ignore_empty: false }));
    await finish();
    const counts = async (job: string) => {
      const { resource } = (await get(`/crm/bulk/v8/write/${job}`)).body as {
        resource: { file: Record<string, unknown> }[];
      };
      return resource[0]?.file;
    };
    expect(await counts(inserted)).toMatchObject({ added_count: 1, skipped_count: 1 });
    expect(await counts(updated)).toMatchObject({ updated_count: 1, skipped_count: 1 });
    expect(items(await sim.api('GET', `/Leads/${id}`))[0]).toMatchObject({ Last_Name: 'Anna', Annual_Revenue: null });
  });

  it('tells the end of a job', async () => {
    const receiver = new NotificationReceiver();
    const url = await receiver.start();
    await write('k,n,m\na,Anna,1\n', { callback: { url, method: 'post' } });
    await finish();
    expect(await receiver.until(1)).toMatchObject([{ status: 'COMPLETED', operation: 'upsert' }]);
    await receiver.close();
  });

  it('does the work by itself when the time has passed', async () => {
    await sim.control('POST', 'settings', { bulkDelayMs: 20 });
    const receiver = new NotificationReceiver();
    const url = await receiver.start();
    await write('k,n,m\na,Anna,1\n', { callback: { url, method: 'post' } });
    expect(await receiver.until(1)).toMatchObject([{ status: 'COMPLETED' }]);
    await receiver.close();
  });

  it.each([
    ['an unknown file', { file_id: '1' }, {}, 'INVALID_FILE_ID'],
    ['an unknown file name', { file_names: ['nope.csv'] }, {}, 'INVALID_FORMAT'],
    ['no key to find by', { find_by: undefined }, {}, 'MANDATORY_NOT_FOUND'],
    ['a key that is not unique', { find_by: 'Phone' }, {}, 'INVALID_FIELD'],
    ['a field that is not there', { field_mappings: [{ api_name: 'Nope', index: 0 }] }, {}, 'INVALID_FIELD'],
    [
      'a mandatory field left out',
      { field_mappings: [{ api_name: 'Ext_Id', index: 0 }] },
      {},
      'MANDATORY_FIELDS_NOT_MAPPED',
    ],
    [
      'a column that is not there',
      { field_mappings: [{ api_name: 'Last_Name', index: 9 }] },
      {},
      'COLUMN_INDEX_NOT_FOUND',
    ],
    ['a mapping without a column', { field_mappings: [{ api_name: 'Last_Name' }] }, {}, 'MISSING_REQUIRED_KEY'],
    ['a module that takes none', { module: { api_name: 'Notes' } }, {}, 'MODULE_NOT_AVAILABLE'],
    ['an unknown operation', {}, { operation: 'replace' }, 'INVALID_DATA'],
    [
      'a callback by another method',
      {},
      { callback: { url: 'http://x.test', method: 'put' } },
      'INVALID_CALLBACK_METHOD',
    ],
  ])('refuses %s', async (...[, resource, more, code]) => {
    const reply = await write('k,n,m\na,Anna,1\n', more, resource);
    expect([reply.status, reply.body?.['code']]).toEqual([400, code]);
  });

  it('takes archives alone, and wants its headers', async () => {
    expect((await upload({ 'a.csv': 'x' }, { feature: 'other' })).body?.['code']).toBe('INVALID_DATA');
    const form = new FormData();
    form.set('file', new Blob(['no archive']), 'x.zip');
    const org = items(await sim.api('GET', '/org'), 'org')[0];
    const headers = { feature: 'bulk-write', 'x-crm-org': String(org?.['zgid']) };
    expect((await sim.api('POST', '/upload', { form, headers })).body?.['code']).toBe('INVALID_FILE_FORMAT');
    expect((await sim.api('POST', '/upload', { text: 'x', headers })).body?.['code']).toBe('INVALID_FILE_FORMAT');
    expect((await get('/crm/bulk/v8/write/1')).body?.['code']).toBe('RESOURCE_NOT_FOUND');
  });

  const read = async (query: object, more: object = {}): Promise<Reply> =>
    sim.raw('POST', '/crm/bulk/v8/read', { headers: await sim.authorisation(), body: { query, ...more } });

  it('reads into a file what the criteria find', async () => {
    const [a = '', b = ''] = await sim.insert(
      'Leads',
      { Last_Name: 'Anna', Email: 'a@example.test', Annual_Revenue: 10 },
      { Last_Name: 'Bert, "B"', Annual_Revenue: 20 },
      { Last_Name: 'Cleo', Annual_Revenue: 30 },
    );
    const created = await read({
      module: { api_name: 'Leads' },
      fields: ['Last_Name', 'Email', 'Owner.last_name'],
      criteria: {
        group_operator: 'and',
        group: [
          { field: { api_name: 'Annual_Revenue' }, comparator: 'less_equal', value: 20 },
          { field: { api_name: 'Modified_Time' }, comparator: 'greater_equal', value: '2020-01-01T00:00:00+00:00' },
        ],
      },
    });
    expect([created.status, items(created)[0]]).toMatchObject([
      201,
      { code: 'ADDED_SUCCESSFULLY', details: { state: 'ADDED' } },
    ]);
    const id = String(items(created)[0]?.details?.['id']);
    expect((await get(`/crm/bulk/v8/read/${id}/result`)).body?.['code']).toBe('RESOURCE_NOT_FOUND');
    await finish();
    const job = items(await get(`/crm/bulk/v8/read/${id}`))[0];
    expect(job).toMatchObject({ state: 'COMPLETED', result: { count: 2, more_records: false, page: 1 } });
    expect(text(await get(`/crm/bulk/v8/read/${id}/result`))).toBe(
      `Id,Last_Name,Email,Owner.last_name\n${a},Anna,a@example.test,User\n${b},"Bert, ""B""",,User\n`,
    );
  });

  it.each([
    [{ module: { api_name: 'Nope' } }, 'MODULE_NOT_SUPPORTED'],
    [{ module: { api_name: 'Leads' }, fields: ['Nope'] }, 'FIELD_NOT_AVAILABLE'],
    [{ module: { api_name: 'Leads' }, page: 501 }, 'PAGE_RANGE_EXCEEDED'],
    [
      { module: { api_name: 'Leads' }, criteria: { api_name: 'Nope', comparator: 'equal', value: 1 } },
      'FIELD_IN_CRITERIA_NOT_AVAILABLE',
    ],
    [
      {
        module: { api_name: 'Leads' },
        criteria: { api_name: 'Modified_Time', comparator: 'equal', value: '2026-01-01T00:00:00.000Z' },
      },
      'FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE',
    ],
  ])('refuses to read %j', async (query, code) => {
    const reply = await read(query);
    expect([reply.status, reply.body?.['code']]).toEqual([400, code]);
  });

  it('reads JSON alone', async () => {
    const headers = { ...(await sim.authorisation()), 'content-type': 'text/plain' };
    const reply = await sim.raw('POST', '/crm/bulk/v8/read', { headers, text: '{}' });
    expect([reply.status, reply.body?.['code']]).toEqual([415, 'MEDIA_TYPE_NOT_SUPPORTED']);
    expect((await get('/crm/bulk/v8/read/1')).status).toBe(404);
  });

  it.each([
    ['03/09/2026', 'MM/dd/yyyy', '2026-03-09'],
    ['9.3.2026', 'dd.MM.yyyy', '2026-03-09'],
    ['2026-03-09', 'MM/dd/yyyy', '2026-03-09'],
    ['soon', 'MM/dd/yyyy', undefined],
  ])('reads the date %s in the form %s', (given, format, expected) => {
    expect(dateOf(given, format)).toBe(expected);
  });
});
