import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { IDENTITY } from '../zoho.context.ts';
import { conformance } from './conformance.ts';
import { errorOf, itemsOf, type Target } from './target.ts';

const SIMULATOR = new URL('../../../apps/simulator/src/api/', import.meta.url);
const has = (part: string): boolean => existsSync(new URL(part, SIMULATOR));

/** Between two looks at a job: the simulator's clock goes on, a sandbox is given time. */
const waiting =
  (crm: Target) =>
  async (turn: number): Promise<boolean> => {
    if (crm.isSimulator) await crm.control.act('clock', { advanceMs: 60_000 });
    else await pause(3000);
    return turn < 150;
  };

async function zgidOf(crm: Target): Promise<string> {
  const found = await crm.zoho.org();
  if (found.kind !== 'ok') throw new Error(found.reason);
  return found.org.zgid ?? '';
}

async function bulk(crm: Target, records: readonly Record<string, string>[]) {
  const result = await crm.zoho.bulk.upsert('Leads', {
    zgid: await zgidOf(crm),
    records,
    identityField: IDENTITY,
    fields: ['Last_Name', 'Email', 'City'],
    wait: waiting(crm),
  });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  for (const outcome of result.outcomes) if (outcome.kind === 'succeeded') crm.keepTrack('Leads', outcome.recordId);
  return result.outcomes;
}

if (has('bulk'))
  conformance('Bulk write', (fact) => {
    const row = (crm: Target, rest: Record<string, string> = {}) => ({
      [IDENTITY]: crm.identity(),
      Last_Name: 'Bulk',
      Email: '',
      City: '',
      ...rest,
    });

    fact('4.2', 'says of each row what became of it: added, updated, refused', async (crm) => {
      const known = crm.identity();
      const [id] = await crm.leads({ [IDENTITY]: known });
      const outcomes = await bulk(crm, [row(crm), row(crm, { [IDENTITY]: known }), row(crm, { Email: 'no mail' })]);
      expect(outcomes).toMatchObject([
        { kind: 'succeeded', created: true },
        { kind: 'succeeded', created: false, recordId: id },
        { kind: 'rejected', zohoCode: 'INVALID_DATA', field: 'Email' },
      ]);
    });

    fact('4.2', 'that is repeated converges', async (crm) => {
      const rows = [row(crm), row(crm)];
      const [first, second] = [await bulk(crm, rows), await bulk(crm, rows)];
      expect(second.map((outcome) => outcome.kind === 'succeeded' && outcome.recordId)).toEqual(
        first.map((outcome) => outcome.kind === 'succeeded' && outcome.recordId),
      );
      expect(second).toMatchObject([{ created: false }, { created: false }]);
    });

    fact('4.2', 'leaves a field as it is whose cell is empty', async (crm) => {
      const known = crm.identity();
      const [id = ''] = await crm.leads({ [IDENTITY]: known, City: 'Oslo' });
      await bulk(crm, [row(crm, { [IDENTITY]: known })]);
      expect(itemsOf(await crm.api('GET', `/Leads/${id}`))[0]).toMatchObject({ City: 'Oslo', Last_Name: 'Bulk' });
    });

    fact('4.2', 'keeps commas, quotes and line breaks', async (crm) => {
      const City = 'a, "b"; c';
      const [outcome] = await bulk(crm, [row(crm, { City })]);
      const id = outcome?.kind === 'succeeded' ? outcome.recordId : '';
      expect(itemsOf(await crm.api('GET', `/Leads/${id}`))[0]).toMatchObject({ City });
    });

    fact('4.2', 'of an unknown file is refused', async (crm) => {
      const job = await crm.zoho.bulk.write('Leads', {
        operation: 'upsert',
        fileId: '5000000000099999',
        fileName: 'Leads.csv',
        fields: [IDENTITY, 'Last_Name'],
        findBy: IDENTITY,
        ignoreEmpty: true,
      });
      expect(job).toMatchObject({ kind: 'rejected' });
    });

    fact('4.2', 'wants to know by which field records are found', async (crm) => {
      const uploaded = await crm.zoho.bulk.upload({
        zgid: await zgidOf(crm),
        header: [IDENTITY, 'Last_Name'],
        rows: [[crm.identity(), 'K']],
        fileName: 'Leads.csv',
      });
      if (uploaded.kind !== 'uploaded') throw new Error(JSON.stringify(uploaded));
      const { fileId } = uploaded;
      const job = {
        operation: 'upsert',
        fileId,
        fileName: 'Leads.csv',
        fields: [IDENTITY],
        ignoreEmpty: true,
      } as const;
      expect(await crm.zoho.bulk.write('Leads', job)).toMatchObject({ kind: 'rejected' });
    });

    fact('4.2', 'an unknown job is RESOURCE_NOT_FOUND', async (crm) => {
      const answer = await crm.api('GET', '/write/5000000000099999', { base: '/crm/bulk/v8' });
      expect([400, 404]).toContain(answer.status);
      expect(errorOf(answer).code).toBe('RESOURCE_NOT_FOUND');
      expect(await crm.zoho.bulk.writeJob('5000000000099999')).toMatchObject({ kind: 'rejected' });
    });

    fact.simulator('4.2', 'costs 500 credits whatever its size', async (crm) => {
      const before = (await crm.control.look('calls'))['last'] as number;
      await bulk(crm, [row(crm)]);
      const calls = (await crm.control.look(`calls?since=${before}`))['calls'] as { credits: number }[];
      expect(calls.filter(({ credits }) => credits === 500)).toHaveLength(1);
      expect(calls.reduce((sum, { credits }) => sum + credits, 0)).toBeLessThan(520);
    });
  });

