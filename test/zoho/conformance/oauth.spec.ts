import { conformance } from './conformance.ts';
import { errorOf } from './target.ts';

conformance('OAuth', (fact) => {
  const refresh = { grant_type: 'refresh_token' };

  fact('1.2', 'a refresh answers a token of an hour and the API domain, and no refresh token', async (crm) => {
    const { clientId, clientSecret, refreshToken } = crm.credentials;
    const answer = await crm.token({
      ...refresh,
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      access_token: expect.any(String) as string,
      api_domain: expect.stringMatching(/^https?:\/\//) as string,
      token_type: 'Bearer',
      expires_in: 3600,
    });
    expect(answer.body).not.toHaveProperty('refresh_token');
  });

  for (const [what, changed, error] of [
    ['a refresh token that is none', { refresh_token: '1000.none.none' }, 'invalid_code'],
    ['an unknown client', { client_id: '1000.NOBODY' }, 'invalid_client'],
    ['a wrong client secret', { client_secret: 'wrong' }, 'invalid_client_secret'],
  ] as const) {
    fact('1.3', `${what} answers HTTP 200 with ${error}`, async (crm) => {
      const { clientId, clientSecret, refreshToken } = crm.credentials;
      const good = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken };
      const answer = await crm.token({ ...refresh, ...good, ...changed });
      expect(answer).toMatchObject({ status: 200, body: { error } });
      expect(answer.body).not.toHaveProperty('access_token');
    });
  }

  fact('6', 'a call without a token answers 401 AUTHENTICATION_FAILURE, bare', async (crm) => {
    const answer = await crm.api('GET', '/org', { authorization: null });
    expect(answer).toMatchObject({ status: 401, body: { code: 'AUTHENTICATION_FAILURE', status: 'error' } });
  });

  fact('6', 'an unknown token answers 401 INVALID_TOKEN, bare, with empty details', async (crm) => {
    const answer = await crm.api('GET', '/org', { authorization: 'Zoho-oauthtoken 1000.no.such' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'INVALID_TOKEN', details: {}, status: 'error' } });
  });

  fact('1.2', 'the documented authorisation header is accepted', async (crm) => {
    expect((await crm.api('GET', '/org')).status).toBe(200);
  });

  fact('6', 'an address that is none answers 404 INVALID_URL_PATTERN', async (crm) => {
    const answer = await crm.api('GET', '/settings/no_such_thing/at/all');
    expect([answer.status, errorOf(answer).code]).toEqual([404, 'INVALID_URL_PATTERN']);
  });

  fact('6', 'a method that an address does not have answers INVALID_REQUEST_METHOD', async (crm) => {
    const answer = await crm.api('DELETE', '/Leads/5000000000099999/actions/convert');
    expect([400, 405]).toContain(answer.status);
    expect(errorOf(answer).code).toBe('INVALID_REQUEST_METHOD');
  });

  fact('6', 'an unknown module answers 400 INVALID_MODULE', async (crm) => {
    const answer = await crm.api('GET', '/Nonsense', { query: { fields: 'id' } });
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({ code: 'INVALID_MODULE', status: 'error' });
  });

  fact('1.2', 'a refresh is not repeated by the client as long as the token lives', async (crm) => {
    const seen = await Promise.all(Array.from({ length: 5 }, () => crm.zoho.org()));
    expect(seen.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  fact.simulator('1.4', 'an access token ends after an hour, and the client fetches another', async (crm) => {
    await crm.control.act('clock', { advanceMs: 3_700_000 });
    expect(await crm.zoho.org()).toMatchObject({ kind: 'ok' });
  });
});
