import { zipped } from '../../bulk/bulk.files.ts';
import { bulkWrite, type BulkResult } from '../../bulk/bulk.writer.ts';
import type { Job } from '../../jobs/job.store.ts';
import type { Org } from '../../org/org.ts';
import { minifiedUser } from '../../org/user.store.ts';
import { formatTime } from '../../org/zoho.time.ts';
import type { Fields } from '../../records/record.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { bodyObject } from '../request.body.ts';
import { bulkCallback, type BulkCallback } from './bulk.callback.ts';
import { notFound } from './bulk.errors.ts';
import { writeRequest, type WriteRequest } from './write.request.ts';

const KIND = 'bulk.write';

interface WriteJob {
  readonly request: WriteRequest;
  readonly callback: BulkCallback | undefined;
  result?: BulkResult;
}

/** `POST /crm/bulk/v8/write`: a job that writes the rows of an uploaded file (reference 4.2). */
export const createWriteCall: Call = {
  kind: 'bulk.write.create',
  method: 'POST',
  path: '/crm/bulk/v8/write',
  needs: onArea('bulk', ['CREATE']),
  credits: () => 500,
  run: (request, org) => {
    const body = bodyObject(request);
    const callback = bulkCallback(body['callback']);
    const wanted = writeRequest(org, body);
    const by = request.user.id;
    const job = org.jobs.add<WriteJob>({
      kind: KIND,
      by,
      delayMs: org.settings.bulkDelayMs,
      about: { request: wanted, callback },
      run: (made) => {
        const result = bulkWrite(org, { ...wanted.write, by });
        made.about.result = result;
        org.files.put(made.id, zipped(wanted.fileName, result.text));
      },
      ...(callback === undefined
        ? {}
        : { done: (made) => org.notifier.tell({ url: callback.url, body: show(org, made) }) }),
    });
    const details = { id: job.id, created_by: minifiedUser(request.user) };
    return { status: 201, body: { status: 'success', code: 'SUCCESS', message: 'success', details } };
  },
};

/** `GET /crm/bulk/v8/write/{job}` */
export const writeJobCall: Call = {
  kind: 'bulk.write.job',
  method: 'GET',
  path: '/crm/bulk/v8/write/:job',
  needs: onArea('bulk', ['READ', 'CREATE']),
  run: (request, org) => {
    const { job: id = '' } = request.params;
    const job = org.jobs.get(KIND, id);
    if (job === undefined) throw notFound(404, id);
    return { status: 200, body: show(org, job as Job<WriteJob>) };
  },
};

/** The result of a bulk write, at the relative address that the job names. */
export const writeResultCall: Call = {
  kind: 'bulk.write.result',
  method: 'GET',
  path: '/v8/crm/:org/bulk-write/:job/:file',
  needs: onArea('bulk', ['READ', 'CREATE']),
  run: (request, org) => {
    const { job = '', org: name } = request.params;
    const file = name === `org${org.zgid}` ? org.files.get(job) : undefined;
    if (file === undefined) throw notFound(404, job);
    return { status: 200, body: file, headers: { 'content-type': 'application/octet-stream' } };
  },
};

function show(org: Org, job: Job<WriteJob>): Fields {
  const { request, result, callback } = job.about;
  const user = org.users.get(job.createdBy);
  const failed = result !== undefined && result.added + result.updated === 0 && result.total > 0;
  const done = org.jobs.state(job) === 'COMPLETED' && failed ? 'SKIPPED' : org.jobs.state(job);
  return {
    id: job.id,
    // Written as one word here and as two within the resource (reference 4.2).
    status: done === 'IN PROGRESS' ? 'INPROGRESS' : done,
    character_encoding: 'UTF-8',
    operation: request.write.operation,
    created_by: user === undefined ? null : minifiedUser(user),
    created_time: formatTime(job.createdAt),
    resource: [
      {
        status: done,
        ...request.shown,
        file: {
          status: done,
          name: request.fileName,
          added_count: result?.added ?? 0,
          skipped_count: result?.skipped ?? 0,
          updated_count: result?.updated ?? 0,
          total_count: result?.total ?? 0,
        },
      },
    ],
    ...(result === undefined
      ? {}
      : { result: { download_url: `/v8/crm/org${org.zgid}/bulk-write/${job.id}/${job.id}.zip` } }),
    ...(callback === undefined ? {} : { callback }),
  };
}
