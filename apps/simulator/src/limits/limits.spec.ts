import { items, SimSession } from '../testing/sim.session.ts';
import { dailyCredits } from './edition.ts';

describe('limits', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  it.each([
    ['Free', 10, 5000],
    ['Standard', 10, 52_500],
    ['Standard', 1000, 100_000],
    ['Enterprise', 100, 150_000],
    ['Ultimate', 10_000, 20_050_000],
  ] as const)('%s with %i users has %i credits', (edition, users, credits) => {
    expect(dailyCredits(edition, users)).toBe(credits);
  });

  const lastCall = async () => items(await sim.control('GET', 'calls'), 'calls').at(-1);

  it('counts credits by the kind of call', async () => {
    const data = Array.from({ length: 21 }, () => ({ Last_Name: 'A' }));
    await sim.api('POST', '/Leads', { body: { data } });
    expect(await lastCall()).toMatchObject({ credits: 3, recordCount: 21, kind: 'records.insert' });
    await sim.api('GET', '/Leads?fields=id');
    expect(await lastCall()).toMatchObject({ credits: 1, kind: 'records.list' });
    await sim.api('GET', '/Leads/deleted');
    expect(await lastCall()).toMatchObject({ credits: 2 });
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    await sim.api('POST', `/Leads/${id}/actions/convert`, { body: { data: [{}] } });
    expect(await lastCall()).toMatchObject({ credits: 5, kind: 'leads.convert' });
  });

  it('answers 429 when the day is used up, and goes on when the window has rolled on', async () => {
    await sim.control('POST', 'limits', { credits: 2 });
    const first = await sim.api('GET', '/org');
    expect(first.headers.get('x-api-credits-remaining')).toBe('1');
    await sim.api('GET', '/org');
    const third = await sim.api('GET', '/org');
    expect([third.status, third.body?.['code'], third.headers.get('retry-after')]).toEqual([
      429,
      'TOO_MANY_REQUESTS',
      null,
    ]);
    expect(await lastCall()).toMatchObject({ status: 429, credits: 0 });
    await sim.control('POST', 'clock', { advanceMs: 24 * 3_600_000 + 60_000 });
    sim.useToken(undefined);
    expect((await sim.api('GET', '/org')).status).toBe(200);
  });

  it('says nothing of credits before half of them are used', async () => {
    expect((await sim.api('GET', '/org')).headers.get('x-api-credits-remaining')).toBeNull();
  });

  it('answers 429 to more calls at once than the edition allows, and to heavy ones earlier', async () => {
    await sim.control('POST', 'settings', { latencyMs: 1000 });
    await sim.control('POST', 'limits', { edition: 'Free' });
    await sim.api('GET', '/org');
    const statuses = async (count: number, call: () => Promise<{ status: number }>) => {
      const replies = await Promise.all(Array.from({ length: count }, call));
      return replies.map((reply) => reply.status).sort((a, b) => a - b);
    };
    expect(await statuses(7, () => sim.api('GET', '/org'))).toEqual([200, 200, 200, 200, 200, 429, 429]);
    await sim.control('POST', 'limits', { edition: 'Ultimate', subConcurrency: 1 });
    const body = { select_query: 'select id from Leads where id is not null' };
    expect(await statuses(2, () => sim.api('POST', '/coql', { body }))).toEqual([204, 429]);
  });
});
