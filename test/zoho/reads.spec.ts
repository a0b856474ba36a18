import type { ZohoRecord } from '#zoho';
import { IDENTITY, idsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
  await context.identityField('Leads');
});
afterEach(() => context[Symbol.asyncDispose]());

async function make(...ids: string[]): Promise<string[]> {
  const records = ids.map((id) => ({ [IDENTITY]: id, Last_Name: 'Kaya', City: `city of ${id}` }));
  return idsOf(await context.zoho.upsert('Leads', { records, identityField: IDENTITY, trigger: [] }));
}

describe('by id (reference 2.4, 2.5)', () => {
  it('reads many at once, right after they were written; deleted and unknown ones are missing', async () => {
    const [a = '', b = ''] = await make('u1', 'u2');
    await context.zoho.remove('Leads', { ids: [b] });
    const result = await context.zoho.getByIds('Leads', { ids: [a, b, '5000000000099999'], fields: ['City'] });
    expect(result).toEqual({ kind: 'ok', records: [{ id: a, City: 'city of u1' }] });
  });

  it('is empty for 204', async () => {
    const result = await context.zoho.getByIds('Leads', { ids: ['5000000000099999'], fields: ['City'] });
    expect(result).toEqual({ kind: 'ok', records: [] });
  });

  it('may be an external id, for reading and for updating (reference 2.9)', async () => {
    const field = { label: 'Ext Id', dataType: 'text', unique: true, external: true };
    await context.zoho.createFields('Leads', { fields: [field] });
    const made = [{ Ext_Id: 'x1', Last_Name: 'Kaya', City: 'Izmir' }];
    await context.zoho.insert('Leads', { records: made, trigger: [] });
    const named = { id: 'x1', externalField: 'Ext_Id', fields: ['City', 'Phone'] };
    expect(await context.zoho.getById('Leads', named)).toMatchObject({ kind: 'ok', record: { City: 'Izmir' } });
    expect(await context.zoho.getById('Leads', { ...named, id: 'nobody' })).toEqual({ kind: 'ok', record: null });
    const records = [
      { Ext_Id: 'x1', Phone: '5' },
      { Ext_Id: 'nobody', Phone: '6' },
    ];
    const outcomes = await context.zoho.updateByExternalId('Leads', { field: 'Ext_Id', records, trigger: [] });
    expect(outcomes).toMatchObject([{ kind: 'succeeded' }, { kind: 'rejected', zohoCode: 'INVALID_DATA' }]);
    expect(await context.zoho.getById('Leads', named)).toMatchObject({ record: { Phone: '5' } });
  });

  it('reads 100 at once', async () => {
    const ids = await make(...Array.from({ length: 100 }, (_, index) => `u${index}`));
    const result = await context.zoho.getByIds('Leads', { ids, fields: [IDENTITY] });
    expect(result.kind === 'ok' && result.records.map(({ id }) => id).sort()).toEqual(ids.toSorted());
  });

  it('is rejected for more than 100 ids and more than 50 fields, by the CRM', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => `50000000000${10_000 + index}`);
    expect(await context.zoho.getByIds('Leads', { ids, fields: [] })).toMatchObject({ kind: 'rejected' });
    const fields = Array.from({ length: 51 }, (_, index) => `F${index}`);
    expect(await context.zoho.getByIds('Leads', { ids: ['1'], fields })).toMatchObject({ kind: 'rejected' });
  });

  it('reads one whole, null for none', async () => {
    const [id = ''] = await make('u1');
    const read = await context.zoho.getById('Leads', { id });
    expect(read).toMatchObject({ kind: 'ok', record: { id, [IDENTITY]: 'u1', Email: null } });
    expect(await context.zoho.getById('Leads', { id: '5000000000099999' })).toEqual({ kind: 'ok', record: null });
  });
});

