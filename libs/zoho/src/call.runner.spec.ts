import { Writable } from 'node:stream';
import { pino } from 'pino';
import { classifyWrite } from './answer/answer.classify.ts';
import type { CallObservation } from './call.observer.ts';
import { OPEN_GATE, type CallGate } from './limits/call.gate.ts';
import { createReporter, createRunner } from './call.runner.ts';
import type { Call } from './call.types.ts';
import { rejected } from './failure.make.ts';
import type { Exchange } from './http/exchange.types.ts';
import { accepted, answer, refused } from './testing/answers.ts';
import { scriptedTransport } from './testing/scripted.transport.ts';
import type { TokenSource } from './token/token.types.ts';

const call: Call = { kind: 'upsert', method: 'POST', path: '/Leads/upsert', body: { data: [{ a: 1 }] }, records: 1 };
const done = answer(200, { data: [accepted('11')] }, { 'x-api-credits-remaining': '4711' });
const grant = (accessToken: string) => ({ kind: 'grant', accessToken, apiDomain: 'https://api.example' }) as const;

interface Given {
  tokens?: Partial<TokenSource>;
  onCall?: () => void;
  gate?: CallGate;
  startWithinMs?: number;
}

function runner(script: readonly Exchange[], options: Given = {}) {
  const transport = scriptedTransport(...script);
  const seen: CallObservation[] = [];
  const lines: string[] = [];
  const stream = new Writable({ write: (chunk, _encoding, next) => next(void lines.push(String(chunk))) });
  const renewed: string[] = [];
  let now = 0;
  const run = createRunner({
    gate: options.gate ?? OPEN_GATE,
    ...(options.startWithinMs === undefined ? {} : { startWithinMs: options.startWithinMs }),
    lane: 'live',
    transport,
    tokens: {
      current: () => Promise.resolve(grant('t1')),
      renew: (token) => Promise.resolve(grant(`after ${renewed.push(token)}`)),
      ...options.tokens,
    },
    clock: () => (now += 5),
    report: createReporter({
      onCall: (observation) => {
        seen.push(observation);
        options.onCall?.();
      },
      logger: pino(stream),
    }),
  });
  const write = () => run(call, (reply) => classifyWrite(reply, { wrapper: 'data', count: 1 }));
  return { write, seen, lines, renewed, requests: transport.requests };
}

it('sends the documented header to the API domain of the token, and reports the call', async () => {
  const { write, requests, seen } = runner([done]);
  expect(await write()).toMatchObject([{ kind: 'succeeded', recordId: '11' }]);
  expect(requests).toEqual([
    {
      origin: 'https://api.example',
      method: 'POST',
      path: '/crm/v8/Leads/upsert',
      headers: { authorization: 'Zoho-oauthtoken t1', accept: 'application/json', 'content-type': 'application/json' },
      body: '{"data":[{"a":1}]}',
    },
  ]);
  expect(seen).toEqual([
    {
      kind: 'upsert',
      lane: 'live',
      method: 'POST',
      path: '/crm/v8/Leads/upsert',
      status: 200,
      ms: 10,
      records: 1,
      credits: 1,
      creditsRemaining: 4711,
      outcome: 'succeeded',
    },
  ]);
});

it('replaces a refused token once and makes the call once more', async () => {
  const { write, requests, renewed, seen } = runner([answer(401, refused('INVALID_TOKEN')), done]);
  expect(await write()).toMatchObject([{ kind: 'succeeded' }]);
  expect(renewed).toEqual(['t1']);
  expect(requests.map(({ headers }) => headers['authorization'])).toEqual([
    'Zoho-oauthtoken t1',
    'Zoho-oauthtoken after 1',
  ]);
  expect(seen.map(({ outcome, credits }) => [outcome, credits])).toEqual([
    ['token_refused', 0],
    ['succeeded', 1],
  ]);
});

it('does not try a third time', async () => {
  const { write, requests } = runner([answer(401, refused('INVALID_TOKEN'))]);
  expect(await write()).toMatchObject([{ kind: 'unavailable', reason: 'INVALID_TOKEN' }]);
  expect(requests).toHaveLength(2);
});

