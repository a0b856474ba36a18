import fc from 'fast-check';
import { z } from 'zod';
import type { Json } from '#contracts';
import { accepted, answer, refused } from '../testing/answers.ts';
import { classifyBody, classifyRead, classifyWrite, isTokenRefused } from './answer.classify.ts';

const two = { wrapper: 'data', count: 2 } as const;
const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);

describe('a write whose answer is whole', () => {
  it('gives an outcome for each record in input order (201)', () => {
    const outcomes = classifyWrite(answer(201, { data: [accepted('11'), accepted('12')] }), two);
    expect(outcomes).toEqual([
      { kind: 'succeeded', recordId: '11', created: true, modifiedAt: '2026-03-02T10:11:12+01:00' },
      { kind: 'succeeded', recordId: '12', created: true, modifiedAt: '2026-03-02T10:11:12+01:00' },
    ]);
  });

  it('tells an upsert that inserted from one that updated by `action` (reference 2.3)', () => {
    const body = {
      data: [
        accepted('11', { action: 'insert', duplicate_field: null }),
        accepted('12', { action: 'update', duplicate_field: 'Ext', message: 'record updated' }),
      ],
    };
    expect(classifyWrite(answer(200, body), two)).toMatchObject([{ created: true }, { created: false }]);
  });

  it.each([200, 201, 202, 207])('splits a mixed batch by record (HTTP %d)', (status) => {
    const body = { data: [refused('INVALID_DATA', { api_name: 'Email' }), accepted('12')] };
    expect(classifyWrite(answer(status, body), two)).toMatchObject([
      { kind: 'rejected', reason: 'INVALID_DATA', field: 'Email', concerns: 'record' },
      { kind: 'succeeded', recordId: '12' },
    ]);
  });

  it('reads the items of a 400 in which every record failed', () => {
    const body = { data: [refused('MANDATORY_NOT_FOUND', { api_name: 'Last_Name' }), refused('NOT_ALLOWED')] };
    expect(classifyWrite(answer(400, body), two)).toMatchObject([
      { code: 'CRM_MANDATORY_MISSING', field: 'Last_Name', concerns: 'record' },
      { code: 'CRM_REJECTED', zohoCode: 'NOT_ALLOWED' },
    ]);
  });

  it.each([400, 403, 404, 200])('applies a bare refusal to every record (HTTP %d)', (status) => {
    const outcomes = classifyWrite(answer(status, refused('INVALID_MODULE', { resource_path_index: 0 })), two);
    expect(outcomes).toHaveLength(2);
    expect(outcomes[1]).toMatchObject({ kind: 'rejected', zohoCode: 'INVALID_MODULE', concerns: 'call' });
  });

  it('applies a refusal of the whole call that came as the only item of the array', () => {
    const outcomes = classifyWrite(answer(403, { data: [refused('NO_PERMISSION')] }), two);
    expect(outcomes).toMatchObject([{ zohoCode: 'NO_PERMISSION' }, { zohoCode: 'NO_PERMISSION', concerns: 'call' }]);
  });
});

describe('a write whose answer does not say what happened', () => {
  const cases: [string, number, Json | string | undefined][] = [
    ['no body', 200, undefined],
    ['204', 204, undefined],
    ['an HTML page with 200', 200, '<!doctype html><html><title>Zoho</title></html>'],
    ['an HTML page with 404', 404, '<html>gone</html>'],
    ['a redirect', 302, '<html>moved</html>'],
    ['JSON that is no answer', 200, { hello: 'world' }],
    ['fewer items than records', 201, { data: [accepted('11')] }],
    ['more items than records', 201, { data: [accepted('11'), accepted('12'), accepted('13')] }],
    ['one refusal for two records with 207', 207, { data: [refused('INVALID_DATA')] }],
    ['accepted items with 400', 400, { data: [accepted('11'), accepted('12')] }],
    ['another wrapper', 201, { watch: [accepted('11'), accepted('12')] }],
    ['a bare success', 201, accepted('11')],
  ];
  it.each(cases)('is unknown and unreadable: %s', (_name, status, body) => {
    const outcomes = classifyWrite(answer(status, body), two);
    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'unknown', code: 'CRM_ANSWER_UNREADABLE' });
  });

  it.each([500, 502, 503, 504, 408])('is unknown after HTTP %d, whatever the body', (status) => {
    for (const body of [undefined, '<html/>', refused('INTERNAL_ERROR'), { data: [accepted('11'), accepted('12')] }]) {
      expect(kinds(classifyWrite(answer(status, body), two))).toEqual(['unknown', 'unknown']);
    }
  });

  it('is unknown for the one record whose item makes no sense', () => {
    const noId = { ...accepted('12'), details: {} };
    expect(kinds(classifyWrite(answer(201, { data: [accepted('11'), noId] }), two))).toEqual(['succeeded', 'unknown']);
  });

  it('is unknown where an update names another record than the one written to', () => {
    const shape = { ...two, ids: ['11', '12'] };
    const outcomes = classifyWrite(answer(200, { data: [accepted('11'), accepted('99')] }), shape);
    expect(kinds(outcomes)).toEqual(['succeeded', 'unknown']);
  });

  it('is unknown for an id that came as a number: it has lost digits', () => {
    const number = { ...accepted('11'), details: { id: 5000000000099001 } };
    expect(kinds(classifyWrite(answer(201, { data: [number, accepted('12')] }), two))).toEqual([
      'unknown',
      'succeeded',
    ]);
  });
});

