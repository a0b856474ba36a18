import { drawLatency } from '../org/latency.ts';
import { Random } from '../org/random.ts';
import { items, SimSession } from '../testing/sim.session.ts';

describe('faults', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const arm = (rule: object) => sim.control('POST', 'faults', rule);
  const insert = () => sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'A' }] } });
  const leads = async () => items(await sim.control('GET', 'records?module=Leads'), 'records').length;

  it('answers with a status, before or after the write takes effect', async () => {
    await arm({ kind: 'records.insert', count: 1, effect: { status: 500, body: { code: 'INTERNAL_ERROR' } } });
    expect((await insert()).status).toBe(500);
    expect(await leads()).toBe(0);
    await arm({ kind: 'records.insert', count: 1, effect: { status: 503, after: true } });
    expect((await insert()).status).toBe(503);
    expect(await leads()).toBe(1);
    expect((await insert()).status).toBe(201);
  });

  it('drops the answer after the write, or the request before it', async () => {
    await sim.mint();
    await arm({ path: '/crm/v8/Leads', method: 'POST', count: 1, effect: 'drop_answer' });
    await expect(insert()).rejects.toThrow('fetch failed');
    expect(await leads()).toBe(1);
    await arm({ path: '/crm/*/Leads', count: 1, effect: 'cut_request' });
    await expect(insert()).rejects.toThrow('fetch failed');
    expect(await leads()).toBe(1);
    expect(items(await sim.control('GET', 'calls'), 'calls').slice(-2)).toMatchObject([
      { status: 0, fault: expect.any(Number) },
      { status: 0, fault: expect.any(Number) },
    ]);
  });

  it('cuts the answer off at a byte', async () => {
    await arm({ module: 'Leads', count: 1, effect: { cut_answer_at: 10 } });
    await expect(insert()).rejects.toThrow('terminated');
    expect(await leads()).toBe(1);
  });

  it('sends a page instead of JSON, revokes the token, delays', async () => {
    await arm({ kind: 'org', count: 1, effect: 'html' });
    const page = await sim.api('GET', '/org');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=UTF-8']);
    await arm({ kind: 'org', count: 1, effect: 'revoke_token' });
    expect((await sim.api('GET', '/org')).body?.['code']).toBe('INVALID_TOKEN');
    sim.useToken(undefined);
    expect((await sim.api('GET', '/org')).status).toBe(200);
    await arm({ kind: 'org', count: 1, effect: { delayMs: 60 } });
    const started = performance.now();
    await sim.api('GET', '/org');
    expect(performance.now() - started).toBeGreaterThan(55);
  });

  it('meets the token endpoint too, and calls by chance', async () => {
    await arm({ kind: 'oauth.token', count: 1, effect: { status: 502 } });
    const reply = await sim.token({ grant_type: 'refresh_token', refresh_token: sim.simulator.refreshToken });
    expect(reply.status).toBe(502);
    await arm({ kind: 'org', probability: 0.5, effect: { status: 503 } });
    const statuses = new Set<number>();
    for (let count = 0; count < 40; count += 1) statuses.add((await sim.api('GET', '/org')).status);
    expect(statuses).toEqual(new Set([200, 503]));
  });

  it('cuts the request off while its body comes in: nothing takes effect', async () => {
    await sim.mint();
    await arm({ kind: 'records.insert', count: 1, effect: { cut_request_at: 20 } });
    await expect(insert()).rejects.toThrow('fetch failed');
    expect(await leads()).toBe(0);
    expect(items(await sim.control('GET', 'calls'), 'calls').at(-1)).toMatchObject({
      status: 0,
      kind: 'records.insert',
    });
    expect((await insert()).status).toBe(201);
  });

  it('sends half a body in a whole answer, and moves the clock', async () => {
    await arm({ kind: 'records.insert', count: 1, effect: 'half_body' });
    const reply = insert();
    await expect(reply).rejects.toThrow('JSON');
    expect(await leads()).toBe(1);
    await arm({ kind: 'org', count: 1, effect: { moveClockMs: 4_000_000 } });
    expect((await sim.api('GET', '/org')).body?.['code']).toBe('INVALID_TOKEN');
  });

  it('takes a time that is drawn, the same with the same seed', () => {
    const draw = (latency: Parameters<typeof drawLatency>[0]) => {
      const random = new Random(7);
      return Array.from({ length: 2000 }, () => drawLatency(latency, random)).toSorted((a, b) => a - b);
    };
    expect(draw(5)[1999]).toBe(5);
    const even = draw({ minMs: 10, maxMs: 20 });
    expect(even[0]).toBeGreaterThanOrEqual(10);
    expect(even[1999]).toBeLessThan(20);
    const tailed = draw({ medianMs: 100, p99Ms: 1000 });
    expect(tailed[1000]).toBeGreaterThan(80);
    expect(tailed[1000]).toBeLessThan(125);
    expect(tailed[1980]).toBeGreaterThan(600);
    expect(tailed).toEqual(draw({ medianMs: 100, p99Ms: 1000 }));
  });

  it('lists and clears', async () => {
    const armed = await arm({ kind: 'org', effect: 'html' });
    expect(armed.body).toEqual({ fault: { kind: 'org', effect: 'html', id: expect.any(Number), met: 0 } });
    expect((await sim.control('GET', 'faults')).body?.['faults']).toHaveLength(1);
    expect((await sim.control('DELETE', 'faults')).body).toEqual({ faults: [] });
    expect((await arm({ effect: 'nope' })).status).toBe(400);
  });
});
