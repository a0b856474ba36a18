import { items, SimSession } from '../../testing/sim.session.ts';
import { criteriaOf, parseCriteria } from './search.criteria.ts';

describe('search', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const search = (query: Record<string, string>, module = 'Leads') =>
    sim.api('GET', `/${module}/search?${new URLSearchParams(query).toString()}`);
  const names = async (query: Record<string, string>): Promise<unknown[]> => {
    const reply = await search(query);
    return reply.status === 204 ? [] : items(reply).map((item) => item['Last_Name']);
  };
  const later = () => sim.control('POST', 'clock', { advanceMs: 3000 });

  it('knows nothing of a write until it is indexed', async () => {
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'Kaya', Email: 'kaya@example.test' });
    expect((await search({ email: 'kaya@example.test' })).status).toBe(204);
    await later();
    expect(await names({ email: 'Kaya@example.test' })).toEqual(['Kaya']);
    await sim.api('PUT', `/Leads/${id}`, { body: { data: [{ Email: 'new@example.test' }] } });
    await sim.api('PUT', `/Leads/${id}`, { body: { data: [{ Email: 'newer@example.test' }] } });
    expect(await names({ email: 'kaya@example.test' })).toEqual(['Kaya']);
    expect(await names({ email: 'newer@example.test' })).toEqual([]);
    await later();
    expect(await names({ email: 'kaya@example.test' })).toEqual([]);
    expect(await names({ email: 'newer@example.test' })).toEqual(['Kaya']);
    await sim.api('DELETE', `/Leads/${id}`);
    expect(await names({ email: 'newer@example.test' })).toEqual([]);
  });

  it('has no delay when that is switched off', async () => {
    await sim.control('POST', 'settings', { searchDelayMs: 0 });
    await sim.insert('Leads', { Last_Name: 'Kaya' });
    expect(await names({ word: 'kay' })).toEqual(['Kaya']);
  });

  const PEOPLE = [
    { Last_Name: 'Kaya', City: 'Oslo', Phone: '+49 (30) 1234', Annual_Revenue: 100, Lead_Status: 'Contacted' },
    { Last_Name: 'Kayaman', City: 'Osnabrück', Annual_Revenue: 200, Email_Opt_Out: true },
    { Last_Name: 'Ruiz (Sr.)', City: 'Rom', Annual_Revenue: 300 },
  ];

  it.each([
    ['equals contains', '(Last_Name:equals:kaya)', ['Kaya', 'Kayaman']],
    ['and', '((Last_Name:equals:Kaya)and(City:starts_with:Osl))', ['Kaya']],
    ['or', '((City:equals:Rom)or(City:equals:Oslo))', ['Kaya', 'Ruiz (Sr.)']],
    ['in', '(City:in:Rom,Oslo)', ['Kaya', 'Ruiz (Sr.)']],
    ['escapes', String.raw`(Last_Name:equals:Ruiz \(Sr.\))`, ['Ruiz (Sr.)']],
    ['not equal', '(Last_Name:not_equal:Kaya)', ['Kayaman', 'Ruiz (Sr.)']],
    ['numbers', '(Annual_Revenue:greater_equal:200)', ['Kayaman', 'Ruiz (Sr.)']],
    ['between', '(Annual_Revenue:between:50,250)', ['Kaya', 'Kayaman']],
    ['picklists exactly', '(Lead_Status:equals:Contacted)', ['Kaya']],
    ['booleans', '(Email_Opt_Out:equals:true)', ['Kayaman']],
  ])('finds by criteria: %s', async (_name, criteria, expected) => {
    await sim.insert('Leads', ...PEOPLE);
    await later();
    expect(await names({ criteria })).toEqual(expected);
    const counted = await sim.api('GET', `/Leads/actions/count?${new URLSearchParams({ criteria }).toString()}`);
    expect(counted.body).toEqual({ count: String(expected.length) });
  });

  it('prefers criteria to email, email to phone, phone to word', async () => {
    await sim.insert('Leads', ...PEOPLE);
    await later();
    expect(await names({ phone: '4930', word: 'Rom' })).toEqual(['Kaya']);
    expect(await names({ criteria: '(City:equals:Rom)', phone: '4930' })).toEqual(['Ruiz (Sr.)']);
    expect(await names({ email: 'nobody@example.test', phone: '4930' })).toEqual([]);
  });

  it.each([
    [{}, 'MANDATORY_NOT_FOUND'],
    [{ word: 'a' }, 'INVALID_DATA'],
    [{ word: 'a;b' }, 'INVALID_DATA'],
    [{ criteria: 'Last_Name:equals:x' }, 'INVALID_QUERY'],
    [{ criteria: '(Last_Name:equals:x' }, 'INVALID_QUERY'],
    [{ criteria: '(Nope:equals:x)' }, 'INVALID_QUERY'],
    [{ criteria: '(Email_Opt_Out:starts_with:x)' }, 'INVALID_QUERY'],
    [{ criteria: '(Annual_Revenue:equals:much)' }, 'INVALID_QUERY'],
    [{ word: 'ab', page: '11' }, 'LIMIT_REACHED'],
  ])('refuses %j with %s', async (query, code) => {
    const reply = await search(query);
    expect([reply.status, reply.body?.['code']]).toEqual([400, code]);
  });

  it('wants a scope of its own and takes no more than ten criteria', async () => {
    const many = Array.from({ length: 11 }, () => '(City:equals:x)').join('or');
    expect((await search({ criteria: `(${many})` })).body?.['code']).toBe('LIMIT_EXCEEDED');
    expect(criteriaOf(parseCriteria('((A:equals:1)and((B:equals:2)or(C:in:3,4)))')).map((one) => one.values)).toEqual([
      ['1'],
      ['2'],
      ['3', '4'],
    ]);
    await sim.close();
    sim = await SimSession.start({ scopes: ['ZohoCRM.modules.ALL'] });
    expect((await search({ word: 'ab' })).body?.['code']).toBe('OAUTH_SCOPE_MISMATCH');
    await sim.close();
    sim = await SimSession.start();
  });
});
