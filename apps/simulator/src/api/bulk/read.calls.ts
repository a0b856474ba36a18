import { errorBody, Refusal } from '../../answers/answer.ts';
import { zipped } from '../../bulk/bulk.files.ts';
import { BULK_PAGE, bulkText } from '../../bulk/bulk.reader.ts';
import type { Job } from '../../jobs/job.store.ts';
import type { Org } from '../../org/org.ts';
import { minifiedUser } from '../../org/user.store.ts';
import { formatTime } from '../../org/zoho.time.ts';
import type { Fields } from '../../records/record.model.ts';
import { header, type ApiRequest, type Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { bodyObject } from '../request.body.ts';
import { bulkCallback } from './bulk.callback.ts';
import { bulkError, notFound } from './bulk.errors.ts';
import { bulkQuery, type BulkQuery } from './read.query.ts';

const KIND = 'bulk.read';
const NEEDS = onArea('bulk', ['READ', 'CREATE']);

interface ReadJob {
  readonly query: BulkQuery;
  result?: Fields;
}

/** `POST /crm/bulk/v8/read`: a job that writes up to 200,000 records into a file (reference 4.3). */
export const createReadCall: Call = {
  kind: 'bulk.read.create',
  method: 'POST',
  path: '/crm/bulk/v8/read',
  needs: NEEDS,
  credits: () => 50,
  run: (request, org) => {
    if (header(request, 'content-type')?.startsWith('application/json') !== true) {
      throw new Refusal(415, errorBody('MEDIA_TYPE_NOT_SUPPORTED', 'The media type is not supported.'));
    }
    const body = bodyObject(request);
    const callback = bulkCallback(body['callback']);
    const type = body['file_type'] ?? 'csv';
    if (type !== 'csv') throw bulkError('JOB_NOT_SUPPORTED', 'Only csv files are made.');
    const query = bulkQuery(org, { query: body['query'], user: request.user.id });
    const job = org.jobs.add<ReadJob>({
      kind: KIND,
      by: request.user.id,
      delayMs: org.settings.bulkDelayMs,
      about: { query },
      run: (made) => read(org, made),
      ...(callback === undefined
        ? {}
        : { done: (made) => org.notifier.tell({ url: callback.url, body: show(org, made) }) }),
    });
    const { result: _result, query: _query, file_type: _type, ...details } = show(org, job);
    const item = { status: 'success', code: 'ADDED_SUCCESSFULLY', message: 'Added successfully.', details };
    return { status: 201, body: { data: [item], info: {} } };
  },
};

/** `GET /crm/bulk/v8/read/{job}` */
export const readJobCall: Call = {
  kind: 'bulk.read.job',
  method: 'GET',
  path: '/crm/bulk/v8/read/:job',
  needs: NEEDS,
  run: (request, org) => ({ status: 200, body: { data: [show(org, pathJob(request, org))] } }),
};

/** `GET /crm/bulk/v8/read/{job}/result`: the file, once there is one. */
export const readResultCall: Call = {
  kind: 'bulk.read.result',
  method: 'GET',
  path: '/crm/bulk/v8/read/:job/result',
  needs: NEEDS,
  run: (request, org) => {
    const { job = '' } = request.params;
    const file = org.files.get(job);
    if (file === undefined) throw notFound(400, job);
    const headers = {
      'content-type': 'application/x-download',
      'content-disposition': `attachment; filename=${job}.zip`,
    };
    return { status: 200, body: file, headers };
  },
};

function pathJob(request: ApiRequest, org: Org): Job<ReadJob> {
  const { job: id = '' } = request.params;
  const job = org.jobs.get(KIND, id);
  if (job === undefined) throw notFound(404, id);
  return job as Job<ReadJob>;
}

function read(org: Org, job: Job<ReadJob>): void {
  const { query } = job.about;
  const all = [...org.records.of(query.module).all()].filter(
    (record) => record.converted === undefined && query.test(record),
  );
  const records = all.slice(query.from, query.from + BULK_PAGE);
  const more = all.length > query.from + BULK_PAGE;
  const next = more ? org.pages.issue({ offset: query.from + BULK_PAGE, bound: query.bound }) : undefined;
  org.files.put(job.id, zipped(`${job.id}.csv`, bulkText(query.columns, records)));
  job.about.result = {
    page: query.page,
    per_page: BULK_PAGE,
    count: records.length,
    download_url: `/crm/bulk/v8/read/${job.id}/result`,
    more_records: more,
    ...(next === undefined ? {} : { next_page_token: next.token }),
  };
}

function show(org: Org, job: Job<ReadJob>): Fields {
  const state = org.jobs.state(job);
  const user = org.users.get(job.createdBy);
  return {
    id: job.id,
    operation: 'read',
    state: state === 'FAILED' ? 'FAILURE' : state,
    query: job.about.query.shown,
    created_by: user === undefined ? null : minifiedUser(user),
    created_time: formatTime(job.createdAt),
    file_type: 'csv',
    ...(job.about.result === undefined ? {} : { result: job.about.result }),
  };
}
