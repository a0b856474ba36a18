import { IDENTITY } from '../zoho.context.ts';
import { conformance } from './conformance.ts';
import { errorOf, itemsOf, type Target } from './target.ts';

const NOBODY = '5000000000099999';
const put = (crm: Target, ...data: Record<string, unknown>[]) =>
  crm.api('PUT', '/Leads', { body: { data, trigger: [] } });
const upsert = (crm: Target, fields: readonly string[], ...data: Record<string, unknown>[]) =>
  crm.api('POST', '/Leads/upsert', { body: { data, duplicate_check_fields: fields, trigger: [] } });
const recordOf = async (crm: Target, id: string) => itemsOf(await crm.api('GET', `/Leads/${id}`))[0];

conformance('Update', (fact) => {
  fact('2.2', 'answers 200 and "record updated" with the same id', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await put(crm, { id, City: 'Oslo' });
    expect(answer.status).toBe(200);
    expect(itemsOf(answer)[0]).toMatchObject({ code: 'SUCCESS', message: 'record updated', details: { id } });
  });

  fact('2.2', 'changes the named fields alone', async (crm) => {
    const [id = ''] = await crm.leads({ City: 'Oslo', Street: 'A 1' });
    await put(crm, { id, City: 'Rome' });
    expect(await recordOf(crm, id)).toMatchObject({ City: 'Rome', Street: 'A 1' });
  });

  fact('2.2', 'null clears a field', async (crm) => {
    const [id = ''] = await crm.leads({ City: 'Oslo' });
    await put(crm, { id, City: null });
    expect(await recordOf(crm, id)).toMatchObject({ City: null });
  });

  fact('2.2', 'goes by the id in the path as well', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('PUT', `/Leads/${id}`, { body: { data: [{ City: 'Bonn' }], trigger: [] } });
    expect(answer.status).toBe(200);
    expect(await recordOf(crm, id)).toMatchObject({ City: 'Bonn' });
  });

  fact('2.2', 'without an id is MANDATORY_NOT_FOUND', async (crm) => {
    const answer = await put(crm, { City: 'Oslo' });
    expect(answer.status).toBe(400);
    expect(itemsOf(answer)[0]).toMatchObject({ code: 'MANDATORY_NOT_FOUND', details: { api_name: 'id' } });
  });

  fact('2.2', 'of an unknown id is INVALID_DATA, HTTP 400', async (crm) => {
    const answer = await put(crm, { id: NOBODY, City: 'Oslo' });
    expect(answer.status).toBe(400);
    expect(itemsOf(answer)[0]).toMatchObject({ code: 'INVALID_DATA', message: 'the id given seems to be invalid' });
  });

  fact('2.2', 'of a deleted record is INVALID_DATA', async (crm) => {
    const [id = ''] = await crm.leads({});
    await crm.zoho.remove('Leads', { ids: [id] });
    expect(itemsOf(await put(crm, { id, City: 'Oslo' }))[0]?.code).toBe('INVALID_DATA');
  });

  fact('2.2', 'of several records answers 207 when some fail, in order', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await put(crm, { id: NOBODY, City: 'x' }, { id, City: 'y' });
    expect(answer.status).toBe(207);
    expect(itemsOf(answer).map(({ code }) => code)).toEqual(['INVALID_DATA', 'SUCCESS']);
  });

  fact('2.2', 'that is repeated answers the same: it converges', async (crm) => {
    const [id = ''] = await crm.leads({});
    const codes = [];
    for (let turn = 0; turn < 2; turn += 1) codes.push(itemsOf(await put(crm, { id, City: 'Oslo' }))[0]?.code);
    expect(codes).toEqual(['SUCCESS', 'SUCCESS']);
  });

  fact('2.2', 'under If-Unmodified-Since of an earlier time is 412 ALREADY_MODIFIED', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('PUT', '/Leads', {
      body: { data: [{ id, City: 'Oslo' }], trigger: [] },
      headers: { 'if-unmodified-since': '2020-01-01T00:00:00+00:00' },
    });
    expect([answer.status, errorOf(answer).code]).toEqual([412, 'ALREADY_MODIFIED']);
  });

  fact('2.2', 'the client says that a record was changed meanwhile, and changes nothing', async (crm) => {
    const [id = ''] = await crm.leads({ City: 'Oslo' });
    const records = [{ id, City: 'Rome' }];
    const outcomes = await crm.zoho.update('Leads', { records, trigger: [], unmodifiedSince: new Date(0) });
    expect(outcomes).toMatchObject([{ kind: 'rejected', zohoCode: 'ALREADY_MODIFIED' }]);
    expect(await recordOf(crm, id)).toMatchObject({ City: 'Oslo' });
  });
});