if (has('bulk'))
  conformance('Bulk read', (fact) => {
    fact('4.3', 'gives the records of a module as a table', async (crm) => {
      const identity = crm.identity();
      const [id] = await crm.leads({ [IDENTITY]: identity });
      const since = new Date(Date.now() - 3_600_000);
      const created = await crm.zoho.bulk.read('Leads', { fields: [IDENTITY, 'Last_Name'], since });
      if (created.kind !== 'job') throw new Error(JSON.stringify(created));
      const wait = waiting(crm);
      for (let turn = 1; ; turn += 1) {
        const job = await crm.zoho.bulk.readJob(created.jobId);
        if (job.kind === 'ok' && job.state === 'done') break;
        if (!(await wait(turn))) throw new Error('the job is not done');
      }
      const result = await crm.zoho.bulk.readResult(created.jobId);
      if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
      const [header = [], ...rows] = result.rows;
      const found = rows.find((row) => row[header.indexOf(IDENTITY)] === identity);
      expect(found?.[header.findIndex((title) => title.toLowerCase() === 'id')]).toBe(id);
    });

    fact('4.3', 'of a module that is none is refused', async (crm) => {
      expect(await crm.zoho.bulk.read('Nonsense', { fields: ['id'] })).toMatchObject({ kind: 'rejected' });
    });

    fact('4.3', 'wants JSON', async (crm) => {
      const headers = { 'content-type': 'text/plain' };
      const answer = await crm.api('POST', '/read', { base: '/crm/bulk/v8', text: '{}', headers });
      expect(answer.status).toBe(415);
    });

    fact('4.3', 'an unknown job is refused, by the client too', async (crm) => {
      expect(await crm.zoho.bulk.readJob('5000000000099999')).toMatchObject({ kind: 'rejected' });
      expect(await crm.zoho.bulk.readResult('5000000000099999')).toMatchObject({ kind: 'rejected' });
    });
  });

