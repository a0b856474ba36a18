import fc from 'fast-check';
import type { Json } from '#contracts';
import { allowedApiOrigins } from '../data-centre.ts';
import { answer } from '../testing/answers.ts';
import { classifyTokenAnswer } from './token.answer.ts';

const allowed = allowedApiOrigins('https://accounts.zoho.eu', ['http://127.0.0.1:4010']);
const issued = {
  access_token: '1000.x.y',
  api_domain: 'https://www.zohoapis.eu',
  token_type: 'Bearer',
  expires_in: 3600,
};
const read = (status: number, body: Json | string | undefined) => classifyTokenAnswer(answer(status, body), allowed);

describe('a token that was issued', () => {
  it('is taken with its API domain and its life in milliseconds (reference 1.2)', () => {
    const expected = { kind: 'issued', accessToken: '1000.x.y', apiDomain: 'https://www.zohoapis.eu', life: 3_600_000 };
    expect(read(200, issued)).toEqual(expected);
    expect(read(200, { ...issued, scope: 'ZohoCRM.modules.ALL', api_domain: 'https://www.zohoapis.eu/' })).toEqual(
      expected,
    );
  });

  it('has its life in milliseconds already where the old key stands beside it', () => {
    expect(read(200, { ...issued, expires_in: 3_600_000, expires_in_sec: 3600 })).toMatchObject({ life: 3_600_000 });
  });

  it.each([
    'https://www.zohoapis.eu',
    'https://sandbox.zohoapis.eu',
    'https://developer.zohoapis.eu',
    'http://127.0.0.1:4010',
  ])('may name %s', (domain) => {
    expect(read(200, { ...issued, api_domain: domain })).toMatchObject({ kind: 'issued', apiDomain: domain });
  });

  it.each([
    'https://www.zohoapis.com',
    'http://www.zohoapis.eu',
    'https://www.zohoapis.eu.evil.example',
    'https://evil.example/www.zohoapis.eu',
    'https://www.zohoapis.eu@evil.example',
    'not a url',
    '',
  ])('is refused when it names another host: %s', (domain) => {
    expect(read(200, { ...issued, api_domain: domain })).toMatchObject({
      kind: 'not_issued',
      failure: { kind: 'rejected', code: 'CRM_API_DOMAIN_FORBIDDEN', concerns: 'connection' },
    });
  });
});

describe('a token that was not issued (reference 1.3)', () => {
  it.each([
    [200, 'invalid_code', 'CRM_GRANT_REVOKED'],
    [400, 'invalid_code', 'CRM_GRANT_REVOKED'],
    [200, 'invalid_client', 'CRM_CLIENT_INVALID'],
    [200, 'invalid_client_secret', 'CRM_CLIENT_INVALID'],
  ])('HTTP %d %s is %s, for the whole connection', (status, error, code) => {
    expect(read(status, { error })).toMatchObject({ failure: { kind: 'rejected', code, concerns: 'connection' } });
  });

  it.each([400, 200, 429])('the lock-out is recognised by its body, HTTP %d', (status) => {
    const body = {
      error_description: 'You have made too many requests continuously.',
      error: 'Access Denied',
      status: 'failure',
    };
    expect(read(status, body)).toMatchObject({ failure: { kind: 'throttled', cause: 'tokens' }, counted: true });
  });

  it.each([
    [200, { error: 'general_error' }],
    [200, '<html>'],
    [200, undefined],
    [200, { access_token: '1000.x.y' }],
    [200, { ...issued, expires_in: -1 }],
    [503, '<html>'],
    [500, issued],
  ] as [number, Json | string | undefined][])('HTTP %d %j is unavailable', (status, body) => {
    expect(read(status, body)).toMatchObject({ kind: 'not_issued', failure: { kind: 'unavailable' }, counted: true });
  });

  it('counts as a try unless it never left', () => {
    expect(classifyTokenAnswer({ kind: 'not_sent', reason: 'ECONNREFUSED' }, allowed)).toMatchObject({
      counted: false,
    });
    expect(classifyTokenAnswer({ kind: 'lost', reason: 'TIMEOUT' }, allowed)).toMatchObject({
      counted: true,
      failure: { kind: 'unavailable' },
    });
  });

  it('is never issued at any cut of the answer', () => {
    const whole = Buffer.from(JSON.stringify(issued));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(classifyTokenAnswer(answer(200, whole.subarray(0, length)), allowed).kind).toBe('not_issued');
      }),
    );
  });

  it('keeps nothing of the answer in its reason', () => {
    expect(JSON.stringify(read(200, { error: 'secret text', error_description: 'secret text' }))).not.toContain(
      'secret',
    );
  });
});