describe('what happened before an answer', () => {
  it('is unavailable if the request never left, unknown on a write and unavailable on a read if it did', () => {
    expect(kinds(classifyWrite({ kind: 'not_sent', reason: 'ECONNREFUSED' }, two))).toEqual([
      'unavailable',
      'unavailable',
    ]);
    expect(kinds(classifyWrite({ kind: 'lost', reason: 'UND_ERR_SOCKET' }, two))).toEqual(['unknown', 'unknown']);
    expect(classifyRead({ kind: 'lost', reason: 'TIMEOUT' }, z.unknown())).toMatchObject({ kind: 'unavailable' });
  });

  it('hands a failure of the token on', () => {
    const failure = { kind: 'unavailable', code: 'CRM_UNAVAILABLE', reason: 'TOKEN_STORE' } as const;
    expect(classifyWrite(failure, two)).toEqual([failure, failure]);
  });
});

describe('throttling', () => {
  const bodies: [string, Json | string | undefined][] = [
    ['the SDK table', refused('TOO_MANY_REQUESTS', {}, 'Many requests fired in concurrent than the allowed limit')],
    ['the OAS', refused('RATE_LIMIT_EXCEEDED')],
    ['wrapped', { data: [refused('TOO_MANY_REQUESTS')] }],
    ['a number as code', { code: 429, error: 'TOO_MANY_REQUESTS', error_info: 'past 24 hours', details: [] }],
    ['HTML', '<html>slow down</html>'],
    ['nothing', undefined],
  ];
  it.each(bodies)('is told by the status 429 alone: %s (reference 5.3)', (_name, body) => {
    expect(kinds(classifyWrite(answer(429, body), two))).toEqual(['throttled', 'throttled']);
    expect(classifyRead(answer(429, body), z.unknown())).toMatchObject({ kind: 'throttled', cause: 'calls' });
  });

  it('is not LIMIT_EXCEEDED, which is a limit of size or feature', () => {
    expect(kinds(classifyWrite(answer(400, refused('LIMIT_EXCEEDED')), two))).toEqual(['rejected', 'rejected']);
  });
});

describe('a read', () => {
  const schema = z.object({ data: z.array(z.object({ id: z.string() })) });

  it('is its body, and nothing for 204 and 304', () => {
    expect(classifyRead(answer(200, { data: [{ id: '1' }] }), schema)).toEqual({
      kind: 'ok',
      body: { data: [{ id: '1' }] },
    });
    expect(classifyRead(answer(204, undefined), schema)).toEqual({ kind: 'ok', body: null });
    expect(classifyRead(answer(304, undefined), schema)).toEqual({ kind: 'ok', body: null });
  });

  it.each([
    ['HTML with 200', 200, '<html/>'],
    ['an empty 200', 200, undefined],
    ['another shape', 200, { data: 'nothing' }],
    ['a body that looks right with 500', 500, { data: [{ id: '1' }] }],
  ] as const)('is unavailable: %s', (_name, status, body) => {
    expect(classifyRead(answer(status, body as Json), schema)).toMatchObject({ kind: 'unavailable' });
  });

  it.each(['INVALID_MODULE', 'REQUIRED_PARAM_MISSING'])('is rejected, bare and wrapped: %s', (code) => {
    for (const body of [refused(code), { data: [refused(code)] }]) {
      expect(classifyRead(answer(400, body), schema)).toMatchObject({ kind: 'rejected', zohoCode: code });
    }
  });

  it('of a shape of its own that writes is unknown when it cannot be read', () => {
    expect(classifyBody(answer(200, {}), { schema, effect: 'write' })).toMatchObject({ kind: 'unknown' });
    expect(classifyBody(answer(204, undefined), { schema, effect: 'write' })).toMatchObject({ kind: 'unknown' });
  });
});