describe('COQL (reference 2.8)', () => {
  it('finds by identity what was written just before', async () => {
    const [a, b] = await make('u1', 'u2', 'u3');
    const found = await context.zoho.findByField('Leads', {
      field: IDENTITY,
      values: ['u1', 'u2', 'u9'],
      fields: ['City'],
    });
    expect(found.kind === 'ok' && found.records.map(({ id }) => id).sort()).toEqual(
      [a, b].toSorted((x = '', y = '') => x.localeCompare(y)),
    );
    expect(found).toMatchObject({
      records: expect.arrayContaining([expect.objectContaining({ City: 'city of u1' })]) as [],
    });
  });

  it('finds values with apostrophes, backslashes, quotes and brackets, and nothing else by them', async () => {
    const values = [
      "o'brien",
      "''",
      "' or id is not null or '",
      String.raw`a\b`,
      String.raw`c\'d`,
      '"x"',
      '(1,2)',
      'ü 漢 🙂',
    ];
    const ids = await make(...values);
    for (const [index, value] of values.entries()) {
      const found = await context.zoho.findByField('Leads', { field: IDENTITY, values: [value], fields: [] });
      expect(found.kind === 'ok' && found.records.map(({ id }) => id)).toEqual([ids[index]]);
    }
  });

  it('finds more values than one query takes', async () => {
    const values = Array.from({ length: 120 }, (_, index) => `u${index}`);
    const ids = await make(...values);
    const found = await context.zoho.findByField('Leads', { field: IDENTITY, values, fields: [] });
    expect(found.kind === 'ok' && found.records.map(({ id }) => id).sort()).toEqual(ids.toSorted());
  });

  it('finds nothing, and says so only when that was the answer', async () => {
    const options = { field: IDENTITY, values: ['u1'], fields: [] };
    expect(await context.zoho.findByField('Leads', options)).toEqual({ kind: 'ok', records: [] });
    await context.act('faults', { kind: 'coql', effect: { status: 500 }, count: 1 });
    expect(await context.zoho.findByField('Leads', options)).toMatchObject({ kind: 'unavailable' });
  });

  it('is rejected for a bad query', async () => {
    expect(await context.zoho.coql('select nonsense')).toMatchObject({ kind: 'rejected', zohoCode: 'SYNTAX_ERROR' });
    expect(await context.zoho.coql("select Nope from Leads where Nope = '1'")).toMatchObject({
      kind: 'rejected',
      zohoCode: 'INVALID_QUERY',
    });
  });
});

describe('modified since (reference 2.5)', () => {
  async function all(since: Date, fields: string[] = []): Promise<ZohoRecord[]> {
    const found: ZohoRecord[] = [];
    let next;
    do {
      const page = await context.zoho.listModifiedSince('Leads', { since, fields, ...(next ? { next } : {}) });
      if (page.kind !== 'ok') throw new Error(page.reason);
      found.push(...page.records);
      expect(page.truncated).toBe(false);
      next = page.next;
    } while (next !== null);
    return found;
  }

  it('lists what changed at or after an instant, to the second, oldest first', async () => {
    const [old = ''] = await make('old');
    await context.act('clock', { advanceMs: 60_000 });
    const [first = '', second = ''] = await make('u1', 'u2');
    await context.act('clock', { advanceMs: 60_000 });
    await context.act('edit', { module: 'Leads', id: first, fields: { City: 'Oslo' } });
    const records = await all(new Date(Date.now() + 60_000), ['City']);
    expect(records.map(({ id }) => id)).toEqual([second, first]);
    expect(records[1]).toMatchObject({ City: 'Oslo' });
    expect(records.map(({ id }) => id)).not.toContain(old);
    const modified = records[1]?.['Modified_Time'];
    if (typeof modified !== 'string') throw new Error('no Modified_Time');
    expect((await all(new Date(modified))).map(({ id }) => id)).toContain(first);
  });

  it('is empty where nothing changed (304)', async () => {
    await make('u1');
    expect(await all(new Date(Date.now() + 3_600_000))).toEqual([]);
  });

  it('pages beyond 2,000 records by token', async () => {
    for (let batch = 0; batch < 21; batch += 1) {
      await make(...Array.from({ length: 100 }, (_, index) => `b${batch}-${index}`));
    }
    const records = await all(new Date(0), [IDENTITY]);
    expect(records).toHaveLength(2100);
    expect(new Set(records.map(({ id }) => id)).size).toBe(2100);
  });
});