conformance('Upsert', (fact) => {
  fact('2.3', 'inserts the first time: action insert, no duplicate field', async (crm) => {
    const answer = await upsert(crm, [IDENTITY], { Last_Name: 'K', [IDENTITY]: crm.identity() });
    expect([200, 201]).toContain(answer.status);
    const [item] = itemsOf(answer);
    expect(item).toMatchObject({ code: 'SUCCESS', action: 'insert', duplicate_field: null, message: 'record added' });
    crm.keepTrack('Leads', String(item?.details?.['id']));
  });

  fact('2.3', 'updates the second time: action update, and says by which field', async (crm) => {
    const identity = crm.identity();
    const [id] = await crm.leads({ [IDENTITY]: identity });
    const [item] = itemsOf(await upsert(crm, [IDENTITY], { Last_Name: 'L', [IDENTITY]: identity }));
    expect(item).toMatchObject({ action: 'update', duplicate_field: IDENTITY, details: { id } });
  });

  fact('0.10', 'ignores Email when another field is listed', async (crm) => {
    const Email = `${crm.identity()}@example.test`;
    const [id] = await crm.leads({ Email });
    const [item] = itemsOf(await upsert(crm, [IDENTITY], { Last_Name: 'L', Email, [IDENTITY]: crm.identity() }));
    expect(item?.action).toBe('insert');
    expect(item?.details?.['id']).not.toBe(id);
    crm.keepTrack('Leads', String(item?.details?.['id']));
  });

  fact('2.3', 'takes Email, the system field of Leads, where it is listed', async (crm) => {
    const Email = `${crm.identity()}@example.test`;
    const [id] = await crm.leads({ Email });
    const [item] = itemsOf(await upsert(crm, ['Email'], { Last_Name: 'L', Email }));
    expect(item).toMatchObject({ action: 'update', duplicate_field: 'Email', details: { id } });
  });

  fact('2.3', 'takes Email and then the unique fields where nothing is listed', async (crm) => {
    const Email = `${crm.identity()}@example.test`;
    const [id] = await crm.leads({ Email });
    const answer = await crm.api('POST', '/Leads/upsert', { body: { data: [{ Last_Name: 'L', Email }], trigger: [] } });
    expect(itemsOf(answer)[0]).toMatchObject({ action: 'update', details: { id } });
  });

  fact('2.3', 'compares every unique field, listed or not', async (crm) => {
    const identity = crm.identity();
    const [id] = await crm.leads({ [IDENTITY]: identity });
    const fields = { Last_Name: 'L', Email: `${crm.identity()}@example.test`, [IDENTITY]: identity };
    expect(itemsOf(await upsert(crm, ['Email'], fields))[0]).toMatchObject({ action: 'update', details: { id } });
  });

  fact('2.3', 'refuses a listed field that is neither unique nor the system field', async (crm) => {
    const answer = await upsert(crm, ['City'], { Last_Name: 'L', City: 'Oslo' });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).status).toBe('error');
  });

  fact('12.7', 'adopts a record made by a person when both fields are listed, and stamps the identity', async (crm) => {
    const Email = `${crm.identity()}@example.test`;
    const identity = crm.identity();
    const [id = ''] = await crm.leads({ Email, [IDENTITY]: null });
    await upsert(crm, [IDENTITY, 'Email'], { Last_Name: 'L', Email, [IDENTITY]: identity });
    expect(await recordOf(crm, id)).toMatchObject({ [IDENTITY]: identity });
  });

  fact('2.3', 'that is repeated converges on one record', async (crm) => {
    const fields = { Last_Name: 'L', [IDENTITY]: crm.identity() };
    const first = itemsOf(await upsert(crm, [IDENTITY], fields))[0];
    const second = itemsOf(await upsert(crm, [IDENTITY], fields))[0];
    expect(second?.details?.['id']).toBe(first?.details?.['id']);
    crm.keepTrack('Leads', String(first?.details?.['id']));
  });

  for (const module of ['Tasks', 'Notes']) {
    fact('2.3', `is not there for ${module}`, async (crm) => {
      const answer = await crm.api('POST', `/${module}/upsert`, { body: { data: [{ Subject: 'x' }] } });
      expect(answer.status).toBe(400);
      expect(['INVALID_DATA', 'NOT_SUPPORTED', 'INVALID_MODULE']).toContain(errorOf(answer).code);
    });
  }

  fact('2.3', 'of 101 records is refused as a whole', async (crm) => {
    const answer = await upsert(crm, [IDENTITY], ...Array.from({ length: 101 }, () => ({ Last_Name: 'L' })));
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'INVALID_DATA']);
  });
});