if (has('search'))
  conformance('Search', (fact) => {
    fact('2.6', 'of nothing answers 204', async (crm) => {
      const query = { criteria: `(${IDENTITY}:equals:${crm.identity()})`, fields: 'City' };
      expect((await crm.api('GET', '/Leads/search', { query })).status).toBe(204);
    });

    fact('2.6', 'without anything to search by is refused', async (crm) => {
      const answer = await crm.api('GET', '/Leads/search', { query: { fields: 'City' } });
      expect(answer.status).toBe(400);
    });

    fact('0.8', 'lags behind the writes, which is why the client settles by id and COQL', async (crm) => {
      const Email = `${crm.identity()}@example.test`;
      const [id] = await crm.leads({ Email });
      const search = () => crm.api('GET', '/Leads/search', { query: { email: Email, fields: 'Email' } });
      const wait = waiting(crm);
      for (let turn = 1; ; turn += 1) {
        const answer = await search();
        if (answer.status === 200) {
          expect(itemsOf(answer)[0]?.['id']).toBe(id);
          break;
        }
        expect(answer.status).toBe(204);
        if (!(await wait(turn))) throw new Error('never found');
      }
    });
  });

if (has('settings/layouts.call.ts'))
  conformance('Layouts and pipelines', (fact) => {
    fact('8', 'a layout has its fields, the mandatory ones marked', async (crm) => {
      const result = await crm.zoho.layouts('Leads');
      if (result.kind !== 'ok') throw new Error(result.reason);
      const [layout] = result.layouts;
      expect(layout?.fields.find(({ apiName }) => apiName === 'Last_Name')).toMatchObject({ isRequired: true });
    });

    fact('8', 'layouts of a module that is none are refused', async (crm) => {
      expect(await crm.zoho.layouts('Nonsense')).toMatchObject({ kind: 'rejected' });
    });

    fact('8', 'pipelines want a layout', async (crm) => {
      const answer = await crm.api('GET', '/settings/pipeline');
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'REQUIRED_PARAM_MISSING']);
    });

    fact('8', 'the pipelines of Deals have their stages', async (crm) => {
      const found = await crm.zoho.layouts('Deals');
      const id = found.kind === 'ok' ? (found.layouts[0]?.id ?? '') : '';
      const result = await crm.zoho.pipelines(id);
      if (result.kind !== 'ok') throw new Error(result.reason);
      expect(result.pipelines[0]?.stages.map(({ value }) => value)).toContain('Qualification');
    });

    fact('8', 'a pipeline is made of stages of the picklist, and gets another one', async (crm) => {
      const found = await crm.zoho.layouts('Deals');
      const layout = found.kind === 'ok' ? (found.layouts[0]?.id ?? '') : '';
      const read = await crm.zoho.fields('Deals');
      const ids = read.kind === 'ok' ? read.fields.find(({ apiName }) => apiName === 'Stage')?.valueIds : undefined;
      const [first, second] = ['Qualification', 'Closed Won'].map((value) => ({ id: ids?.[value] ?? '', value }));
      if (first === undefined || second === undefined) throw new Error('no stages');
      const made = await crm.zoho.createPipeline(layout, { name: 'Own', stages: [first] });
      if (made.kind !== 'succeeded') throw new Error(made.reason);
      const changed = await crm.zoho.updatePipeline(layout, { pipelineId: made.recordId, stages: [first, second] });
      expect(changed).toMatchObject({ kind: 'succeeded', recordId: made.recordId });
      const after = await crm.zoho.pipelines(layout);
      const own = after.kind === 'ok' ? after.pipelines.find(({ name }) => name === 'Own') : undefined;
      expect(own?.stages.map(({ value }) => value)).toEqual(['Qualification', 'Closed Won']);
      const data = [{ Deal_Name: 'D', Stage: 'Closed Lost', Pipeline: 'Own' }];
      const refusedDeal = await crm.api('POST', '/Deals', { body: { data } });
      expect(errorOf(refusedDeal).code).toBe('MAPPING_MISMATCH');
    });
  });

it('asks for the parts that the simulator beside it has', () => {
  expect(has('records')).toBe(true);
});
