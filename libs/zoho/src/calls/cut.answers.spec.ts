import { outcomeClassOf } from '../call.outcome.ts';
import type { Caller } from '../call.types.ts';
import { accepted, answer } from '../testing/answers.ts';
import { scriptedCaller } from '../testing/scripted.caller.ts';
import { convert } from './convert.call.ts';
import { convertedLead } from './converted-lead.call.ts';
import { bulkReadJob, createBulkRead } from './bulk-read.call.ts';
import { bulkWriteJob, createBulkWrite, uploadRows } from './bulk-write.call.ts';
import { coql, findByField } from './coql.call.ts';
import { addPicklistValues, createFields } from './create-fields.call.ts';
import { deleted } from './deleted.call.ts';
import { fields } from './fields.call.ts';
import { getById } from './get-by-id.call.ts';
import { getByIds } from './get-by-ids.call.ts';
import { insert } from './insert.call.ts';
import { layouts, pipelines } from './layouts.call.ts';
import { listModifiedSince } from './list-modified.call.ts';
import { merge, mergeJob } from './merge.call.ts';
import { modules } from './modules.call.ts';
import { createNotes, listNotes } from './notes.call.ts';
import { org } from './org.call.ts';
import { createTasks, related } from './related.call.ts';
import { remove } from './remove.call.ts';
import { update } from './update.call.ts';
import { upsert } from './upsert.call.ts';
import { users } from './users.call.ts';
import { listWatch } from './watch-list.call.ts';
import { disableWatch, enableWatch, renewWatch } from './watch.call.ts';

type Case = readonly [name: string, call: (caller: Caller) => Promise<unknown>, body: object];

const one = { data: [accepted('11')] };
const rows = { data: [{ id: '11', Ext: 'a' }], info: { more_records: false } };
const since = new Date('2026-03-01T10:00:00Z');
const channel = { channelId: '1', events: ['Leads.all'], notifyUrl: 'https://r.example', expiresAt: since, token: 't' };
const watched = {
  watch: [
    {
      code: 'SUCCESS',
      status: 'success',
      message: 'm',
      details: { channel_id: '1', events: [{ channel_id: '1', channel_expiry: '2026-03-01T10:00:00Z' }] },
    },
  ],
};
const ended = { watch: [{ code: 'SUCCESS', status: 'success', message: 'm', details: { channel_id: '1' } }] };
const converted = { data: [{ code: 'SUCCESS', status: 'success', details: { Contacts: { id: '21' }, Deals: null } }] };
const field = { fields: [{ code: 'SUCCESS', status: 'success', message: 'field created', details: { id: '1' } }] };

