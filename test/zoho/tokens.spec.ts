import { createMemoryTokenStore } from '#zoho';
import { kindsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

const MINUTE = 60_000;
let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
});
afterEach(() => context[Symbol.asyncDispose]());

const mints = () => context.observations.filter(({ kind }) => kind === 'token').length;

describe('getting a token (reference 1.2)', () => {
  it('asks once for any number of calls, and keeps the API domain that the answer names', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => context.zoho.org()));
    expect(new Set(kindsOf(results))).toEqual(new Set(['ok']));
    expect(mints()).toBe(1);
    expect(await context.tokenStore.read()).toMatchObject({ apiDomain: context.url });
  });

  it('asks once for all replicas', async () => {
    const replicas = Array.from({ length: 5 }, () => context.client());
    expect(new Set(kindsOf(await Promise.all(replicas.map((zoho) => zoho.org()))))).toEqual(new Set(['ok']));
    expect(mints()).toBe(1);
  });

  it('sends no token to an API domain that is not allowed', async () => {
    const zoho = context.client({ allowedApiDomains: [], tokenStore: createMemoryTokenStore() });
    expect(await zoho.org()).toMatchObject({
      kind: 'rejected',
      code: 'CRM_API_DOMAIN_FORBIDDEN',
      concerns: 'connection',
    });
    expect(await context.callKinds()).not.toContain('org');
  });
});

describe('refusals of the token endpoint (reference 1.3: by the body, with HTTP 200)', () => {
  it.each([
    ['refreshToken', 'CRM_GRANT_REVOKED'],
    ['clientId', 'CRM_CLIENT_INVALID'],
    ['clientSecret', 'CRM_CLIENT_INVALID'],
  ] as const)('a wrong %s stops the connection with %s', async (name, code) => {
    const zoho = context.client({ [name]: 'wrong', tokenStore: createMemoryTokenStore() });
    expect(await zoho.org()).toMatchObject({ kind: 'rejected', code, concerns: 'connection' });
    expect(await zoho.org()).toMatchObject({ kind: 'rejected', code });
    expect(mints()).toBe(1);
  });

  it('tells every record of a batch that the grant was revoked', async () => {
    await context.zoho.org();
    await revoke(context, context.credentials.refreshToken);
    const outcomes = await context.zoho.upsert('Leads', { records: [{}, {}], identityField: 'X', trigger: [] });
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 'CRM_GRANT_REVOKED' },
      { kind: 'rejected', code: 'CRM_GRANT_REVOKED' },
    ]);
  });
});

describe('a token that the API refuses (reference 1.4, 6: INVALID_TOKEN)', () => {
  it('is replaced once after it expired, and the call made once more', async () => {
    await context.zoho.org();
    await context.act('clock', { advanceMs: 61 * MINUTE });
    expect(await context.zoho.org()).toMatchObject({ kind: 'ok' });
    expect(mints()).toBe(2);
    expect(context.observations.map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'succeeded',
      'token_refused',
      'succeeded',
      'succeeded',
    ]);
  });

  it('is replaced once when it is revoked in the middle of many calls', async () => {
    await context.zoho.org();
    await context.act('faults', { kind: 'org', effect: 'revoke_token', count: 1 });
    const results = await Promise.all(Array.from({ length: 15 }, () => context.zoho.org()));
    expect(new Set(kindsOf(results))).toEqual(new Set(['ok']));
    expect(mints()).toBe(2);
  });

  it('does not write twice: the refused try wrote nothing', async () => {
    await context.zoho.org();
    await context.act('faults', { kind: 'records.insert', effect: 'revoke_token', count: 1 });
    const outcomes = await context.zoho.insert('Leads', { records: [{ Last_Name: 'Kaya' }], trigger: [] });
    expect(kindsOf(outcomes)).toEqual(['succeeded']);
    expect(await context.records('Leads')).toHaveLength(1);
  });
});

describe('before it expires', () => {
  it('the next token is fetched in the last minutes, so that no call is refused', async () => {
    let now = Date.now();
    const zoho = context.client({ clock: () => now, random: () => 0.5, tokenStore: createMemoryTokenStore() });
    await zoho.org();
    now += 57 * MINUTE + 1_000;
    await context.act('clock', { now });
    await zoho.org();
    expect(context.observations.map(({ outcome }) => outcome)).not.toContain('token_refused');
    expect(mints()).toBe(2);
  });
});

describe('ten tokens in ten minutes (reference 1.4)', () => {
  it('are never exceeded: the eleventh is throttled here, with the time, and not asked for', async () => {
    await context.act('faults', { kind: 'org', effect: 'revoke_token' });
    const start = Date.now();
    for (let call = 0; call < 4; call += 1) await context.zoho.org();
    for (let call = 0; call < 10; call += 1) {
      const result = await context.zoho.org();
      if (result.kind === 'throttled') {
        expect(result.cause).toBe('tokens');
        expect(result.until).toBeGreaterThanOrEqual(start + 10 * MINUTE);
      }
    }
    expect(mints()).toBe(10);
    expect(await context.zoho.org()).toMatchObject({ kind: 'throttled' });
  });

  it.each([400, 200] as const)('a lock-out made by others is waited out, HTTP %d (reference 1.3)', async (status) => {
    await context.act('settings', { accessDeniedStatus: status });
    let now = Date.now();
    const clock = () => now;
    for (let other = 0; other < 10; other += 1) {
      await context.client({ clock, tokenStore: createMemoryTokenStore() }).org();
    }
    const zoho = context.client({ clock, random: () => 0, tokenStore: createMemoryTokenStore() });
    expect(await zoho.org()).toMatchObject({ kind: 'throttled', cause: 'tokens', until: now + 10 * MINUTE });
    expect(mints()).toBe(11);
    now += 9 * MINUTE;
    expect(await zoho.org()).toMatchObject({ kind: 'throttled' });
    expect(mints()).toBe(11);
    // The CRM's window began some milliseconds after our clock, which stands still here.
    now += 2 * MINUTE;
    await context.act('clock', { now });
    expect(await zoho.org()).toMatchObject({ kind: 'ok' });
  });
});

describe('a scope that is missing (reference 6)', () => {
  it('is told as such and no reason for a fresh token', async () => {
    await using narrow = await zohoContext({ scopes: ['ZohoCRM.org.READ'] });
    expect(await narrow.zoho.org()).toMatchObject({ kind: 'ok' });
    expect(await narrow.zoho.getByIds('Leads', { ids: ['5000000000099999'], fields: [] })).toMatchObject({
      kind: 'rejected',
      code: 'CRM_SCOPE_MISSING',
      zohoCode: 'OAUTH_SCOPE_MISMATCH',
      concerns: 'connection',
    });
    expect(narrow.observations.filter(({ kind }) => kind === 'token')).toHaveLength(1);
  });
});

async function revoke({ url }: ZohoContext, token: string): Promise<void> {
  const answer = await fetch(`${url}/oauth/v2/token/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });
  expect(await answer.json()).toEqual({ status: 'success' });
}
