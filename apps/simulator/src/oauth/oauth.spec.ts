import { SimSession } from '../testing/sim.session.ts';

const MINUTE = 60_000;

describe('OAuth', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const refresh = () => sim.token({ grant_type: 'refresh_token', refresh_token: sim.simulator.refreshToken });
  const calls = (token: string, form = 'Zoho-oauthtoken') =>
    sim.raw('GET', '/crm/v8/org', { headers: { authorization: `${form} ${token}` } });

  it('refreshes without rotating, and names the api_domain', async () => {
    const reply = await refresh();
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ api_domain: sim.simulator.url, token_type: 'Bearer', expires_in: 3600 });
    expect(reply.body).not.toHaveProperty('refresh_token');
    expect((await calls(String(reply.body?.['access_token']))).status).toBe(200);
    expect((await calls(String(reply.body?.['access_token']), 'Bearer')).status).toBe(200);
  });

  it('takes parameters from the query and from a multipart body', async () => {
    const { clientId, clientSecret, refreshToken } = sim.simulator;
    const params = {
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
      grant_type: 'refresh_token',
    };
    const query = await sim.raw('POST', `/oauth/v2/token?${new URLSearchParams(params).toString()}`);
    expect(query.body).toHaveProperty('access_token');
    const form = new FormData();
    for (const [name, value] of Object.entries(params)) form.set(name, value);
    const multipart = await fetch(`${sim.simulator.url}/oauth/v2/token`, { method: 'POST', body: form });
    expect(await multipart.json()).toHaveProperty('access_token');
  });

  it.each([
    ['invalid_client', { client_id: 'nope' }],
    ['invalid_client_secret', { client_secret: 'nope' }],
    ['invalid_code', { refresh_token: 'nope' }],
    ['invalid_code', { grant_type: 'authorization_code', code: 'nope' }],
  ])('answers 200 with %s', async (error, params) => {
    const reply = await sim.token({
      grant_type: 'refresh_token',
      refresh_token: sim.simulator.refreshToken,
      ...params,
    });
    expect([reply.status, reply.body]).toEqual([200, { error }]);
  });

  it('throttles the eleventh token in ten minutes, for the whole window', async () => {
    for (let count = 0; count < 10; count += 1) expect((await refresh()).body).toHaveProperty('access_token');
    const denied = await refresh();
    expect([denied.status, denied.body?.['error'], denied.body?.['status']]).toEqual([400, 'Access Denied', 'failure']);
    await sim.control('POST', 'clock', { advanceMs: 9 * MINUTE });
    expect((await refresh()).status).toBe(400);
    await sim.control('POST', 'settings', { accessDeniedStatus: 200 });
    expect((await refresh()).status).toBe(200);
    await sim.control('POST', 'clock', { advanceMs: 2 * MINUTE });
    expect((await refresh()).body).toHaveProperty('access_token');
  });

  it('ends a token after an hour, the oldest of sixteen, and a revoked one', async () => {
    const first = await sim.mint();
    await sim.control('POST', 'clock', { advanceMs: 61 * MINUTE });
    expect((await calls(first)).body).toEqual({
      code: 'INVALID_TOKEN',
      details: {},
      message: 'invalid oauth token',
      status: 'error',
    });
    const tokens: string[] = [];
    for (let count = 0; count < 16; count += 1) {
      if (count === 10) await sim.control('POST', 'clock', { advanceMs: 11 * MINUTE });
      tokens.push(await sim.mint());
    }
    expect((await calls(tokens[0] ?? '')).status).toBe(401);
    expect((await calls(tokens[1] ?? '')).status).toBe(200);
    const text = new URLSearchParams({ token: sim.simulator.refreshToken }).toString();
    const revoked = await sim.raw('POST', '/oauth/v2/token/revoke', { text });
    expect(revoked.body).toEqual({ status: 'success' });
    expect((await calls(tokens[15] ?? '')).status).toBe(401);
    expect((await refresh()).body).toEqual({ error: 'invalid_code' });
  });

  it('tells a missing token from a wrong one', async () => {
    const missing = await sim.raw('GET', '/crm/v8/org');
    expect([missing.status, missing.body?.['code']]).toEqual([401, 'AUTHENTICATION_FAILURE']);
    const garbled = await sim.raw('GET', '/crm/v8/org', { headers: { authorization: 'Basic x' } });
    expect([garbled.status, garbled.body?.['code']]).toEqual([401, 'AUTHENTICATION_FAILURE']);
    expect((await calls('nope')).body?.['code']).toBe('INVALID_TOKEN');
  });

  const consent = (more: Record<string, string> = {}) => {
    const params = {
      client_id: sim.simulator.clientId,
      response_type: 'code',
      access_type: 'offline',
      redirect_uri: 'https://app.example.test/back',
      scope: 'ZohoCRM.modules.leads.READ',
      state: 's1',
      ...more,
    };
    return sim.raw('GET', `/oauth/v2/auth?${new URLSearchParams(params).toString()}`);
  };

  it('sends back with a code that works once, within its life, for its redirect and scopes', async () => {
    const reply = await consent();
    const target = new URL(reply.headers.get('location') ?? '');
    expect([
      reply.status,
      target.origin,
      target.searchParams.get('accounts-server'),
      target.searchParams.get('state'),
    ]).toEqual([302, 'https://app.example.test', sim.simulator.url, 's1']);
    const code = target.searchParams.get('code') ?? '';
    const params = { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example.test/back' };
    const redeemed = await sim.token(params);
    expect(redeemed.body).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    expect((await sim.token(params)).body).toEqual({ error: 'invalid_code' });
    sim.useToken(String(redeemed.body?.['access_token']));
    expect((await sim.api('GET', '/Leads?fields=id')).status).toBe(204);
    const scope = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A' }] } });
    expect([scope.status, scope.body?.['code']]).toEqual([401, 'OAUTH_SCOPE_MISMATCH']);
    expect((await sim.api('GET', '/Contacts?fields=id')).status).toBe(401);
  });

  it('refuses late codes, other redirects and people who say no', async () => {
    const codeOf = async () => new URL((await consent()).headers.get('location') ?? '').searchParams.get('code') ?? '';
    const redirect_uri = 'https://app.example.test/back';
    const grant_type = 'authorization_code';
    const other = await sim.token({ grant_type, code: await codeOf(), redirect_uri: 'https://other.example.test' });
    expect(other.body).toEqual({ error: 'invalid_redirect_uri' });
    const code = await codeOf();
    await sim.control('POST', 'clock', { advanceMs: MINUTE });
    expect((await sim.token({ grant_type, code, redirect_uri })).body).toEqual({ error: 'invalid_code' });
    const denied = new URL((await consent({ deny: 'true' })).headers.get('location') ?? '');
    expect(denied.searchParams.get('error')).toBe('access_denied');
  });

  it('asks on a page when that is switched on', async () => {
    await sim.control('POST', 'settings', { consent: 'page' });
    const page = await consent();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=UTF-8']);
    const [, accept = ''] = /id="accept" href="([^"]+)"/.exec(page.text) ?? [];
    const query = accept.replaceAll('&#38;', '&');
    const back = await sim.raw('GET', `/oauth/v2/auth${query}`);
    expect(new URL(back.headers.get('location') ?? '').searchParams.get('code')).toMatch(/^1000\./);
  });

  it('drops the oldest refresh token when a user has more than twenty', async () => {
    for (let count = 0; count < 20; count += 1) {
      const code = new URL((await consent()).headers.get('location') ?? '').searchParams.get('code') ?? '';
      await sim.token({ grant_type: 'authorization_code', code, redirect_uri: 'https://app.example.test/back' });
    }
    expect((await refresh()).body).toEqual({ error: 'invalid_code' });
  });
});
