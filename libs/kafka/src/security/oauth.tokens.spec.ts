import { OauthTokens } from './oauth.tokens.ts';

const CLIENT = { url: 'http://issuer/token', clientId: 'id:1', clientSecret: 'ge heim', scope: 'kafka' };

interface Request {
  readonly url: string;
  readonly init: RequestInit;
}

/** An endpoint whose answers are given, one after another, and a clock that is set by hand. */
function world(...answers: (Response | Error)[]) {
  const requests: Request[] = [];
  const clock = { now: 0 };
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    requests.push({ url, init });
    const answer = answers[requests.length - 1] ?? new Error('asked too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const tokens = new OauthTokens(CLIENT, { fetch: fetch as typeof globalThis.fetch, now: () => clock.now });
  return { tokens, requests, clock };
}

const granted = (token: string, life?: number): Response => Response.json({ access_token: token, expires_in: life });

describe('tokens of an endpoint', () => {
  it('asks as RFC 6749 says', async () => {
    const { tokens, requests } = world(granted('t1', 100));
    expect(await tokens.token()).toBe('t1');
    const [request] = requests;
    expect(request?.url).toBe(CLIENT.url);
    expect(request?.init.body).toEqual(new URLSearchParams({ grant_type: 'client_credentials', scope: 'kafka' }));
    const authorization = new Headers(request?.init.headers).get('authorization') ?? '';
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe('id%3A1:ge%20heim');
  });

  it('uses a token for four fifths of its life, and asks once for all who want one', async () => {
    const { tokens, requests, clock } = world(granted('t1', 100), granted('t2', 100));
    await Promise.all([tokens.token(), tokens.token(), tokens.token()]);
    clock.now = 79_999;
    expect(await tokens.token()).toBe('t1');
    expect(requests).toHaveLength(1);
    clock.now = 80_000;
    expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['t2', 't2']);
    expect(requests).toHaveLength(2);
  });

  it('uses a token to its end while no newer one can be had', async () => {
    const { tokens, clock } = world(granted('t1', 100), new Error('away'), new Error('away'));
    await tokens.token();
    clock.now = 90_000;
    expect(await tokens.token()).toBe('t1');
    clock.now = 100_000;
    await expect(tokens.token()).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
  });

  it('takes a life of five minutes for granted where none is told', async () => {
    const { tokens, requests, clock } = world(granted('t1'), granted('t2'));
    await tokens.token();
    clock.now = 239_999;
    await tokens.token();
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Response | Error, string, string]>([
    [
      'a wrong secret',
      Response.json({ error: 'invalid_client' }, { status: 401 }),
      'KAFKA_ACCESS_DENIED',
      '401 invalid_client',
    ],
    [
      'a wrong scope',
      Response.json({ error: 'invalid_scope' }, { status: 400 }),
      'KAFKA_ACCESS_DENIED',
      '400 invalid_scope',
    ],
    ['a wrong address', new Response('nothing here', { status: 404 }), 'KAFKA_ACCESS_DENIED', '404'],
    [
      'an answer that tells too much',
      Response.json({ error: 'ge heim' }, { status: 400 }),
      'KAFKA_ACCESS_DENIED',
      '400',
    ],
    ['an endpoint in trouble', new Response('', { status: 503 }), 'KAFKA_UNREACHABLE', '503'],
    ['an endpoint that is busy', new Response('', { status: 429 }), 'KAFKA_UNREACHABLE', '429'],
    ['no token', Response.json({}), 'KAFKA_UNREACHABLE', 'no access_token'],
    [
      'no endpoint',
      new TypeError('fetch failed', { cause: new Error('connect refused') }),
      'KAFKA_UNREACHABLE',
      'connect refused',
    ],
  ])('%s', async (...given) => {
    const [, answer, code, reason] = given;
    const failure = world(answer).tokens.token();
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(reason);
    await expect(failure).rejects.not.toThrow('ge heim');
  });
});
