import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { classifyBody, classifyRead, type Reply } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import { unavailable, unknown } from '../failure.make.ts';
import { toCsv } from '../file/csv.text.ts';
import { zipOne } from '../file/zip.file.ts';
import type { Failure } from '../outcome.types.ts';
import { bulkStateOf, readResultFile, type BulkState } from './bulk.answer.ts';

const BASE = '/crm/bulk/v8';

export interface UploadOptions {
  /** Number of the organisation (`org().zgid`). */
  readonly zgid: string;
  /** Columns, then rows; all as text. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly fileName: string;
}

export type UploadResult = { readonly kind: 'uploaded'; readonly fileId: string } | Failure;

const uploadedSchema = z.looseObject({
  code: z.literal('FILE_UPLOAD_SUCCESS'),
  details: z.looseObject({ file_id: z.union([z.string(), z.number().int()]).transform(String) }),
});

/** Uploads a table for a bulk write to the content host (reference 4.2, step 1). Changes nothing in the CRM by itself. */
export function uploadRows(caller: Caller, { zgid, header, rows, fileName }: UploadOptions): Promise<UploadResult> {
  const boundary = `causeway-${randomBytes(12).toString('hex')}`;
  return caller.run(
    {
      kind: 'bulk_upload',
      method: 'POST',
      host: 'content',
      path: '/upload',
      headers: {
        feature: 'bulk-write',
        'x-crm-org': zgid,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      bytes: formOf(zipOne(fileName, toCsv([header, ...rows])), boundary),
      records: rows.length,
    },
    (reply) => {
      const result = classifyBody(reply, { schema: uploadedSchema, effect: 'read' });
      if (result.kind !== 'ok') return result;
      if (result.body === null) return unavailable('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      return { kind: 'uploaded', fileId: result.body.details.file_id };
    },
  );
}

function formOf(file: Uint8Array, boundary: string): Uint8Array {
  const head = [
    `--${boundary}`,
    'content-disposition: form-data; name="file"; filename="rows.zip"',
    'content-type: application/zip',
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

export interface BulkWriteOptions {
  readonly operation: 'insert' | 'update' | 'upsert';
  readonly fileId: string;
  readonly fileName: string;
  /** API names by column; null: a column that is not written. */
  readonly fields: readonly (string | null)[];
  /** The unique field by which records are found; `id` for updates by id. */
  readonly findBy?: string;
  /** Empty cells leave a field as it is; else they clear it. */
  readonly ignoreEmpty: boolean;
}

export type BulkJobResult = { readonly kind: 'job'; readonly jobId: string } | Failure;

const createdSchema = z.looseObject({
  code: z.literal('SUCCESS'),
  details: z.looseObject({ id: recordIdSchema }),
});

/**
 * Starts a job that writes an uploaded table (reference 4.2, step 2): 500 credits whatever its size, at most 25,000 rows. After
 * `unknown` the job may run: an upsert may be started again, an insert not.
 */
export function createBulkWrite(caller: Caller, module: string, options: BulkWriteOptions): Promise<BulkJobResult> {
  const { operation, fileId, fileName, fields, findBy, ignoreEmpty } = options;
  const mappings = fields.flatMap((name, index) => (name === null ? [] : [{ api_name: name, index }]));
  const resource = {
    type: 'data',
    module: { api_name: module },
    file_id: fileId,
    file_names: [fileName],
    ...(findBy === undefined ? {} : { find_by: findBy }),
    field_mappings: mappings,
  };
  return caller.run(
    {
      kind: 'bulk_write',
      method: 'POST',
      base: BASE,
      path: '/write',
      body: { operation, ignore_empty: ignoreEmpty, character_encoding: 'UTF-8', resource: [resource] },
      records: 0,
    },
    (reply) => {
      const result = classifyBody(reply, { schema: createdSchema, effect: 'write' });
      if (result.kind !== 'ok') return result;
      if (result.body === null) return unknown('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      return { kind: 'job', jobId: result.body.details.id };
    },
  );
}

export type BulkWriteJob =
  | {
      readonly kind: 'ok';
      readonly state: BulkState;
      /** Where the result is, once there is one. */
      readonly resultPath: string | null;
    }
  | Failure;

const jobSchema = z.looseObject({
  status: z.string(),
  result: z.looseObject({ download_url: z.string() }).nullable().optional(),
});

/** Where a job stands (reference 4.2, step 3). */
export function bulkWriteJob(caller: Caller, jobId: string): Promise<BulkWriteJob> {
  return caller.run(
    {
      kind: 'bulk_job',
      method: 'GET',
      base: BASE,
      path: `/write/${encodeURIComponent(jobId)}`,
      shownPath: '/write/{id}',
      records: 0,
    },
    (reply) => {
      const result = classifyRead(reply, jobSchema);
      if (result.kind !== 'ok') return result;
      const state = result.body === null ? null : bulkStateOf(result.body.status);
      if (result.body === null || state === null) return unavailable('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      return { kind: 'ok', state, resultPath: result.body.result?.download_url ?? null };
    },
  );
}

export type BulkResultRows = { readonly kind: 'ok'; readonly rows: readonly string[][] } | Failure;

/**
 * The result of a job, its header first (reference 4.2, step 5). The address comes from the job; only its path is used, on the
 * connection's own API host, so that a token never follows an address out of an answer.
 */
export function bulkWriteResult(caller: Caller, resultPath: string): Promise<BulkResultRows> {
  const path = pathOf(resultPath);
  if (path === null) return Promise.resolve(unavailable('RESULT_PATH_UNREADABLE', 'CRM_ANSWER_UNREADABLE'));
  const call = { kind: 'bulk_result', method: 'GET', base: '', path, shownPath: '/bulk-write/{id}' } as const;
  return caller.run({ ...call, accept: '*/*', records: 0 }, (reply: Reply) => readResultFile(reply));
}

function pathOf(address: string): string | null {
  const url = URL.parse(address, 'https://result.invalid');
  return url !== null && /^\/[\w/.-]+$/.test(url.pathname) ? url.pathname : null;
}