const writes: Case[] = [
  ['upsert', (c) => upsert(c, 'Leads', { records: [{}], identityField: 'Ext', trigger: [] }), one],
  ['update', (c) => update(c, 'Leads', { records: [{ id: '11' }], trigger: [] }), one],
  ['insert', (c) => insert(c, 'Leads', { records: [{}], trigger: [] }), one],
  ['remove', (c) => remove(c, 'Leads', { ids: ['11'] }), one],
  ['createNotes', (c) => createNotes(c, [{ parent: { module: 'Leads', id: '11' }, title: null, content: 'x' }]), one],
  ['createFields', (c) => createFields(c, 'Leads', { fields: [{ label: 'F', dataType: 'text' }] }), field],
  ['addPicklistValues', (c) => addPicklistValues(c, 'Leads', { fieldId: '1', values: ['A'] }), field],
  ['convert', (c) => convert(c, { id: '11' }), converted],
  ['createTasks', (c) => createTasks(c, [{ subject: 'Call' }]), one],
  ['merge', (c) => merge(c, 'Leads', { masterId: '11', ids: ['12'] }), { merge: [{ code: 'SUCCESS', details: {} }] }],
  [
    'bulk.write',
    (c) =>
      createBulkWrite(c, 'Leads', {
        operation: 'upsert',
        fileId: '1',
        fileName: 'a.csv',
        fields: ['Ext'],
        findBy: 'Ext',
        ignoreEmpty: true,
      }),
    { status: 'success', code: 'SUCCESS', message: 'success', details: { id: '91' } },
  ],
  [
    'bulk.read',
    (c) => createBulkRead(c, 'Leads', { fields: ['Ext'] }),
    { data: [{ status: 'success', code: 'ADDED_SUCCESSFULLY', details: { id: '91', state: 'ADDED' } }] },
  ],
  ['watch.enable', (c) => enableWatch(c, [channel]), watched],
  ['watch.renew', (c) => renewWatch(c, [channel]), watched],
  ['watch.disable', (c) => disableWatch(c, ['1']), ended],
];
const reads: Case[] = [
  ['getByIds', (c) => getByIds(c, 'Leads', { ids: ['11'], fields: [] }), rows],
  ['getById', (c) => getById(c, 'Leads', { id: '11' }), rows],
  ['listModifiedSince', (c) => listModifiedSince(c, 'Leads', { since, fields: [] }), rows],
  ['deleted', (c) => deleted(c, 'Leads', { since }), { data: [{ id: '11', type: 'recycle' }] }],
  ['coql', (c) => coql(c, 'select id from Leads where id is not null'), rows],
  ['findByField', (c) => findByField(c, 'Leads', { field: 'Ext', values: ['a'], fields: [] }), rows],
  ['convertedLead', (c) => convertedLead(c, ['11']), { data: [{ id: '11', Converted_Contact: { id: '21' } }] }],
  ['listNotes', (c) => listNotes(c, 'Leads', { id: '11' }), rows],
  ['fields', (c) => fields(c, 'Leads'), { fields: [{ id: '1', api_name: 'A', data_type: 'text' }] }],
  ['modules', (c) => modules(c), { modules: [{ id: '1', api_name: 'Leads' }] }],
  ['org', (c) => org(c), { org: [{ id: '1' }] }],
  ['users', (c) => users(c, { type: 'AllUsers' }), { users: [{ id: '1' }] }],
  ['related', (c) => related(c, 'Leads', { id: '11', list: 'Tasks', fields: [] }), rows],
  ['layouts', (c) => layouts(c, 'Leads'), { layouts: [{ id: '1', name: 'Standard', sections: [] }] }],
  ['pipelines', (c) => pipelines(c, '1'), { pipeline: [{ id: '1', actual_value: 'Standard', maps: [] }] }],
  ['mergeJob', (c) => mergeJob(c, 'Leads', { masterId: '1', jobId: '2' }), { merge: [{ status: 'COMPLETED' }] }],
  [
    'bulk.upload',
    (c) => uploadRows(c, { zgid: '1', header: ['Ext'], rows: [['a']], fileName: 'a.csv' }),
    { status: 'success', code: 'FILE_UPLOAD_SUCCESS', details: { file_id: '5' } },
  ],
  ['bulk.writeJob', (c) => bulkWriteJob(c, '1'), { id: '1', status: 'INPROGRESS', resource: [] }],
  ['bulk.readJob', (c) => bulkReadJob(c, '1'), { data: [{ id: '1', state: 'IN PROGRESS' }] }],
  ['watch.list', (c) => listWatch(c), { watch: [{ channel_id: '1' }] }],
];

async function classAt(call: Case[1], bytes: Uint8Array): Promise<string> {
  return outcomeClassOf(await call(scriptedCaller([answer(200, bytes)])));
}

const cases = [
  ...writes.map(([name, call, body]) => ({ name, call, body, kind: 'unknown' })),
  ...reads.map(([name, call, body]) => ({ name, call, body, kind: 'unavailable' })),
];

describe.each(cases)('the answer of $name', ({ call, body, kind }) => {
  const whole = Buffer.from(JSON.stringify(body));

  it('succeeds whole', async () => {
    expect(await classAt(call, whole)).toBe('succeeded');
  });

  it(`is ${kind} at every cut`, async () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(await classAt(call, whole.subarray(0, length))).toBe(kind);
    }
  });
});
