import { creditsOf } from '#zoho';
import { IDENTITY, kindsOf, zohoContext, type ZohoContext } from './zoho.context.ts';

let context: ZohoContext;
beforeEach(async () => {
  context = await zohoContext();
  await context.identityField('Leads');
});
afterEach(() => context[Symbol.asyncDispose]());

const leads = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ [IDENTITY]: `u${index}`, Last_Name: 'K' }));
const upsert = (count: number) =>
  context.zoho.upsert('Leads', { records: leads(count), identityField: IDENTITY, trigger: [] });

describe('credits (reference 5.1)', () => {
  it('are counted as the CRM counts them', async () => {
    const [first] = await upsert(1);
    const id = first?.kind === 'succeeded' ? first.recordId : '';
    await upsert(11);
    await upsert(100);
    await context.zoho.update('Leads', { records: [{ id, City: 'x' }], trigger: [] });
    await context.zoho.getByIds('Leads', { ids: [id], fields: [] });
    await context.zoho.getById('Leads', { id });
    await context.zoho.findByField('Leads', { field: IDENTITY, values: ['u1'], fields: [] });
    await context.zoho.listModifiedSince('Leads', { since: new Date(0), fields: [] });
    await context.zoho.deleted('Leads', { since: new Date(0) });
    await context.zoho.createNotes([{ parent: { module: 'Leads', id }, title: null, content: 'x' }]);
    await context.zoho.listNotes('Leads', { id });
    await context.zoho.fields('Leads');
    await context.zoho.users({ type: 'AllUsers' });
    await context.zoho.watch.list();
    await context.zoho.convert({ id });
    await context.zoho.remove('Leads', { ids: [id] });
    const counted = (await context.look('calls'))['calls'] as { credits: number; path: string }[];
    const theirs = counted.filter(({ path }) => path.startsWith('/crm/'));
    const ours = context.observations.filter(({ kind }) => kind !== 'token');
    expect(ours.map(({ credits }) => credits)).toEqual(theirs.map(({ credits }) => credits));
    for (const { kind, records, credits } of ours) expect(credits).toBe(creditsOf({ kind, records }));
  });

  it('that are used up throttle, and the header says what is left from half of them on (reference 5.3)', async () => {
    const used = (await context.look('calls'))['creditsUsed'] as number;
    await context.act('limits', { credits: used + 11 });
    expect(kindsOf(await upsert(100))).toEqual(leads(100).map(() => 'succeeded'));
    expect(context.observations.at(-1)?.creditsRemaining).toBe(1);
    expect(new Set(kindsOf(await upsert(11)))).toEqual(new Set(['throttled']));
    expect(context.observations.at(-1)).toMatchObject({ status: 429, credits: 0, outcome: 'throttled' });
  });
});

describe('calls at the same time (reference 5.2)', () => {
  it('beyond the edition throttle, and nothing was written', async () => {
    await context.act('limits', { concurrency: 2 });
    await context.act('settings', { latencyMs: 1000 });
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => upsert(1)));
    const kinds = outcomes.flat().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'succeeded').length).toBeGreaterThanOrEqual(2);
    expect(kinds).toContain('throttled');
    expect(new Set(kinds)).toEqual(new Set(['succeeded', 'throttled']));
  });
});
