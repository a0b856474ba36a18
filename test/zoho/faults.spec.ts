import { createServer } from 'node:http';
import { IDENTITY, kindsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
  await context.identityField('Leads');
});
afterEach(() => context[Symbol.asyncDispose]());

const lead = (id: string) => ({ [IDENTITY]: id, Last_Name: 'Kaya' });
const write = (...ids: string[]) =>
  context.zoho.upsert('Leads', { records: ids.map(lead), identityField: IDENTITY, trigger: [] });
const arm = (effect: unknown, rest: object = {}) =>
  context.act('faults', { kind: 'records.upsert', effect, count: 1, ...rest });
const read = () => context.zoho.findByField('Leads', { field: IDENTITY, values: ['u1'], fields: [] });

describe('a write whose answer is lost after it took effect (reference 12.6)', () => {
  it('is unknown, a read settles it, and doing it again converges', async () => {
    await arm('drop_answer');
    expect(await write('u1')).toMatchObject([{ kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN' }]);
    const found = await read();
    expect(found.kind === 'ok' && found.records).toHaveLength(1);
    expect(await write('u1')).toMatchObject([{ kind: 'succeeded', created: false }]);
    expect(await context.records('Leads')).toHaveLength(1);
  });

  it('is unknown when the answer comes after the time-out', async () => {
    const impatient = context.client({ timeouts: { call: 1000 } });
    await arm({ delayMs: 5000 });
    const outcomes = await impatient.upsert('Leads', { records: [lead('u1')], identityField: IDENTITY, trigger: [] });
    expect(outcomes).toMatchObject([{ kind: 'unknown', reason: 'TIMEOUT' }]);
    expect(await context.records('Leads')).toHaveLength(1);
  });

  it.each([500, 502, 503, 504])('is unknown for HTTP %d after the effect', async (status) => {
    await arm({ status, body: '<html/>', after: true });
    expect(kindsOf(await write('u1'))).toEqual(['unknown']);
    expect(await context.records('Leads')).toHaveLength(1);
  });

  it('is unknown for every record of a batch, wherever the answer is cut', async () => {
    for (const bytes of [0, 1, 30, 100, 300]) {
      await arm({ cut_answer_at: bytes });
      expect(kindsOf(await write('u1', 'u2', 'u3'))).toEqual(['unknown', 'unknown', 'unknown']);
    }
  });
});

describe('a write that did not take effect', () => {
  it('is unknown when the connection broke under the request: nobody can tell', async () => {
    await arm('cut_request');
    expect(kindsOf(await write('u1'))).toEqual(['unknown']);
    expect(await read()).toEqual({ kind: 'ok', records: [] });
  });

  it('is unknown for a page of HTML with 200, and the log shows its skeleton alone', async () => {
    await arm('html');
    expect(await write('u1')).toMatchObject([{ kind: 'unknown', code: 'CRM_ANSWER_UNREADABLE' }]);
    expect(context.logLines).toHaveLength(1);
    expect(JSON.parse(context.logLines[0] ?? '')).toMatchObject({
      code: 'CRM_ANSWER_UNREADABLE',
      kind: 'upsert',
      status: 200,
      sample: expect.stringMatching(/^markup, \d+ bytes: <!DOCTYPE><html><head>/) as string,
    });
  });

  it.each([
    ['as documented', { code: 'TOO_MANY_REQUESTS', details: {}, message: 'Many requests fired', status: 'error' }],
    ['as the OAS names it', { code: 'RATE_LIMIT_EXCEEDED', details: {}, message: 'm', status: 'error' }],
    ['with a number as code', { code: 429, error: 'TOO_MANY_REQUESTS', error_info: 'past 24 hours', details: [] }],
    ['as HTML', '<html/>'],
    ['without a body', undefined],
  ])('is throttled by HTTP 429 %s (reference 5.3)', async (_name, body) => {
    await arm({ status: 429, ...(body === undefined ? {} : { body }) });
    expect(await write('u1')).toMatchObject([{ kind: 'throttled', cause: 'calls', until: null }]);
  });

  it('is throttled until the time of a Retry-After, should one come', async () => {
    const start = Date.now();
    await arm({ status: 429, headers: { 'retry-after': '30' } });
    const [outcome] = await write('u1');
    expect(outcome?.kind === 'throttled' && outcome.until).toBeGreaterThanOrEqual(start + 30_000);
  });

  it('is unavailable where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const zoho = context.client({ accountsUrl: `http://127.0.0.1:${port}` });
    const outcomes = await zoho.upsert('Leads', { records: [lead('u1')], identityField: IDENTITY, trigger: [] });
    expect(outcomes).toMatchObject([{ kind: 'unavailable', reason: 'ECONNREFUSED' }]);
  });

  it('is rejected by errors inside a 200 too (reference 2.1)', async () => {
    const item = { code: 'INVALID_DATA', details: { api_name: 'Email' }, message: 'invalid data', status: 'error' };
    await arm({ status: 200, body: { data: [item] } });
    expect(await write('u1')).toMatchObject([{ kind: 'rejected', field: 'Email' }]);
  });

  it('is unknown when an answer has fewer items than records went out', async () => {
    const item = { code: 'SUCCESS', details: { id: '11' }, message: 'record added', status: 'success' };
    await arm({ status: 201, body: { data: [item] } });
    expect(kindsOf(await write('u1', 'u2'))).toEqual(['unknown', 'unknown']);
  });
});

describe('a read under faults', () => {
  it.each([
    ['the answer dropped', 'drop_answer'],
    ['the connection cut', 'cut_request'],
    ['a page of HTML', 'html'],
    ['a cut answer', { cut_answer_at: 20 }],
    ['nothing sent of the body', { cut_answer_at: 0 }],
    ['a server error', { status: 500 }],
    ['an empty 200', { status: 200 }],
    ['something else entirely', { status: 200, body: { data: 'soon' } }],
  ])('is unavailable and never empty: %s', async (_name, effect) => {
    await write('u1');
    await context.act('faults', { kind: 'coql', effect, count: 1 });
    expect(await read()).toMatchObject({ kind: 'unavailable' });
    expect(await read()).toMatchObject({ kind: 'ok', records: [{}] });
  });
});

describe('the token endpoint under faults', () => {
  it('leaves everything unavailable and nothing unknown: no call went out', async () => {
    const broken = createServer((_request, response) => response.writeHead(503).end('<html/>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => broken.once('listening', resolve));
    const address = broken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const zoho = context.client({ accountsUrl: `http://127.0.0.1:${port}` });
    expect(kindsOf(await zoho.update('Leads', { records: [{ id: '1' }], trigger: [] }))).toEqual(['unavailable']);
    expect(await zoho.org()).toMatchObject({ kind: 'unavailable', reason: 'HTTP_503' });
    broken.closeAllConnections();
    await new Promise((resolve) => broken.close(resolve));
  });
});
