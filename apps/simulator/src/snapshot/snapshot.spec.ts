import { items, SimSession } from '../testing/sim.session.ts';

describe('snapshots', () => {
  let sim: SimSession;
  beforeAll(async () => {
    sim = await SimSession.start();
  });
  beforeEach(() => sim.reset());
  afterAll(() => sim.close());

  const leads = async (query = ''): Promise<unknown[]> =>
    items(await sim.control('GET', `records?module=Leads${query}`), 'records');
  const credits = async () => (await sim.control('GET', 'state')).body?.['credits'];

  /** Something of everything that a snapshot holds. */
  const fill = async (): Promise<void> => {
    await sim.uniqueField('Leads', 'Order Key');
    const [, b = ''] = await sim.insert(
      'Leads',
      { Last_Name: 'A', Order_Key: 'k-1' },
      { Last_Name: 'B' },
      { Last_Name: 'C' },
    );
    await sim.api('DELETE', `/Leads/${b}`);
    await sim.control('POST', 'edit', {
      module: 'Leads',
      match: { Last_Name: 'C' },
      fields: { Lead_Status: 'Boiling' },
    });
    await sim.control('POST', 'limits', { credits: 100 });
  };

  it('goes back to records, bin, fields, picklist values, limits and credits, and on with new ids', async () => {
    await fill();
    const before = [await leads(), await leads('&deleted=true'), await credits()];
    expect((await sim.control('POST', 'snapshots', { name: 'one' })).body).toEqual({ snapshots: ['one'] });
    const [later = ''] = await sim.insert('Leads', { Last_Name: 'D', Order_Key: 'k-2' });
    await sim.control('POST', 'delete', { module: 'Leads', match: { Last_Name: 'A' } });
    expect((await sim.control('POST', 'snapshots/restore', { name: 'one' })).body).toEqual({ restored: true });
    expect([await leads(), await leads('&deleted=true'), await credits()]).toEqual(before);
    const upsert = await sim.api('POST', '/Leads/upsert', { body: { data: [{ Last_Name: 'A2', Order_Key: 'K-1' }] } });
    expect(items(upsert)[0]).toMatchObject({ action: 'update' });
    const [next = ''] = await sim.insert('Leads', { Last_Name: 'E' });
    expect(next > later).toBe(true);
  });

  it('is not changed by what happens later, and can be gone back to twice', async () => {
    await fill();
    await sim.control('POST', 'snapshots', { name: 'two' });
    const before = await leads();
    for (let time = 0; time < 2; time += 1) {
      await sim.control('POST', 'edit', { module: 'Leads', match: { Last_Name: 'A' }, fields: { Phone: '1' } });
      await sim.control('POST', 'snapshots/restore', { name: 'two' });
      expect(await leads()).toEqual(before);
    }
  });

  it('can be carried to another simulator', async () => {
    await fill();
    const snapshot = (await sim.control('GET', 'snapshot')).body;
    const other = await SimSession.start();
    try {
      await other.control('POST', 'snapshots/restore', { snapshot });
      expect(items(await other.control('GET', 'records?module=Leads'), 'records')).toEqual(await leads());
      expect((await other.api('GET', '/org')).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  it('says what it does not have', async () => {
    expect((await sim.control('POST', 'snapshots/restore', { name: 'nope' })).status).toBe(404);
    expect((await sim.control('POST', 'snapshots/restore', { snapshot: {} })).status).toBe(400);
  });
});
