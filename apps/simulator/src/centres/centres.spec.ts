import { SimSession, type Reply } from '../testing/sim.session.ts';
import { locationsOf, type CentreHosts } from './data.centre.ts';

describe('data centres', () => {
  let sim: SimSession;
  let eu: CentreHosts;
  let us: CentreHosts;
  beforeAll(async () => {
    sim = await SimSession.start({ dataCentres: ['eu', 'us'] });
    const { eu: home, us: other } = sim.simulator.dataCentres;
    if (home === undefined || other === undefined) throw new Error('no hosts');
    [eu, us] = [home, other];
  });
  afterAll(() => sim.close());

  const form = async (url: string, params: Record<string, string>): Promise<Record<string, unknown>> => {
    const { clientId, clientSecret } = sim.simulator;
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...params });
    const answer = await fetch(url, { method: 'POST', body });
    return (await answer.json()) as Record<string, unknown>;
  };
  const get = async (url: string, token: string): Promise<{ status: number; code: unknown }> => {
    const answer = await fetch(url, { headers: { authorization: `Zoho-oauthtoken ${token}` } });
    const body = (await answer.json()) as Reply['body'];
    return { status: answer.status, code: body?.['code'] };
  };
  /** Consent that begins at the American host, by a user of that data centre. */
  const grant = async (home: string): Promise<{ code: string; location: string | null; server: string }> => {
    await fetch(`${us.apiUrl}/_control/settings`, { method: 'POST', body: JSON.stringify({ userHome: home }) });
    const query = new URLSearchParams({
      client_id: sim.simulator.clientId,
      redirect_uri: 'http://127.0.0.1/back',
      response_type: 'code',
      access_type: 'offline',
      scope: 'ZohoCRM.modules.ALL,ZohoCRM.org.READ',
    });
    const answer = await fetch(`${us.accountsUrl}/oauth/v2/auth?${query.toString()}`, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '').searchParams;
    return { code: back.get('code') ?? '', location: back.get('location'), server: back.get('accounts-server') ?? '' };
  };

  it('redeems a code where its user lives, and nowhere else; tokens name their own host', async () => {
    const { code, location, server } = await grant('eu');
    expect([location, server]).toEqual(['eu', eu.accountsUrl]);
    const redeem = (url: string) =>
      form(`${url}/oauth/v2/token`, { grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1/back' });
    expect(await redeem(us.accountsUrl)).toEqual({ error: 'invalid_code' });
    const tokens = await redeem(eu.accountsUrl);
    expect(tokens).toMatchObject({ api_domain: eu.apiUrl });
    const token = String(tokens['access_token']);
    expect(await get(`${eu.apiUrl}/crm/v8/org`, token)).toEqual({ status: 200, code: undefined });
    expect(await get(`${us.apiUrl}/crm/v8/org`, token)).toEqual({ status: 401, code: 'INVALID_TOKEN' });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) };
    expect(await form(`${us.accountsUrl}/oauth/v2/token`, refresh)).toEqual({ error: 'invalid_code' });
    expect(await form(`${eu.accountsUrl}/oauth/v2/token`, refresh)).toMatchObject({ api_domain: eu.apiUrl });
  });

  it('keeps hosts apart: no API on the accounts server, no accounts server on the API', async () => {
    expect(await get(`${eu.accountsUrl}/crm/v8/org`, 'x')).toEqual({ status: 400, code: 'INVALID_HOST' });
    expect(await form(`${eu.apiUrl}/oauth/v2/token`, {})).toMatchObject({ code: 'INVALID_URL_PATTERN' });
  });

  it('knows a client only where it is enabled', async () => {
    const settings = { method: 'POST', body: JSON.stringify({ clientEnabled: false }) };
    await fetch(`${us.apiUrl}/_control/settings`, settings);
    const refresh = { grant_type: 'refresh_token', refresh_token: sim.simulator.refreshToken };
    expect(await form(`${us.accountsUrl}/oauth/v2/token`, refresh)).toEqual({ error: 'invalid_client' });
    expect(await form(`${eu.accountsUrl}/oauth/v2/token`, refresh)).toMatchObject({ token_type: 'Bearer' });
  });

  it('lists its accounts servers', async () => {
    const answer = await fetch(`${us.accountsUrl}/oauth/serverinfo`);
    expect(await answer.json()).toEqual({
      result: 'success',
      locations: { eu: eu.accountsUrl, us: us.accountsUrl },
    });
    expect(() => locationsOf('eu, mars')).toThrow('"mars" is no data centre');
  });
});