describe('a refused token', () => {
  it.each(['INVALID_TOKEN', 'INVALID_OAUTHTOKEN'])('is recognised in both shapes: %s', (code) => {
    expect(isTokenRefused(answer(401, refused(code)))).toBe(true);
    expect(isTokenRefused(answer(401, { data: [refused(code)] }))).toBe(true);
  });

  it('is not a missing scope, which no fresh token cures (reference 6)', () => {
    expect(isTokenRefused(answer(401, refused('OAUTH_SCOPE_MISMATCH')))).toBe(false);
    expect(isTokenRefused(answer(401, '<html/>'))).toBe(false);
    expect(isTokenRefused({ kind: 'lost', reason: 'TIMEOUT' })).toBe(false);
  });

  it('is unavailable when the fresh one is refused too: nothing was written', () => {
    expect(kinds(classifyWrite(answer(401, refused('INVALID_TOKEN')), two))).toEqual(['unavailable', 'unavailable']);
  });
});

describe('never a false success', () => {
  const count = 3;
  const shape = { wrapper: 'data', count } as const;
  const whole = Buffer.from(JSON.stringify({ data: [accepted('11'), accepted('12'), accepted('13')] }));
  const succeeded = (body: Uint8Array, status: number) =>
    classifyWrite(answer(status, body), shape).filter(({ kind }) => kind === 'succeeded');

  it('at any cut of a valid answer', () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(succeeded(whole.subarray(0, length), 201)).toEqual([]);
    }
    expect(succeeded(whole, 201)).toHaveLength(count);
  });

  it('with a piece missing, added or replaced in the middle, unless every item is whole', () => {
    const position = fc.nat(whole.length - 1);
    fc.assert(
      fc.property(position, fc.nat(60), fc.uint8Array({ maxLength: 20 }), (start, length, bytes) => {
        const broken = Buffer.concat([whole.subarray(0, start), bytes, whole.subarray(start + length)]);
        const outcomes = classifyWrite(answer(201, broken), shape);
        expect(outcomes).toHaveLength(count);
        const text = broken.toString();
        for (const outcome of outcomes) {
          if (outcome.kind === 'succeeded') expect(text).toContain(`"id":"${outcome.recordId}"`);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('with any bytes and any status', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 100, max: 599 }), (bytes, status) => {
        expect(succeeded(bytes, status)).toEqual([]);
      }),
    );
  });

  it('with any JSON made of the words of the API: succeeded only what a 2xx item says with its id', () => {
    const word = fc.constantFrom<Json>('SUCCESS', 'success', 'error', 'INVALID_DATA', '11', '', 7, null, true);
    const details = fc.record({ id: word, api_name: word }, { requiredKeys: [] });
    const item = fc.oneof(
      word,
      fc.record({ code: word, status: word, details: fc.oneof(word, details), action: word }, { requiredKeys: [] }),
    );
    const body = fc.oneof(
      fc.record({ data: fc.oneof(word, fc.array(item, { maxLength: 4 })) }),
      item,
      fc.jsonValue() as fc.Arbitrary<Json>,
    );
    fc.assert(
      fc.property(body, fc.constantFrom(200, 201, 202, 204, 207, 400, 401, 403, 404, 429, 500), (value, status) => {
        const outcomes = classifyWrite(answer(status, value), shape);
        expect(outcomes).toHaveLength(count);
        outcomes.forEach((outcome, index) => {
          if (outcome.kind !== 'succeeded') return;
          expect(status).toBeLessThan(300);
          const said = (value as { data: { code: string; status: string; details: { id: string } }[] }).data[index];
          expect(said).toMatchObject({ code: 'SUCCESS', status: 'success', details: { id: outcome.recordId } });
        });
      }),
      { numRuns: 3000 },
    );
  });
});
