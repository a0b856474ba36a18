import type { Json } from '#contracts';
import { accepted, answer, refused } from '../testing/answers.ts';
import { bodyOf, line, scriptedCaller } from '../testing/scripted.caller.ts';
import { insert } from './insert.call.ts';
import { remove } from './remove.call.ts';
import { update } from './update.call.ts';
import { upsert } from './upsert.call.ts';

const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);
const records = (count: number) => Array.from({ length: count }, (_, index) => ({ Ext: String(index) }));
const all = (count: number): Json => ({
  data: Array.from({ length: count }, (_, index) => accepted(String(index + 1))),
});

it('upserts on one field, with the trigger said', async () => {
  const caller = scriptedCaller([answer(200, { data: [accepted('11', { action: 'insert' })] })]);
  const outcomes = await upsert(caller, 'Leads', { records: [{ Ext: '1' }], identityField: 'Ext', trigger: [] });
  expect(outcomes).toMatchObject([{ kind: 'succeeded', recordId: '11', created: true }]);
  expect(line(caller.requests[0])).toBe('POST /crm/v8/Leads/upsert');
  expect(bodyOf(caller.requests[0])).toEqual({ data: [{ Ext: '1' }], duplicate_check_fields: ['Ext'], trigger: [] });
});

it('updates by id, and believes an answer about the same ids only', async () => {
  const updated = { message: 'record updated' };
  const caller = scriptedCaller([answer(200, { data: [accepted('11', updated), accepted('13', updated)] })]);
  const outcomes = await update(caller, 'Leads', {
    records: [
      { id: '11', City: null },
      { id: '12', City: 'x' },
    ],
    trigger: ['workflow'],
  });
  expect(outcomes).toMatchObject([{ kind: 'succeeded', created: false }, { kind: 'unknown' }]);
  expect(line(caller.requests[0])).toBe('PUT /crm/v8/Leads');
  expect(bodyOf(caller.requests[0])).toMatchObject({ trigger: ['workflow'], data: [{ id: '11', City: null }, {}] });
});

it('tells a record that is gone from another refusal of an update (reference 2.2)', async () => {
  const gone = refused('INVALID_DATA', { id: '11' }, 'the id given seems to be invalid');
  const caller = scriptedCaller([answer(400, { data: [gone] })]);
  expect(await update(caller, 'Leads', { records: [{ id: '11' }], trigger: [] })).toMatchObject([{ gone: true }]);
});

it('inserts', async () => {
  const caller = scriptedCaller([answer(201, all(1))]);
  expect(await insert(caller, 'Tasks', { records: [{ Subject: 'x' }], trigger: [] })).toMatchObject([
    { created: true },
  ]);
  expect(line(caller.requests[0])).toBe('POST /crm/v8/Tasks');
});

it('removes without automations, and says what was gone already (reference 2.7)', async () => {
  const deleted = { code: 'SUCCESS', details: { id: '11' }, message: 'record deleted', status: 'success' };
  const caller = scriptedCaller([
    answer(207, { data: [deleted, refused('INVALID_DATA', { id: '12' }, 'record not deleted')] }),
  ]);
  expect(await remove(caller, 'Leads', { ids: ['11', '12'] })).toMatchObject([
    { kind: 'succeeded', recordId: '11', created: false },
    { kind: 'rejected', gone: true },
  ]);
  expect(line(caller.requests[0])).toBe('DELETE /crm/v8/Leads?ids=11,12&wf_trigger=false');
});

it('makes no call for nothing, and none for more ids than a delete takes', async () => {
  const caller = scriptedCaller([answer(500, undefined)]);
  expect(await upsert(caller, 'Leads', { records: [], identityField: 'Ext', trigger: [] })).toEqual([]);
  expect(await remove(caller, 'Leads', { ids: [] })).toEqual([]);
  const outcomes = await remove(caller, 'Leads', { ids: records(101).map(({ Ext }) => Ext) });
  expect(outcomes).toHaveLength(101);
  expect(outcomes[0]).toMatchObject({ kind: 'rejected', zohoCode: 'TOO_MANY_RECORDS' });
  expect(caller.requests).toEqual([]);
});

describe('a batch larger than a call may be', () => {
  const options = (count: number) => ({ records: records(count), identityField: 'Ext', trigger: [] });

  it('goes out in parts of at most 100, outcomes in input order', async () => {
    const caller = scriptedCaller([answer(200, all(100)), answer(200, all(30))]);
    const outcomes = await upsert(caller, 'Leads', options(130));
    expect(outcomes).toHaveLength(130);
    expect(outcomes[129]).toMatchObject({ recordId: '30' });
    expect(caller.observations.map(({ records: sent, credits }) => [sent, credits])).toEqual([
      [100, 10],
      [30, 3],
    ]);
  });

  it('is cut by bytes too, and refuses a record that alone is too large', async () => {
    const caller = scriptedCaller([answer(200, all(1))], 2_000);
    const large = [{ text: 'x'.repeat(800) }, { text: 'y'.repeat(1_100) }, { text: 'z'.repeat(800) }];
    const outcomes = await upsert(caller, 'Leads', { records: large, identityField: 'Ext', trigger: [] });
    expect(kinds(outcomes)).toEqual(['succeeded', 'rejected', 'succeeded']);
    expect(outcomes[1]).toMatchObject({ zohoCode: 'REQUEST_TOO_LARGE', concerns: 'record' });
    for (const { body } of caller.requests) expect(Buffer.byteLength(body ?? '')).toBeLessThanOrEqual(2_000);
  });

  it.each([
    ['throttled', answer(429, undefined), 'throttled'],
    ['not reachable', { kind: 'not_sent', reason: 'ECONNREFUSED' } as const, 'unavailable'],
    ['refused as a whole', answer(400, refused('INVALID_MODULE')), 'rejected'],
  ])('is not sent on after a part was %s', async (_name, exchange, kind) => {
    const caller = scriptedCaller([exchange]);
    expect(new Set(kinds(await upsert(caller, 'Leads', options(250))))).toEqual(new Set([kind]));
    expect(caller.requests).toHaveLength(1);
  });

  it('is unknown for the part whose answer was lost and unavailable for the rest, which was not sent', async () => {
    const caller = scriptedCaller([{ kind: 'lost', reason: 'TIMEOUT' }]);
    const outcomes = await upsert(caller, 'Leads', options(150));
    expect(kinds(outcomes.slice(0, 100))).toEqual(Array.from({ length: 100 }, () => 'unknown'));
    expect(kinds(outcomes.slice(100))).toEqual(Array.from({ length: 50 }, () => 'unavailable'));
  });

  it('is sent on when records of a part were refused', async () => {
    const none = { data: Array.from({ length: 100 }, () => refused('INVALID_DATA')) };
    const caller = scriptedCaller([answer(400, none), answer(200, all(50))]);
    expect(kinds(await upsert(caller, 'Leads', options(150)).then((all) => all.slice(99, 101)))).toEqual([
      'rejected',
      'succeeded',
    ]);
  });
});
