import { IDENTITY, idsOf, kindsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
  await context.identityField('Leads');
});
afterEach(() => context[Symbol.asyncDispose]());

const lead = (id: string, rest: object = {}) => ({ [IDENTITY]: id, Last_Name: 'Kaya', Company: 'Example', ...rest });
const upsert = (...records: Record<string, string>[]) =>
  context.zoho.upsert('Leads', { records, identityField: IDENTITY, trigger: [] });

describe('upsert (reference 2.3)', () => {
  it('creates the first time and updates the second, with the same id', async () => {
    const first = await upsert(lead('u1'), lead('u2'));
    expect(first).toMatchObject([
      { kind: 'succeeded', created: true },
      { kind: 'succeeded', created: true },
    ]);
    const second = await upsert(lead('u2', { City: 'Oslo' }), lead('u1'));
    expect(second).toMatchObject([
      { kind: 'succeeded', created: false },
      { kind: 'succeeded', created: false },
    ]);
    expect(idsOf(second)).toEqual(idsOf(first).toReversed());
    expect(await context.records('Leads')).toHaveLength(2);
  });

  it('keeps people who share a mailbox apart: Email is not compared when it is not listed (reference 0.10)', async () => {
    const outcomes = await upsert(
      lead('u1', { Email: 'both@example.test' }),
      lead('u2', { Email: 'both@example.test' }),
    );
    expect(outcomes).toMatchObject([{ created: true }, { created: true }]);
  });

  it('adopts a record that a person made with our value', async () => {
    const made = await context.act('create', { module: 'Leads', fields: lead('u1') });
    const [record] = made['records'] as { id: string }[];
    expect(await upsert(lead('u1', { City: 'Oslo' }))).toMatchObject([{ recordId: record?.id, created: false }]);
  });

  it('answers each record of a mixed batch in its place (reference 0.2: 207)', async () => {
    const outcomes = await upsert(lead('u1'), { [IDENTITY]: 'u2' }, lead('u3', { Email: 'no mail' }), lead('u4'));
    expect(outcomes).toMatchObject([
      { kind: 'succeeded' },
      { kind: 'rejected', code: 'CRM_MANDATORY_MISSING', zohoCode: 'MANDATORY_NOT_FOUND', field: 'Last_Name' },
      { kind: 'rejected', code: 'CRM_VALUE_REFUSED', zohoCode: 'INVALID_DATA', field: 'Email', concerns: 'record' },
      { kind: 'succeeded' },
    ]);
    expect(await context.records('Leads')).toHaveLength(2);
    expect(JSON.stringify(outcomes)).not.toContain('no mail');
    expect(context.observations.at(-1)).toMatchObject({ status: 207, outcome: 'mixed' });
  });

  it('rejects a single bad record out of a 400 with its item (reference 2.1)', async () => {
    expect(await upsert({ [IDENTITY]: 'u1' })).toMatchObject([{ kind: 'rejected', concerns: 'record' }]);
    expect(context.observations.at(-1)).toMatchObject({ status: 400, outcome: 'rejected' });
  });

  it('rejects every record when the module does not exist (reference 6: bare INVALID_MODULE)', async () => {
    const outcomes = await context.zoho.upsert('Nonsense', { records: [{}, {}], identityField: 'X', trigger: [] });
    expect(outcomes).toMatchObject([{ zohoCode: 'INVALID_MODULE', concerns: 'call' }, { zohoCode: 'INVALID_MODULE' }]);
  });

  it('sends 250 records in calls of at most 100, at one credit for ten (reference 2.1, 5.1)', async () => {
    const records = Array.from({ length: 250 }, (_, index) => lead(`u${index}`));
    const outcomes = await upsert(...(records as Record<string, string>[]));
    expect(kindsOf(outcomes)).toEqual(records.map(() => 'succeeded'));
    const calls = context.observations.filter(({ kind }) => kind === 'upsert');
    expect(calls.map((call) => call.credits)).toEqual([10, 10, 5]);
    const seen = (await context.look('calls'))['calls'] as { kind: string; credits: number }[];
    expect(seen.filter(({ kind }) => kind === 'records.upsert').map(({ credits }) => credits)).toEqual([10, 10, 5]);
  });

  it('says which automations may run (reference 2.1)', async () => {
    await upsert(lead('u1'));
    await context.zoho.upsert('Leads', { records: [lead('u2')], identityField: IDENTITY, trigger: ['workflow'] });
    const seen = (await context.look('calls'))['calls'] as { kind: string; trigger: unknown }[];
    const triggers = seen.filter(({ kind }) => kind === 'records.upsert').map(({ trigger }) => trigger);
    expect(triggers).toEqual([[], ['workflow']]);
  });
});

