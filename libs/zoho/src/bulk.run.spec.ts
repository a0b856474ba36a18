import { bulkUpsert } from './bulk.run.ts';
import { bulkOutcomes } from './bulk.outcome.ts';
import { toCsv } from './file/csv.text.ts';
import { zipOne } from './file/zip.file.ts';
import { answer } from './testing/answers.ts';
import { bodyOf, line, scriptedCaller } from './testing/scripted.caller.ts';

const header = ['Ext', 'Last_Name', 'STATUS', 'RECORD_ID', 'ERRORS'];
const result = toCsv([
  header,
  ['b', 'B', 'UPDATED', '12', ''],
  ['a', 'A', 'ADDED', '11', ''],
  ['c', 'C', 'SKIPPED', '', 'INVALID_DATA-Email:MANDATORY_NOT_FOUND-Last_Name'],
  ['d', 'D', 'SKIPPED', '14', 'DUPLICATE_DATA-Ext'],
  ['e', 'E', 'UNPROCESSED', '', ''],
  ['f', 'F', 'ADDED', '', ''],
]);
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const rows = (text: string) =>
  text
    .split('\r\n')
    .filter(Boolean)
    .map((row) => row.slice(1, -1).split('","'));

const uploaded = answer(200, {
  status: 'success',
  code: 'FILE_UPLOAD_SUCCESS',
  message: 'm',
  details: { file_id: 77 },
});
const created = answer(201, { status: 'success', code: 'SUCCESS', message: 'success', details: { id: '91' } });
const job = (status: string, rest = {}) => answer(200, { id: '91', status, resource: [], ...rest });
const done = job('COMPLETED', { result: { download_url: '/v8/crm/org1/bulk-write/91/91.zip' } });
const upsert = (script: Parameters<typeof scriptedCaller>[0], turns = 5) => {
  const caller = scriptedCaller(script);
  const outcome = bulkUpsert(caller, 'Leads', {
    zgid: '600',
    records: keys.map((key) => ({ Ext: key, Last_Name: key.toUpperCase() })),
    identityField: 'Ext',
    fields: ['Last_Name'],
    wait: (turn) => Promise.resolve(turn < turns),
  });
  return { caller, outcome };
};

it('reads what became of each record, by its identity and in input order (reference 4.2)', () => {
  expect(bulkOutcomes(keys, rows(result))).toMatchObject([
    { kind: 'succeeded', recordId: '11', created: true },
    { kind: 'succeeded', recordId: '12', created: false },
    { kind: 'rejected', zohoCode: 'INVALID_DATA', field: 'Email', concerns: 'record' },
    { kind: 'rejected', code: 'CRM_DUPLICATE', other: { recordId: '14' } },
    { kind: 'unavailable', reason: 'BULK_UNPROCESSED' },
    { kind: 'unknown', reason: 'NO_ID_IN_RESULT' },
    { kind: 'unknown', reason: 'NOT_IN_RESULT' },
  ]);
});

it.each([[[]], [[['Ext', 'STATUS']]], [[['x'], ['a']]]])('knows nothing from a table of another form: %j', (table) => {
  expect(bulkOutcomes(['a'], table)).toMatchObject([{ kind: 'unknown' }]);
});

it('uploads, starts the job, looks until it is done and fetches the result', async () => {
  const { caller, outcome } = upsert([
    uploaded,
    created,
    job('ADDED'),
    job('INPROGRESS'),
    done,
    answer(200, zipOne('r.csv', result)),
  ]);
  const finished = await outcome;
  expect(finished.kind === 'done' && finished.outcomes.map(({ kind }) => kind)).toEqual([
    'succeeded',
    'succeeded',
    'rejected',
    'rejected',
    'unavailable',
    'unknown',
    'unknown',
  ]);
  expect(caller.requests.map(line)).toEqual([
    'POST /crm/v8/upload',
    'POST /crm/bulk/v8/write',
    'GET /crm/bulk/v8/write/91',
    'GET /crm/bulk/v8/write/91',
    'GET /crm/bulk/v8/write/91',
    'GET /v8/crm/org1/bulk-write/91/91.zip',
  ]);
  expect(caller.requests[0]?.headers).toMatchObject({ feature: 'bulk-write', 'x-crm-org': '600' });
  expect(bodyOf(caller.requests[1])).toEqual({
    operation: 'upsert',
    ignore_empty: true,
    character_encoding: 'UTF-8',
    resource: [
      {
        type: 'data',
        module: { api_name: 'Leads' },
        file_id: '77',
        file_names: ['Leads.csv'],
        find_by: 'Ext',
        field_mappings: [
          { api_name: 'Ext', index: 0 },
          { api_name: 'Last_Name', index: 1 },
        ],
      },
    ],
  });
  expect(caller.observations.map(({ credits }) => credits)).toEqual([1, 500, 1, 1, 1, 1]);
});

it('says where to look later when the job takes too long', async () => {
  const { outcome } = upsert([uploaded, created, job('INPROGRESS')], 3);
  expect(await outcome).toEqual({ kind: 'waiting', jobId: '91' });
});

it.each([
  ['the upload is lost', [{ kind: 'lost', reason: 'ECONNRESET' } as const], 'unavailable'],
  ['the job is lost', [uploaded, { kind: 'lost', reason: 'ECONNRESET' } as const], 'unknown'],
  ['the job failed', [uploaded, created, job('FAILED')], 'unavailable'],
  [
    'the table is refused',
    [answer(400, { code: 'INVALID_FILE_FORMAT', details: {}, message: 'm', status: 'error' })],
    'rejected',
  ],
])('is no success when %s', async (_name, script, kind) => {
  expect((await upsert(script).outcome).kind).toBe(kind);
});

it('never takes a cut result for a shorter one', async () => {
  const whole = zipOne('r.csv', result);
  for (let length = 0; length < whole.length; length += 7) {
    const { outcome } = upsert([uploaded, created, done, answer(200, whole.subarray(0, length))], 1);
    expect((await outcome).kind).toBe('waiting');
  }
});

it('never follows an address to another host', async () => {
  const elsewhere = job('COMPLETED', { result: { download_url: 'https://evil.example/v8/crm/x.zip' } });
  const { caller, outcome } = upsert([uploaded, created, elsewhere, answer(200, zipOne('r.csv', result))]);
  await outcome;
  expect(new Set(caller.requests.map(({ origin }) => origin))).toEqual(new Set(['https://api.example']));
});
