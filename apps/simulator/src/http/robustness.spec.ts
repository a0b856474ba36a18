import fc from 'fast-check';
import { connect } from 'node:net';
import { ALL_CALLS } from '../api/all.calls.ts';
import { SimSession, type Reply } from '../testing/sim.session.ts';

/** Keys under which answers have their items. */
const LISTS = [
  'data',
  'fields',
  'modules',
  'watch',
  'users',
  'org',
  'layouts',
  'pipeline',
  'pick_list_values',
  'merge',
  'resource',
];

describe('whatever comes, the answer is well formed', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start({ limits: { credits: 1_000_000_000 } });
    await sim.uniqueField('Leads', 'Ext Id');
    await sim.insert('Leads', { Last_Name: 'A', Ext_Id: 'x' });
  });
  afterAll(() => sim.close());

  const wellFormed = (reply: Reply): boolean => {
    if (reply.status >= 500) return false;
    if (reply.status === 204 || reply.status === 304) return reply.text === '';
    const { body } = reply;
    if (body === undefined) return false;
    const list = LISTS.some((key) => Array.isArray(body[key]));
    const bare = typeof body['code'] === 'string' && typeof body['message'] === 'string' && body['status'] === 'error';
    const job = typeof body['code'] === 'string' && body['status'] === 'success';
    return list || bare || job || typeof body['count'] === 'string';
  };

  const segment = fc.oneof(
    fc.constantFrom(
      'Leads',
      'Contacts',
      'Notes',
      'Tasks',
      'Nope',
      '1',
      '5725767000000100450',
      'constructor',
      '__proto__',
      '%00',
      '%zz',
      'upsert',
      'deleted',
    ),
    fc.string({ maxLength: 6 }).map(encodeURIComponent),
  );
  const path = fc.oneof(
    fc.constantFrom(...ALL_CALLS.map((call) => call.path)).chain((pattern) =>
      fc.array(segment, { minLength: 4, maxLength: 4 }).map((parts) => {
        let next = 0;
        return pattern.replace(/:\w+/g, () => parts[next++] ?? 'x');
      }),
    ),
    fc.array(segment, { maxLength: 5 }).map((parts) => `/crm/v8/${parts.join('/')}`),
  );
  const query = fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'fields',
          'ids',
          'page',
          'per_page',
          'page_token',
          'sort_by',
          'sort_order',
          'converted',
          'module',
          'type',
          'channel_ids',
          'wf_trigger',
          'criteria',
          'email',
          'phone',
          'word',
          'approved',
          'cvid',
          'layout_id',
          'job_id',
          'over_write',
        ),
        fc.oneof(
          fc.string({ maxLength: 8 }),
          fc.constantFrom('id', '1', '0', '-1', 'true', 'both', 'Leads', '99999999999999999999'),
          fc.constantFrom('(Last_Name:equals:A)', '((id:in:1,2)or(Email:starts_with:x))', '((', '(a:between:1)'),
        ),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => new URLSearchParams(pairs).toString());
  const loose = fc.jsonValue({ maxDepth: 3 });
  const record = fc.dictionary(
    fc.constantFrom(
      'Last_Name',
      'Email',
      'Ext_Id',
      'id',
      'Owner',
      'What_Id',
      '$se_module',
      'Parent_Id',
      'Quoted_Items',
      'Deals',
      'Accounts',
      'constructor',
      '__proto__',
      'field_label',
      'data_type',
      'lookup',
      'pick_list_values',
      'textarea',
      'channel_id',
      'events',
      'notify_url',
      'notification_condition',
      'channel_expiry',
      'Layout',
      'Pipeline',
      'Stage',
      '_fields',
      'name',
      'module',
      'file_id',
      'find_by',
      'field_mappings',
      'api_name',
      'index',
    ),
    fc.oneof(
      loose,
      fc.constantFrom('text', 'picklist', 'lookup', 'https://x.test', 'Leads', ['Leads.all'], { id: '1' }, [
        { type: 'field_selection', module: { api_name: 'Leads' }, field_selection: {} },
      ]),
    ),
    { maxKeys: 5 },
  );
  const body = fc.oneof(
    fc
      .record(
        {
          data: fc.oneof(loose, fc.array(record, { maxLength: 3 })),
          fields: fc.oneof(loose, fc.array(record, { maxLength: 3 })),
          watch: fc.oneof(loose, fc.array(record, { maxLength: 3 })),
          select_query: fc.oneof(
            loose,
            fc.string(),
            fc.constantFrom(
              "select id from Leads where Ext_Id = 'x'",
              "select a.b.c from Leads where (id in ('1') and Owner is null)",
            ),
          ),
          merge: fc.oneof(loose, fc.array(record, { maxLength: 2 })),
          tags: fc.oneof(loose, fc.array(record, { maxLength: 2 })),
          ids: fc.oneof(loose, fc.array(fc.constantFrom('1', '5725767000000100450'), { maxLength: 2 })),
          resource: fc.oneof(loose, fc.array(record, { maxLength: 2 })),
          operation: fc.oneof(loose, fc.constantFrom('insert', 'upsert')),
          callback: fc.oneof(loose, fc.constant({ url: 'http://127.0.0.1:9/', method: 'post' })),
          query: fc.oneof(
            loose,
            fc.record({
              module: fc.oneof(loose, fc.constant({ api_name: 'Leads' })),
              criteria: fc.oneof(loose, fc.constant({ api_name: 'Email', comparator: 'in', value: ['x'] })),
              page: fc.oneof(loose, fc.nat()),
            }),
          ),
          trigger: fc.oneof(loose, fc.constant(['workflow'])),
          duplicate_check_fields: fc.oneof(loose, fc.constant(['Ext_Id'])),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
    loose.map((value) => JSON.stringify(value)),
    fc.string(),
  );
  const headers = fc.dictionary(
    fc.constantFrom('x-external', 'if-modified-since', 'if-unmodified-since', 'content-type', 'feature', 'x-crm-org'),
    fc.oneof(
      fc.constantFrom(
        'Leads.Ext_Id',
        '2026-01-01T00:00:00+00:00',
        'application/json',
        'text/plain',
        'multipart/form-data; boundary=x',
      ),
      fc.stringMatching(/^[\x20-\x7e]{0,12}$/),
    ),
    { maxKeys: 2 },
  );
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE');

  it('for any method, path, query, headers and body', async () => {
    await fc.assert(
      fc.asyncProperty(
        method,
        fc.tuple(path, query),
        fc.tuple(headers, body),
        async (verb, [where, search], [given, text]) => {
          const send = verb === 'GET' ? { headers: given } : { headers: given, text };
          const authorised = { ...given, ...(await sim.authorisation()) };
          const reply = await sim.raw(verb, `${where}?${search}`, { ...send, headers: authorised });
          if (!wellFormed(reply)) throw new Error(`${reply.status} ${reply.text}`);
        },
      ),
      { numRuns: 800 },
    );
    const { body: state } = await sim.control('GET', 'state');
    expect(state).toMatchObject({ calls: { running: 0 } });
  });

  it('for authorisation of any form', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\x21-\x7e]{1,20}$/), async (text) => {
        const reply = await sim.raw('GET', '/crm/v8/org', { headers: { authorization: text } });
        expect(reply.status).toBe(401);
      }),
      { numRuns: 50 },
    );
  });

  it('for bytes that are hardly HTTP, and goes on serving', async () => {
    const { port } = new URL(sim.simulator.url);
    const answered = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('BREW /pot HTTP/9.9\r\n\r\n'));
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.on('close', () => resolve(text)).on('error', reject);
    });
    expect(answered).toMatch(/^HTTP\/1\.1 400 /);
    expect((await sim.raw('GET', '/health')).status).toBe(200);
  });

  it('for a body that is no JSON and one that is too large', async () => {
    const broken = await sim.api('POST', '/Leads', { text: '{"data":[' });
    expect([broken.status, broken.body?.['code']]).toEqual([400, 'UNABLE_TO_PARSE_DATA_TYPE']);
    const large = await sim.api('POST', '/Leads', { text: 'x'.repeat(33 * 1024 * 1024) });
    expect([large.status, large.body?.['code']]).toEqual([413, 'FILE_TOO_LARGE']);
  });

  it.each([
    ['GET', '/crm/v7/Leads', 404, 'INVALID_URL_PATTERN'],
    ['GET', '/crm/v8/settings/nope', 404, 'INVALID_URL_PATTERN'],
    ['GET', '/crm/v8/Nope?fields=id', 400, 'INVALID_MODULE'],
    ['PATCH', '/crm/v8/Leads', 400, 'INVALID_REQUEST_METHOD'],
    ['GET', '/nowhere', 404, 'INVALID_URL_PATTERN'],
  ])('%s %s answers %i %s', async (verb, where, ...expected) => {
    const token = await sim.mint();
    const reply = await sim.raw(verb, where, { headers: { authorization: `Zoho-oauthtoken ${token}` } });
    expect([reply.status, reply.body?.['code']]).toEqual(expected);
  });
});