describe('update (reference 2.2)', () => {
  it('changes the named fields alone, and null clears', async () => {
    const [id = ''] = idsOf(await upsert(lead('u1', { City: 'Oslo', Street: 'A 1' })));
    const outcomes = await context.zoho.update('Leads', { records: [{ id, City: null }], trigger: [] });
    expect(outcomes).toMatchObject([{ kind: 'succeeded', recordId: id, created: false }]);
    expect(await context.records('Leads')).toMatchObject([{ City: null, Street: 'A 1', Last_Name: 'Kaya' }]);
  });

  it('tells a record that is gone', async () => {
    const [kept = '', gone = ''] = idsOf(await upsert(lead('u1'), lead('u2')));
    await context.act('delete', { module: 'Leads', id: gone });
    const records = [
      { id: gone, City: 'Oslo' },
      { id: kept, City: 'Oslo' },
    ];
    expect(await context.zoho.update('Leads', { records, trigger: [] })).toMatchObject([
      { kind: 'rejected', zohoCode: 'INVALID_DATA', gone: true },
      { kind: 'succeeded', recordId: kept },
    ]);
  });

  it('names the record that holds a unique value already (reference 6: DUPLICATE_DATA)', async () => {
    const [first = '', second = ''] = idsOf(await upsert(lead('u1'), lead('u2')));
    const records = [{ id: second, [IDENTITY]: 'u1' }];
    expect(await context.zoho.update('Leads', { records, trigger: [] })).toMatchObject([
      { code: 'CRM_DUPLICATE', field: IDENTITY, other: { recordId: first, module: 'Leads' } },
    ]);
  });
});

describe('insert (reference 2.1)', () => {
  it('creates, and makes a second record when it is done again', async () => {
    const options = { records: [{ Last_Name: 'Kaya', Company: 'Example' }], trigger: [] };
    const outcomes = [
      ...(await context.zoho.insert('Leads', options)),
      ...(await context.zoho.insert('Leads', options)),
    ];
    expect(new Set(idsOf(outcomes)).size).toBe(2);
  });
});

describe('remove (reference 2.7)', () => {
  it('deletes without workflows, and recognises what was gone already', async () => {
    const [id = ''] = idsOf(await upsert(lead('u1')));
    expect(await context.zoho.remove('Leads', { ids: [id, '5000000000099999'] })).toMatchObject([
      { kind: 'succeeded', recordId: id },
      { kind: 'rejected', gone: true },
    ]);
    expect(await context.zoho.remove('Leads', { ids: [id] })).toMatchObject([{ kind: 'rejected', gone: true }]);
    expect(await context.look('workflows')).toEqual({ workflows: [] });
  });

  it('shows in the list of deleted records, with who did it', async () => {
    const [ours = '', theirs = ''] = idsOf(await upsert(lead('u1'), lead('u2')));
    const since = new Date();
    await context.zoho.remove('Leads', { ids: [ours] });
    await context.act('delete', { module: 'Leads', id: theirs, user: 'Sales Person' });
    const result = await context.zoho.deleted('Leads', { since });
    if (result.kind !== 'ok') throw new Error(result.reason);
    const byId = new Map(result.records.map((record) => [record.id, record]));
    expect([...byId.keys()].sort()).toEqual([ours, theirs].sort());
    expect(byId.get(theirs)).toMatchObject({ type: 'recycle', deletedBy: { name: 'Sales Person' } });
    expect(byId.get(theirs)?.deletedAt).toBeGreaterThanOrEqual(Math.floor(since.getTime() / 1000) * 1000);
    expect(result.nextPage).toBeNull();
  });

  it('lists nothing where nothing was deleted (204 or 304)', async () => {
    const result = await context.zoho.deleted('Leads', { since: new Date(0) });
    expect(result).toEqual({ kind: 'ok', records: [], nextPage: null });
  });
});