it.each([
  ['a missing scope', answer(401, refused('OAUTH_SCOPE_MISMATCH'))],
  ['throttling', answer(429, undefined)],
  ['a server error', answer(500, undefined)],
  ['a lost answer', { kind: 'lost', reason: 'TIMEOUT' } as const],
  ['no connection', { kind: 'not_sent', reason: 'ECONNREFUSED' } as const],
])('repeats nothing after %s', async (_name, exchange) => {
  const { write, requests, renewed } = runner([exchange, done]);
  await write();
  expect(requests).toHaveLength(1);
  expect(renewed).toEqual([]);
});

it('makes no call without a token, and tells every record why', async () => {
  const failure = rejected('invalid_code', { code: 'CRM_GRANT_REVOKED', concerns: 'connection' });
  const { write, requests, seen } = runner([done], { tokens: { current: () => Promise.resolve(failure) } });
  expect(await write()).toEqual([failure]);
  expect(requests).toEqual([]);
  expect(seen).toEqual([]);
});

it('tells why when the token could not be replaced', async () => {
  const failure = rejected('invalid_code', { code: 'CRM_GRANT_REVOKED', concerns: 'connection' });
  const tokens = { renew: () => Promise.resolve(failure) };
  const { write, requests } = runner([answer(401, refused('INVALID_TOKEN')), done], { tokens });
  expect(await write()).toEqual([failure]);
  expect(requests).toHaveLength(1);
});

it('logs an unreadable answer with its code and a sample without values, once', async () => {
  const { write, lines } = runner([answer(200, { data: [{ Last_Name: 'Kaya' }] })]);
  expect(await write()).toMatchObject([{ kind: 'unknown', code: 'CRM_ANSWER_UNREADABLE' }]);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'CRM_ANSWER_UNREADABLE', kind: 'upsert', status: 200 });
  expect(lines.join('')).not.toContain('Kaya');
});

it('does not lose an outcome to an observer that throws', async () => {
  const { write, lines } = runner([done], {
    onCall: () => {
      throw new Error('broken observer');
    },
  });
  expect(await write()).toMatchObject([{ kind: 'succeeded' }]);
  expect(lines.join('')).toContain('broken observer');
});

it('counts no credits for what never left or was throttled, and says when a Retry-After ends', async () => {
  const { write, seen } = runner([
    { kind: 'not_sent', reason: 'ECONNREFUSED' },
    answer(429, undefined, { 'retry-after': '2' }),
  ]);
  await write();
  expect(await write()).toMatchObject([{ kind: 'throttled', until: expect.any(Number) as number }]);
  expect(seen.map(({ credits, outcome }) => [credits, outcome])).toEqual([
    [0, 'unavailable'],
    [0, 'throttled'],
  ]);
});

it('calls a batch with several classes mixed', async () => {
  const transport = scriptedTransport(answer(207, { data: [accepted('11'), refused('INVALID_DATA')] }));
  const seen: CallObservation[] = [];
  const run = createRunner({
    gate: OPEN_GATE,
    lane: 'live',
    transport,
    tokens: { current: () => Promise.resolve(grant('t')), renew: () => Promise.resolve(grant('t')) },
    clock: () => 0,
    report: createReporter({ onCall: (each) => seen.push(each), logger: pino({ level: 'silent' }) }),
  });
  await run({ ...call, records: 2 }, (reply) => classifyWrite(reply, { wrapper: 'data', count: 2 }));
  expect(seen).toMatchObject([{ outcome: 'mixed', records: 2 }]);
});

it('regression: a call that was held up on its way out does not leave any more, and gives its place back', async () => {
  const left: unknown[] = [];
  const slow: CallGate = {
    enter: async () => {
      const from = performance.now();
      while (performance.now() - from < 5) await new Promise((resolve) => void setImmediate(resolve));
      return {
        kind: 'pass',
        leave: (end) => {
          left.push(end);
          return Promise.resolve(null);
        },
      };
    },
  };
  const { write, requests } = runner([done], { gate: slow, startWithinMs: 4 });
  expect(await write()).toMatchObject([{ kind: 'unavailable', reason: 'HELD_UP' }]);
  expect(requests).toEqual([]);
  expect(left).toEqual([{ status: null, credits: 0, creditsRemaining: null }]);
});
