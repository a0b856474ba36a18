import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { idOf, items, SimSession, type Item } from '../testing/sim.session.ts';
import { tempFile } from '../testing/temp.file.ts';
import type { SimulatorOptions } from '../simulator.ts';

const MODULES = ['Leads', 'Contacts', 'Accounts', 'Deals', 'Tasks', 'Notes', 'Products', 'Quotes'];
const EXPIRY = '2031-01-01T00:00:00+01:00';

/** What stays after a kill, as callers see it. */
async function view(sim: SimSession): Promise<unknown> {
  const body = async (path: string): Promise<unknown> => (await sim.control('GET', path)).body;
  const lists = MODULES.flatMap((module) => [
    body(`records?module=${module}&converted=both`),
    body(`records?module=${module}&deleted=true`),
    sim.api('GET', `/settings/fields?module=${module}`).then((reply) => reply.body),
  ]);
  const users = (await sim.api('GET', '/users')).body;
  const org = (await sim.api('GET', '/org')).body;
  return { lists: await Promise.all(lists), users, org, notes: await body('notes'), channels: await body('channels') };
}

describe('a simulator with a data file', () => {
  let file: Awaited<ReturnType<typeof tempFile>>;
  let sim: SimSession;
  let token: string;
  const started: SimSession[] = [];

  const start = async (options: SimulatorOptions = {}): Promise<void> => {
    sim = await SimSession.start({ dataFile: file.path, ...options });
    started.push(sim);
  };
  /** The one before is left as it is, without a word of goodbye; its token goes on. */
  const startAgain = async (options: SimulatorOptions = {}): Promise<void> => {
    await start(options);
    sim.useToken(token);
  };
  beforeEach(async () => {
    file = await tempFile('simulator.journal');
    await start();
    token = await sim.mint();
    sim.useToken(token);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.close()));
    await file.remove();
  });

  const upsert = async (data: object): Promise<Item | undefined> => {
    const body = { data: [data], duplicate_check_fields: ['Order_Key'] };
    return items(await sim.api('POST', '/Leads/upsert', { body }))[0];
  };

  /** Something of everything. */
  const live = async (): Promise<Record<'a' | 'b' | 'c', string>> => {
    await sim.uniqueField('Leads', 'Order Key');
    const [a = '', b = '', c = ''] = await sim.insert(
      'Leads',
      { Last_Name: 'A', Email: 'a@example.test', Order_Key: 'k-1', Company: 'Acme' },
      { Last_Name: 'B', Order_Key: 'k-2' },
      { Last_Name: 'C', Order_Key: 'k-3', Description: 'two\nlines, ş' },
    );
    await upsert({ Last_Name: 'A2', Order_Key: 'K-1' });
    await sim.api('POST', `/Leads/${a}/Notes`, { body: { data: [{ Note_Title: 'N', Note_Content: 'C' }] } });
    await sim.control('POST', 'convert', { module: 'Leads', id: a });
    await sim.api('DELETE', `/Leads?ids=${b}`);
    const [, d = ''] = await sim.insert('Leads', { Last_Name: 'E' }, { Last_Name: 'D' });
    await sim.control('POST', 'delete', { module: 'Leads', id: d });
    await sim.control('POST', 'restore', { module: 'Leads', id: d });
    await sim.control('POST', 'edit', {
      module: 'Leads',
      id: c,
      fields: { Lead_Status: 'Boiling', Email: 'c@example.test' },
      user: 'Sam Sales',
    });
    const [product = ''] = await sim.insert('Products', { Product_Name: 'P' });
    await sim.insert('Quotes', { Subject: 'Q', Quoted_Items: [{ Product_Name: { id: product }, Quantity: 2 }] });
    const watch = (id: string, expiry: string): object => ({
      channel_id: id,
      events: ['Leads.all', 'Contacts.edit'],
      notify_url: 'http://127.0.0.1:9/zoho',
      channel_expiry: expiry,
      token: 'secret',
    });
    const channels = [watch('1', EXPIRY), watch('2', EXPIRY)];
    const enabled = await sim.api('POST', '/actions/watch', { body: { watch: channels } });
    expect(enabled.status).toBe(201);
    await sim.api('DELETE', '/actions/watch?channel_ids=2');
    return { a, b, c };
  };

  it('goes on where it was: records, bin, conversions, notes, fields, picklist values, users, channels', async () => {
    await live();
    const before = await view(sim);
    expect(JSON.stringify(before)).toContain('Boiling');
    await startAgain();
    expect(await view(sim)).toEqual(before);
    await startAgain();
    expect(await view(sim)).toEqual(before);
  });

  it('finds by unique values as before: an upsert updates, an insert clashes, converted and deleted ones do not count', async () => {
    const { a, b, c } = await live();
    await startAgain();
    expect(await upsert({ Last_Name: 'C2', Order_Key: 'k-3' })).toMatchObject({ action: 'update', details: { id: c } });
    const clash = await sim.api('POST', '/Leads', { body: { data: [{ Last_Name: 'X', Order_Key: 'K-3' }] } });
    expect(items(clash)[0]?.code).toBe('DUPLICATE_DATA');
    const made = [
      await upsert({ Last_Name: 'A', Order_Key: 'k-1' }),
      await upsert({ Last_Name: 'B', Order_Key: 'k-2' }),
    ];
    expect(made.map((item) => item?.['action'])).toEqual(['insert', 'insert']);
    for (const item of made) expect([a, b, c]).not.toContain(idOf(item));
    await startAgain();
    expect(await upsert({ Last_Name: 'B3', Order_Key: 'k-2' })).toMatchObject({
      action: 'update',
      details: { id: idOf(made[1]) },
    });
  });

  it('never gives an id or a token a second time', async () => {
    const ids = await sim.insert('Leads', { Last_Name: 'A' });
    const tokens = [token, await sim.mint()];
    for (let time = 0; time < 3; time += 1) {
      await startAgain();
      ids.push(...(await sim.insert('Leads', { Last_Name: 'A' })));
      tokens.push(await sim.mint());
    }
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('knows which tokens hold, and which were revoked', async () => {
    const gone = await sim.mint();
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    await sim.raw('POST', '/oauth/v2/token/revoke', { text: `token=${gone}`, ...form });
    await startAgain();
    expect((await sim.api('GET', '/org')).status).toBe(200);
    sim.useToken(gone);
    expect((await sim.api('GET', '/org')).body).toMatchObject({ code: 'INVALID_TOKEN' });
    await sim.raw('POST', '/oauth/v2/token/revoke', { text: `token=${sim.simulator.refreshToken}`, ...form });
    for (let time = 0; time < 2; time += 1) {
      await startAgain();
      expect((await sim.api('GET', '/org')).status).toBe(401);
      expect(await sim.mint()).toBe('undefined');
    }
    await startAgain({ refreshToken: '1000.another' });
    expect(await sim.mint()).toMatch(/^1000\./);
  });

  it('keeps the tokens of a code, and a code that was not redeemed yet', async () => {
    const { clientId } = sim.simulator;
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: 'http://127.0.0.1/back',
      scope: 'ZohoCRM.modules.ALL',
      access_type: 'offline',
    });
    const sent = await sim.raw('GET', `/oauth/v2/auth?${query.toString()}`);
    const code = new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? '';
    await startAgain();
    const grant = { grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1/back' };
    const redeemed = (await sim.token(grant)).body;
    const refreshToken = String(redeemed?.['refresh_token']);
    await startAgain();
    expect((await sim.token(grant)).body).toEqual({ error: 'invalid_code' });
    const minted = await sim.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
    expect(minted.body).toMatchObject({ scope: 'ZohoCRM.modules.ALL' });
  });

  it('keeps the clock, and what expires by it', async () => {
    await live();
    await sim.control('POST', 'clock', { advanceMs: 30 * 60_000 });
    await startAgain();
    const now = Number((await sim.control('GET', 'clock')).body?.['now']);
    expect(Math.abs(now - Date.now() - 30 * 60_000)).toBeLessThan(60_000);
    expect((await sim.api('GET', '/actions/watch')).status).toBe(200);
    await sim.control('POST', 'clock', { now: EXPIRY });
    await startAgain();
    expect((await sim.api('GET', '/org')).body).toMatchObject({ code: 'INVALID_TOKEN' });
    sim.useToken(undefined);
    expect((await sim.api('GET', '/actions/watch')).status).toBe(204);
    expect((await sim.control('GET', 'channels')).body).toMatchObject({
      channels: [{ channel_id: '1', expired: true }],
    });
  });

  it('goes on paging', async () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({ Last_Name: `L${at}` }));
    for (let time = 0; time < 21; time += 1) await sim.insert('Leads', ...rows);
    const last = await sim.api('GET', '/Leads?fields=Last_Name&per_page=200&page=10');
    const info = last.body?.['info'] as { next_page_token: string };
    await startAgain();
    const next = await sim.api('GET', `/Leads?fields=Last_Name&per_page=200&page_token=${info.next_page_token}`);
    expect(items(next)).toHaveLength(100);
  });

  it('leaves out a call whose line was torn off, the whole call, and goes on after it', async () => {
    await sim.insert('Leads', { Last_Name: 'A' });
    const size = statSync(file.path).size;
    const before = await view(sim);
    await sim.insert('Leads', { Last_Name: 'B' }, { Last_Name: 'C' });
    const all = readFileSync(file.path);
    for (const cut of [all.length - 1, all.length - 200, size + 1]) {
      writeFileSync(file.path, all.subarray(0, cut));
      await startAgain();
      expect(await view(sim)).toEqual(before);
    }
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'D' });
    await startAgain();
    expect((await sim.api('GET', `/Leads/${id}`)).status).toBe(200);
  });

  it('writes a batch, conversion or reset as one line, and nothing for reading', async () => {
    const lines = (): number => readFileSync(file.path, 'utf8').split('\n').length;
    const before = lines();
    const rows = Array.from({ length: 100 }, (_, at) => ({ Last_Name: `L${at}`, Email: `l${at}@example.test` }));
    await sim.insert('Leads', ...rows);
    await sim.control('POST', 'convert', { module: 'Leads', match: { Email: 'l1@example.test' } });
    expect(lines()).toBe(before + 2);
    await view(sim);
    expect(lines()).toBe(before + 2);
  });

  it('forgets at a reset what the reset forgets, for good', async () => {
    await live();
    await sim.control('POST', 'reset', { keep: ['fields', 'tokens', 'clock'] });
    const kept = await view(sim);
    await startAgain();
    expect(await view(sim)).toEqual(kept);
    expect((await sim.control('GET', 'records?module=Leads&converted=both')).body).toEqual({ records: [] });
    const [id] = await sim.insert('Leads', { Last_Name: 'A', Order_Key: 'k-1', Lead_Status: 'Boiling' });
    expect(id).toBeDefined();
    await sim.reset();
    token = await sim.mint();
    sim.useToken(token);
    const empty = await view(sim);
    await startAgain();
    expect(await view(sim)).toEqual(empty);
    expect(JSON.stringify(empty)).not.toMatch(/Order_Key|Boiling|Sam Sales/);
  });

  it('shrinks to its present state at a start', async () => {
    await live();
    for (let time = 0; time < 100; time += 1)
      await upsert({ Last_Name: `C${time}`, Order_Key: 'k-3', Description: 'x'.repeat(2000) });
    const grown = statSync(file.path).size;
    const before = await view(sim);
    await startAgain();
    expect(statSync(file.path).size).toBeLessThan(grown - 150_000);
    expect(existsSync(`${file.path}.new`)).toBe(false);
    const compact = readFileSync(file.path, 'utf8');
    await startAgain();
    expect(await view(sim)).toEqual(before);
    expect(readFileSync(file.path, 'utf8')).toBe(compact);
  });

  it('keeps what took effect although a fault ate the answer', async () => {
    await sim.control('POST', 'faults', { kind: 'records.insert', count: 1, effect: 'drop_answer' });
    await expect(sim.insert('Leads', { Last_Name: 'Unheard' })).rejects.toThrow('fetch failed');
    await sim.control('POST', 'faults', { kind: 'org', count: 1, effect: 'revoke_token' });
    expect((await sim.api('GET', '/org')).status).toBe(401);
    await startAgain();
    expect((await sim.api('GET', '/org')).status).toBe(401);
    const records = (await sim.control('GET', 'records?module=Leads')).body?.['records'];
    expect(records).toMatchObject([{ Last_Name: 'Unheard' }]);
  });

  it('does not start from a file that it did not write, and names the line', async () => {
    appendFileSync(file.path, '{"nope":\n');
    await expect(start()).rejects.toThrow(/^line \d+ of .*simulator\.journal is not what a simulator wrote/);
    writeFileSync(file.path, '[{"kind":"head","format":99,"granted":""}]\n');
    await expect(start()).rejects.toThrow('line 1 of');
    writeFileSync(file.path, '[{"kind":"nope"}]\n');
    await expect(start()).rejects.toThrow('unknown kind of change "nope"');
  });

  it('leaves the file to the simulator that has the port', async () => {
    const port = Number(new URL(sim.simulator.url).port);
    await expect(SimSession.start({ dataFile: file.path, port })).rejects.toThrow('EADDRINUSE');
    const [id = ''] = await sim.insert('Leads', { Last_Name: 'A' });
    await startAgain();
    expect((await sim.api('GET', `/Leads/${id}`)).status).toBe(200);
  });
});
