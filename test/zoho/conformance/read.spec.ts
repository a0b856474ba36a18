import { IDENTITY } from '../zoho.context.ts';
import { conformance } from './conformance.ts';
import { errorOf, itemsOf, type RawAnswer } from './target.ts';

const NOBODY = '5000000000099999';
const ids = (answer: RawAnswer): string[] => itemsOf(answer).map(({ id }) => String(id));
const infoOf = (answer: RawAnswer) => answer.body?.['info'] as Record<string, unknown>;

conformance('Get', (fact) => {
  fact('2.4', 'one record comes in data[0] with all its fields', async (crm) => {
    const [id = ''] = await crm.leads({ City: 'Oslo' });
    const answer = await crm.api('GET', `/Leads/${id}`);
    expect(answer.status).toBe(200);
    expect(itemsOf(answer)).toMatchObject([{ id, City: 'Oslo', Last_Name: 'Conformance', Email: null }]);
  });

  fact('2.4', 'with fields only those come, and the id', async (crm) => {
    const [id = ''] = await crm.leads({ City: 'Oslo' });
    const [record = {}] = itemsOf(await crm.api('GET', `/Leads/${id}`, { query: { fields: 'City' } }));
    expect(record).toMatchObject({ id, City: 'Oslo' });
    expect(record).not.toHaveProperty('Last_Name');
  });

  fact('0.4', 'an unknown id answers 204 without a body', async (crm) => {
    const answer = await crm.api('GET', `/Leads/${NOBODY}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  fact('2.4', 'a deleted record answers 204', async (crm) => {
    const [id = ''] = await crm.leads({});
    await crm.zoho.remove('Leads', { ids: [id] });
    expect((await crm.api('GET', `/Leads/${id}`)).status).toBe(204);
  });

  fact('2.4', 'an id that is none answers an error and no record', async (crm) => {
    const answer = await crm.api('GET', '/Leads/not-an-id');
    expect([400, 404]).toContain(answer.status);
    expect(['INVALID_DATA', 'INVALID_URL_PATTERN']).toContain(errorOf(answer).code);
  });

  fact('0.8', 'a record can be read right after it was written', async (crm) => {
    const [id = ''] = await crm.leads({});
    expect((await crm.api('GET', `/Leads/${id}`)).status).toBe(200);
  });

  fact('9', 'a lookup comes as an object with id and name', async (crm) => {
    const [id = ''] = await crm.leads({});
    const [record] = itemsOf(await crm.api('GET', `/Leads/${id}`));
    expect(record?.['Owner']).toMatchObject({ id: expect.any(String) as string, name: expect.any(String) as string });
  });
});

conformance('List', (fact) => {
  fact('2.5', 'without fields is 400 REQUIRED_PARAM_MISSING', async (crm) => {
    const answer = await crm.api('GET', '/Leads');
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      code: 'REQUIRED_PARAM_MISSING',
      message: 'One of the expected parameter is missing',
      details: { param_name: 'fields' },
    });
  });

  fact('2.5', 'of more than 50 fields is LIMIT_EXCEEDED', async (crm) => {
    const fields = Array.from({ length: 51 }, (_, index) => `F${index}`).join();
    expect(errorOf(await crm.api('GET', '/Leads', { query: { fields } })).code).toBe('LIMIT_EXCEEDED');
  });

  fact('2.5', 'says in info how it was paged and whether there is more', async (crm) => {
    await crm.leads({}, {}, {});
    const answer = await crm.api('GET', '/Leads', { query: { fields: 'City', per_page: '2' } });
    expect(itemsOf(answer)).toHaveLength(2);
    expect(infoOf(answer)).toMatchObject({ per_page: 2, count: 2, page: 1, more_records: true });
  });

  fact('2.5', 'goes on with the next page, without repeating a record', async (crm) => {
    await crm.leads({}, {}, {});
    const page = async (number: number) =>
      ids(await crm.api('GET', '/Leads', { query: { fields: 'City', per_page: '2', page: String(number) } }));
    const [first, second] = [await page(1), await page(2)];
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
  });

  fact('2.5', 'beyond 2,000 records without a page token is DISCRETE_PAGINATION_LIMIT_EXCEEDED', async (crm) => {
    const answer = await crm.api('GET', '/Leads', { query: { fields: 'City', page: '11', per_page: '200' } });
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({ code: 'DISCRETE_PAGINATION_LIMIT_EXCEEDED', details: { limit: 2000 } });
  });

  fact('2.5', 'by id is descending unless told otherwise', async (crm) => {
    await crm.leads({}, {});
    const found = ids(await crm.api('GET', '/Leads', { query: { fields: 'City' } }));
    expect(found).toEqual(found.toSorted((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)));
  });

  fact('2.5', 'sorts by Modified_Time, ascending', async (crm) => {
    await crm.leads({}, {});
    const query = { fields: 'Modified_Time', sort_by: 'Modified_Time', sort_order: 'asc' };
    const times = itemsOf(await crm.api('GET', '/Leads', { query })).map((each) =>
      Date.parse(String(each['Modified_Time'])),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  fact('2.5', 'by ids gives those that are there', async (crm) => {
    const made = await crm.leads({}, {});
    const answer = await crm.api('GET', '/Leads', { query: { fields: 'City', ids: [...made, NOBODY].join() } });
    expect(ids(answer).toSorted()).toEqual(made.toSorted());
  });

  fact('0.4', 'of ids that are not there answers 204', async (crm) => {
    const answer = await crm.api('GET', '/Leads', { query: { fields: 'City', ids: NOBODY } });
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  fact('2.5', 'under If-Modified-Since of the future answers 304', async (crm) => {
    const headers = {
      'if-modified-since': new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+Z$/, '+00:00'),
    };
    expect((await crm.api('GET', '/Leads', { query: { fields: 'City' }, headers })).status).toBe(304);
  });

  fact('2.5', 'under If-Modified-Since gives what was changed since', async (crm) => {
    const [id] = await crm.leads({});
    const since = new Date(Date.now() - 3_600_000);
    const result = await crm.zoho.listModifiedSince('Leads', { since, fields: ['City'] });
    const found: string[] = [];
    for (let page = result; page.kind === 'ok';) {
      found.push(...page.records.map((record) => record.id));
      if (page.next === null) break;
      page = await crm.zoho.listModifiedSince('Leads', { since, fields: ['City'], next: page.next });
    }
    expect(found).toContain(id);
  });

  fact('2.5', 'with page and page_token at once is refused', async (crm) => {
    const query = { fields: 'City', page: '1', page_token: 'none' };
    const answer = await crm.api('GET', '/Leads', { query });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).status).toBe('error');
  });

  fact('2.5', 'shows converted Leads only when asked', async (crm) => {
    const [id = ''] = await crm.leads({ Company: `C ${crm.identity()}` });
    const done = await crm.zoho.convert({ id });
    if (done.kind === 'converted') {
      crm.keepTrack('Contacts', done.contactId ?? '');
      crm.keepTrack('Accounts', done.accountId ?? '');
    }
    expect((await crm.api('GET', '/Leads', { query: { fields: 'City', ids: id } })).status).toBe(204);
    const both = await crm.api('GET', '/Leads', { query: { fields: 'City', ids: id, converted: 'both' } });
    expect(ids(both)).toEqual([id]);
  });
});

conformance('COQL', (fact) => {
  const coql = (query: string) => ({ body: { select_query: query } });

  fact('2.8', 'finds what was written just before', async (crm) => {
    const identity = crm.identity();
    const [id] = await crm.leads({ [IDENTITY]: identity });
    const query = `select id, ${IDENTITY} from Leads where ${IDENTITY} = '${identity}' limit 0, 200`;
    const answer = await crm.api('POST', '/coql', coql(query));
    expect(answer.status).toBe(200);
    expect(itemsOf(answer)).toMatchObject([{ id, [IDENTITY]: identity }]);
    expect(infoOf(answer)).toMatchObject({ count: 1, more_records: false });
  });

  fact('0.4', 'of nothing answers 204', async (crm) => {
    const query = `select id from Leads where ${IDENTITY} = '${crm.identity()}' limit 0, 200`;
    expect((await crm.api('POST', '/coql', coql(query))).status).toBe(204);
  });

  fact('2.8', 'takes a list of values', async (crm) => {
    const [a, b] = [crm.identity(), crm.identity()];
    const made = await crm.leads({ [IDENTITY]: a }, { [IDENTITY]: b });
    const query = `select id from Leads where ${IDENTITY} in ('${a}', '${b}') limit 0, 200`;
    expect(ids(await crm.api('POST', '/coql', coql(query))).toSorted()).toEqual(made.toSorted());
  });

  fact('2.8', 'wants brackets around two conditions, and takes them', async (crm) => {
    const identity = crm.identity();
    const [id] = await crm.leads({ [IDENTITY]: identity, City: 'Oslo' });
    const query = `select id from Leads where (${IDENTITY} = '${identity}' and City = 'Oslo') limit 0, 200`;
    expect(ids(await crm.api('POST', '/coql', coql(query)))).toEqual([id]);
  });

  fact('2.8', 'without where is refused', async (crm) => {
    const answer = await crm.api('POST', '/coql', coql('select id from Leads'));
    expect(answer.status).toBe(400);
    expect(['SYNTAX_ERROR', 'INVALID_QUERY']).toContain(errorOf(answer).code);
  });

  fact('2.8', 'of a column that is none is INVALID_QUERY', async (crm) => {
    const answer = await crm.api('POST', '/coql', coql("select id from Leads where Nope_Nope = '1' limit 0, 1"));
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'INVALID_QUERY']);
  });

  fact('2.8', 'that is no query is refused', async (crm) => {
    const answer = await crm.api('POST', '/coql', coql('delete everything'));
    expect(answer.status).toBe(400);
    expect(['SYNTAX_ERROR', 'INVALID_QUERY']).toContain(errorOf(answer).code);
  });

  fact('2.8', 'says by more_records that the limit cut it', async (crm) => {
    const [a, b] = [crm.identity(), crm.identity()];
    await crm.leads({ [IDENTITY]: a }, { [IDENTITY]: b });
    const query = `select id from Leads where ${IDENTITY} in ('${a}', '${b}') order by id asc limit 0, 1`;
    expect(infoOf(await crm.api('POST', '/coql', coql(query)))).toMatchObject({ count: 1, more_records: true });
  });

  fact('2.8', 'finds a value with an apostrophe that is doubled', async (crm) => {
    const identity = `${crm.identity()} o'brien`;
    const [id] = await crm.leads({ [IDENTITY]: identity });
    const found = await crm.zoho.findByField('Leads', { field: IDENTITY, values: [identity], fields: [] });
    expect(found.kind === 'ok' && found.records.map((record) => record.id)).toEqual([id]);
  });
});

conformance('Delete', (fact) => {
  fact('2.7', 'answers each record in order, "record deleted"', async (crm) => {
    const made = await crm.leads({}, {});
    const answer = await crm.api('DELETE', '/Leads', { query: { ids: made.join(), wf_trigger: 'false' } });
    expect(answer.status).toBe(200);
    expect(itemsOf(answer).map(({ details, message }) => [details?.['id'], message])).toEqual(
      made.map((id) => [id, 'record deleted']),
    );
  });

  fact('2.7', 'of a record that is not there is INVALID_DATA "record not deleted" with its id', async (crm) => {
    const [item] = itemsOf(await crm.api('DELETE', '/Leads', { query: { ids: NOBODY } }));
    expect(item).toMatchObject({ code: 'INVALID_DATA', message: 'record not deleted', details: { id: NOBODY } });
  });

  fact('2.7', 'answers 207 when some were not there', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('DELETE', '/Leads', { query: { ids: `${id},${NOBODY}` } });
    expect(answer.status).toBe(207);
    expect(itemsOf(answer).map(({ code }) => code)).toEqual(['SUCCESS', 'INVALID_DATA']);
  });

  fact('2.7', 'by the path answers one item', async (crm) => {
    const [id = ''] = await crm.leads({});
    const answer = await crm.api('DELETE', `/Leads/${id}`);
    expect([answer.status, itemsOf(answer)[0]?.code]).toEqual([200, 'SUCCESS']);
  });

  fact('2.7', 'that is repeated says that the record is gone, which the client tells', async (crm) => {
    const [id = ''] = await crm.leads({});
    await crm.zoho.remove('Leads', { ids: [id] });
    expect(await crm.zoho.remove('Leads', { ids: [id] })).toMatchObject([{ kind: 'rejected', gone: true }]);
  });

  fact('2.7', 'shows in the list of deleted records with who did it and when', async (crm) => {
    const [id = ''] = await crm.leads({});
    await crm.zoho.remove('Leads', { ids: [id] });
    const answer = await crm.api('GET', '/Leads/deleted', { query: { type: 'all' } });
    expect(itemsOf(answer).find((each) => each['id'] === id)).toMatchObject({
      type: 'recycle',
      deleted_by: { id: expect.any(String) as string },
      deleted_time: expect.any(String) as string,
    });
  });

  fact('2.7', 'shows among the recycled and not among those that are gone for good', async (crm) => {
    const [id = ''] = await crm.leads({});
    await crm.zoho.remove('Leads', { ids: [id] });
    const listed = async (type: 'recycle' | 'permanent') => {
      const result = await crm.zoho.deleted('Leads', { since: new Date(0), type });
      return result.kind === 'ok' && result.records.some((record) => record.id === id);
    };
    expect([await listed('recycle'), await listed('permanent')]).toEqual([true, false]);
  });
});
