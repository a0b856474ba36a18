import { idOf, items, SimSession, type Reply } from '../../testing/sim.session.ts';

describe('merging, tags and related lists', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const merge = (id: string, data: unknown): Promise<Reply> =>
    sim.api('POST', `/Contacts/${id}/actions/merge`, { body: { merge: [{ data, master_record_fields: [] }] } });
  const contacts = async (): Promise<[string, string]> => {
    const [a = '', b = ''] = await sim.insert(
      'Contacts',
      { Last_Name: 'A', Phone: '1' },
      { Last_Name: 'B', Email: 'b@example.test' },
    );
    return [a, b];
  };

  it('merges: chosen values win, what hung on the others moves, they are gone', async () => {
    await sim.uniqueField('Contacts', 'Key');
    const [a, b] = await contacts();
    await sim.api('PUT', `/Contacts/${b}`, { body: { data: [{ Key: 'k-1' }] } });
    await sim.api('POST', `/Contacts/${b}/Notes`, { body: { data: [{ Note_Title: 'N' }] } });
    await sim.insert('Deals', { Deal_Name: 'D', Stage: 'Qualification', Contact_Name: { id: b } });
    const done = await merge(a, [{ id: b, _fields: [{ api_name: 'Email' }, { api_name: 'Key' }] }]);
    expect([done.status, items(done, 'merge')[0]]).toMatchObject([201, { code: 'SUCCESS', details: { id: a } }]);
    expect(items(await sim.api('GET', `/Contacts/${a}`))[0]).toMatchObject({
      Last_Name: 'A',
      Phone: '1',
      Email: 'b@example.test',
      Key: 'k-1',
    });
    expect((await sim.api('GET', `/Contacts/${b}`)).status).toBe(204);
    expect(items(await sim.api('GET', `/Contacts/${a}/Notes?fields=Note_Title`))).toHaveLength(1);
    expect(items(await sim.api('GET', `/Contacts/${a}/Deals?fields=Deal_Name`))).toMatchObject([{ Deal_Name: 'D' }]);
  });

  it('locks the records while a merge is under way', async () => {
    await sim.control('POST', 'settings', { mergeDelayMs: 60_000 });
    const [a, b] = await contacts();
    const scheduled = items(await merge(a, [{ id: b }]), 'merge')[0];
    expect(scheduled).toMatchObject({ code: 'SCHEDULED' });
    const job = String(scheduled?.details?.['job_id']);
    const update = () => sim.api('PUT', `/Contacts/${a}`, { body: { data: [{ Phone: '2' }] } });
    expect(items(await update())[0]?.code).toBe('RECORD_LOCKED');
    await sim.control('POST', 'clock', { advanceMs: 60_000 });
    expect(items(await update())[0]?.code).toBe('SUCCESS');
    const shown = await sim.api('GET', `/Contacts/${a}/actions/merge?job_id=${job}`);
    expect(items(shown, 'merge')).toMatchObject([{ job_id: job, status: 'COMPLETED', data: [{ id: b }] }]);
    expect((await sim.api('GET', `/Contacts/${a}/actions/merge?job_id=1`)).status).toBe(204);
  });

  it('refuses what cannot be merged', async () => {
    const [a, b] = await contacts();
    const code = async (data: unknown) => (await merge(a, data)).body?.['code'];
    expect(await code(undefined)).toBe('MANDATORY_NOT_FOUND');
    expect(await code([{ id: '1' }])).toBe('INVALID_DATA');
    expect(await code([{ id: a }])).toBe('DUPLICATE_DATA');
    expect(await code([{ id: b, _fields: [{ api_name: 'Nope' }] }])).toBe('INVALID_DATA');
    expect((await merge('1', [{ id: b }])).body?.['code']).toBe('INVALID_DATA');
  });

  it('lets a person merge', async () => {
    const [a, b] = await contacts();
    const done = await sim.control('POST', 'merge', { module: 'Contacts', id: a, others: [b], user: 'Sam Sales' });
    expect(items(done, 'records')[0]).toMatchObject({ id: a, Modified_By: { name: 'Sam Sales' } });
    expect((await sim.control('POST', 'merge', { module: 'Contacts', id: a, others: [b] })).status).toBe(404);
  });

  it('adds and removes tags', async () => {
    const [a, b] = await contacts();
    const tag = (action: string, body: object) =>
      sim.api('POST', `/Contacts/actions/${action}`, { body: { ids: [a, b], ...body } });
    const both = await tag('add_tags', { tags: [{ name: 'x' }, { name: 'y' }] });
    expect(items(both).map((item) => ((item.details?.['tags'] ?? []) as unknown[]).length)).toEqual([2, 2]);
    await tag('remove_tags', { tags: [{ name: 'x' }] });
    const one = await sim.api('POST', `/Contacts/${a}/actions/add_tags`, { body: { tags: [{ name: 'z' }] } });
    expect(items(one)[0]?.details?.['tags']).toMatchObject([{ name: 'y' }, { name: 'z' }]);
    const written = await tag('add_tags', { tags: [{ name: 'only' }], over_write: true, ids: [a, '1'] });
    expect([written.status, items(written).map((item) => item.code)]).toEqual([207, ['SUCCESS', 'INVALID_DATA']]);
    const [shown] = items(await sim.api('GET', `/Contacts/${a}`));
    expect(shown?.['Tag']).toMatchObject([{ name: 'only', color_code: null }]);
    expect((await tag('add_tags', { tags: [{}] })).body?.['code']).toBe('MANDATORY_NOT_FOUND');
  });

  it('lists what points at a record', async () => {
    const made = await sim.api('POST', '/Accounts', { body: { data: [{ Account_Name: 'Acme' }] } });
    const account = idOf(items(made)[0]);
    await sim.insert('Contacts', { Last_Name: 'A', Account_Name: { id: account } }, { Last_Name: 'B' });
    const listed = await sim.api('GET', `/Accounts/${account}/Contacts?fields=Last_Name`);
    expect(items(listed).map((item) => item['Last_Name'])).toEqual(['A']);
    expect((await sim.api('GET', `/Accounts/${account}/Leads?fields=Last_Name`)).body?.['code']).toBe(
      'INVALID_URL_PATTERN',
    );
  });
});
