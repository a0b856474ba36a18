import { answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { coql, findByField } from './coql.call.ts';
import { deleted } from './deleted.call.ts';
import { getById } from './get-by-id.call.ts';
import { getByIds } from './get-by-ids.call.ts';
import { listModifiedSince } from './list-modified.call.ts';

const nothing = answer(204, undefined);
const since = new Date('2026-03-01T10:00:00.900Z');

describe('by id', () => {
  it('asks for many at once, with the fields that a list demands (reference 2.5)', async () => {
    const caller = scriptedCaller([answer(200, { data: [{ id: '12', Email: null }], info: { more_records: false } })]);
    const result = await getByIds(caller, 'Leads', { ids: ['11', '12'], fields: ['Email', 'id'] });
    expect(result).toEqual({ kind: 'ok', records: [{ id: '12', Email: null }] });
    expect(line(caller.requests[0])).toBe('GET /crm/v8/Leads?ids=11,12&fields=id,Email&per_page=200');
  });

  it('finds nothing in an empty answer, and makes no call for nothing', async () => {
    const caller = scriptedCaller([nothing]);
    expect(await getByIds(caller, 'Leads', { ids: ['11'], fields: [] })).toEqual({ kind: 'ok', records: [] });
    expect(await getByIds(caller, 'Leads', { ids: [], fields: [] })).toEqual({ kind: 'ok', records: [] });
    expect(caller.requests).toHaveLength(1);
  });

  it('reads one record whole, or null where there is none (reference 2.4)', async () => {
    const caller = scriptedCaller([answer(200, { data: [{ id: '11', City: 'x' }] }), nothing]);
    expect(await getById(caller, 'Leads', { id: '11' })).toEqual({ kind: 'ok', record: { id: '11', City: 'x' } });
    expect(await getById(caller, 'Leads', { id: '11', fields: ['City'] })).toEqual({ kind: 'ok', record: null });
    expect(caller.requests.map(line)).toEqual(['GET /crm/v8/Leads/11', 'GET /crm/v8/Leads/11?fields=id,City']);
    expect(caller.observations.map(({ path }) => path)).toEqual(['/crm/v8/Leads/{id}', '/crm/v8/Leads/{id}']);
  });

  it('does not take a list whose records have no usable id for one', async () => {
    const caller = scriptedCaller([answer(200, { data: [{ id: 5000000000099001 }] })]);
    expect(await getByIds(caller, 'Leads', { ids: ['11'], fields: [] })).toMatchObject({
      kind: 'unavailable',
      code: 'CRM_ANSWER_UNREADABLE',
    });
  });
});

describe('modified since', () => {
  const page = (info: object) => answer(200, { data: [{ id: '11', Modified_Time: 't' }], info: { ...info } });
  const options = { since, fields: ['Email'] };

  it('lists the oldest first from a whole second on', async () => {
    const caller = scriptedCaller([page({ more_records: false })]);
    const result = await listModifiedSince(caller, 'Leads', { ...options, converted: 'both' });
    expect(result).toMatchObject({ kind: 'ok', records: [{ id: '11' }], next: null, truncated: false });
    expect(line(caller.requests[0])).toBe(
      'GET /crm/v8/Leads?fields=id,Modified_Time,Email&sort_by=Modified_Time&sort_order=asc&per_page=200&converted=both&page=1',
    );
    expect(caller.requests[0]?.headers['if-modified-since']).toBe('2026-03-01T09:59:59+00:00');
  });

  it('is empty for 204 and for 304', async () => {
    const caller = scriptedCaller([nothing, answer(304, undefined)]);
    for (let call = 0; call < 2; call += 1) {
      expect(await listModifiedSince(caller, 'Leads', options)).toMatchObject({ kind: 'ok', records: [], next: null });
    }
  });

  it('goes on by page, by token where there is one, and says where paging ends (2,000 records)', async () => {
    const caller = scriptedCaller([
      page({ more_records: true, page: 1 }),
      page({ more_records: true, next_page_token: 'abc' }),
      page({ more_records: true, page: 10 }),
    ]);
    expect(await listModifiedSince(caller, 'Leads', options)).toMatchObject({ next: { page: 2 } });
    expect(await listModifiedSince(caller, 'Leads', { ...options, next: { page: 2 } })).toMatchObject({
      next: { pageToken: 'abc' },
    });
    expect(await listModifiedSince(caller, 'Leads', { ...options, next: { page: 10 } })).toMatchObject({
      next: null,
      truncated: true,
    });
    await listModifiedSince(caller, 'Leads', { ...options, next: { pageToken: 'abc' } });
    expect(line(caller.requests[3])).toMatch(/page_token=abc$/);
    expect(line(caller.requests[3])).not.toMatch(/[?&]page=/);
  });
});

describe('deleted', () => {
  it('lists who deleted what and when; permanent ones carry nulls (reference 2.7)', async () => {
    const by = { name: 'A', id: '7' };
    const data = [
      { id: '11', type: 'recycle', deleted_by: by, deleted_time: '2026-03-02T10:00:00+01:00', display_name: 'x' },
      { id: '12', type: 'permanent', deleted_by: null, deleted_time: null, display_name: null },
    ];
    const caller = scriptedCaller([answer(200, { data, info: { more_records: true } }), nothing]);
    expect(await deleted(caller, 'Leads', { since })).toEqual({
      kind: 'ok',
      records: [
        { id: '11', type: 'recycle', deletedAt: Date.parse('2026-03-02T09:00:00Z'), deletedBy: { id: '7', name: 'A' } },
        { id: '12', type: 'permanent', deletedAt: null, deletedBy: null },
      ],
      nextPage: 2,
    });
    expect(await deleted(caller, 'Leads', { since, page: 2 })).toEqual({ kind: 'ok', records: [], nextPage: null });
    expect(line(caller.requests[0])).toBe('GET /crm/v8/Leads/deleted?type=all&page=1&per_page=200');
  });
});

describe('COQL', () => {
  it('is rows, none for 204, and a refusal with its code', async () => {
    const caller = scriptedCaller([
      answer(200, { data: [{ 'Account_Name.Account_Name': 'x' }], info: { count: 1, more_records: true } }),
      nothing,
      answer(400, refused('INVALID_QUERY', { column_name: 'Nope', reason: 'column given seems to be invalid' })),
    ]);
    const query = "select Last_Name from Leads where Ext = '1'";
    expect(await coql(caller, query)).toEqual({ kind: 'ok', rows: [{ 'Account_Name.Account_Name': 'x' }], more: true });
    expect(await coql(caller, query)).toEqual({ kind: 'ok', rows: [], more: false });
    expect(await coql(caller, query)).toMatchObject({ kind: 'rejected', zohoCode: 'INVALID_QUERY' });
    expect(bodyOf(caller.requests[0])).toEqual({ select_query: query });
  });

  it('finds by a field, 50 values a call, and compares again', async () => {
    const values = Array.from({ length: 60 }, (_, index) => `v${index}`);
    const caller = scriptedCaller([
      answer(200, {
        data: [
          { id: '11', Ext: 'v1' },
          { id: '12', Ext: 'V1' },
          { id: '13', Ext: null },
        ],
      }),
      nothing,
    ]);
    const result = await findByField(caller, 'Leads', { field: 'Ext', values: [...values, 'v1'], fields: ['Email'] });
    expect(result).toEqual({ kind: 'ok', records: [{ id: '11', Ext: 'v1' }] });
    expect(caller.requests).toHaveLength(2);
  });

  it('finds nothing for nothing, and stops at the first failure', async () => {
    const caller = scriptedCaller([answer(429, undefined)]);
    expect(await findByField(caller, 'Leads', { field: 'Ext', values: [], fields: [] })).toEqual({
      kind: 'ok',
      records: [],
    });
    const values = Array.from({ length: 120 }, String);
    expect(await findByField(caller, 'Leads', { field: 'Ext', values, fields: [] })).toMatchObject({
      kind: 'throttled',
    });
    expect(caller.requests).toHaveLength(1);
  });

  it('does not take a row without an id for "not found"', async () => {
    const caller = scriptedCaller([answer(200, { data: [{ Ext: 'v1' }] })]);
    const result = await findByField(caller, 'Leads', { field: 'Ext', values: ['v1'], fields: [] });
    expect(result).toMatchObject({ kind: 'unavailable', code: 'CRM_ANSWER_UNREADABLE' });
  });
});
