import { z } from 'zod';
import type { JsonObject } from '#contracts';
import { classifyBody, classifyRead } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import { unavailable, unknown } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';
import { zohoTime } from '../zoho.time.ts';
import { bulkStateOf, readResultFile, type BulkState } from './bulk.answer.ts';
import type { BulkJobResult, BulkResultRows } from './bulk-write.call.ts';

const BASE = '/crm/bulk/v8';

export interface BulkReadOptions {
  /** API names. */
  readonly fields: readonly string[];
  /** Only records modified at or after this instant. */
  readonly since?: Date;
  /** Goes on where a job before ended: it lives 24 hours (reference 4.3). */
  readonly pageToken?: string;
}

const createdSchema = z.looseObject({
  data: z
    .array(z.looseObject({ code: z.literal('ADDED_SUCCESSFULLY'), details: z.looseObject({ id: recordIdSchema }) }))
    .length(1),
});

/** Starts a job that writes up to 200,000 records into a file: 50 credits (reference 4.3). */
export function createBulkRead(caller: Caller, module: string, options: BulkReadOptions): Promise<BulkJobResult> {
  return caller.run(
    {
      kind: 'bulk_read',
      method: 'POST',
      base: BASE,
      path: '/read',
      body: { query: queryOf(module, options), file_type: 'csv' },
      records: 0,
    },
    (reply) => {
      const result = classifyBody(reply, { schema: createdSchema, effect: 'write' });
      if (result.kind !== 'ok') return result;
      const id = result.body?.data[0]?.details.id;
      return id === undefined ? unknown('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE') : { kind: 'job', jobId: id };
    },
  );
}

function queryOf(module: string, { fields, since, pageToken }: BulkReadOptions): JsonObject {
  const query = { module: { api_name: module }, fields: [...new Set(['id', ...fields])] };
  // A page token stands for the whole query.
  if (pageToken !== undefined) return { ...query, page_token: pageToken };
  if (since === undefined) return query;
  const modified = { field: { api_name: 'Modified_Time' }, comparator: 'greater_equal', value: zohoTime(since) };
  return { ...query, criteria: modified };
}

export type BulkReadJob =
  | {
      readonly kind: 'ok';
      readonly state: BulkState;
      readonly count: number | null;
      /** Null: the result holds all there is, or the job is not done. */
      readonly nextPageToken: string | null;
    }
  | Failure;

const jobSchema = z.looseObject({
  data: z
    .array(
      z.looseObject({
        state: z.string(),
        result: z
          .looseObject({
            count: z.number().nullable().optional(),
            more_records: z.boolean().nullable().optional(),
            next_page_token: z.string().nullable().optional(),
          })
          .nullable()
          .optional(),
      }),
    )
    .length(1),
});

/** Where a job stands. */
export function bulkReadJob(caller: Caller, jobId: string): Promise<BulkReadJob> {
  return caller.run(
    {
      kind: 'bulk_job',
      method: 'GET',
      base: BASE,
      path: `/read/${encodeURIComponent(jobId)}`,
      shownPath: '/read/{id}',
      records: 0,
    },
    (reply) => {
      const read = classifyRead(reply, jobSchema);
      if (read.kind !== 'ok') return read;
      const job = read.body?.data[0];
      const state = job === undefined ? null : bulkStateOf(job.state);
      if (job === undefined || state === null) return unavailable('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      const { count = null, more_records: more, next_page_token: next = null } = job.result ?? {};
      return { kind: 'ok', state, count, nextPageToken: more === true ? next : null };
    },
  );
}

/** The records of a job that is done, as a table: its header first. */
export function bulkReadResult(caller: Caller, jobId: string): Promise<BulkResultRows> {
  return caller.run(
    {
      kind: 'bulk_result',
      method: 'GET',
      base: BASE,
      path: `/read/${encodeURIComponent(jobId)}/result`,
      shownPath: '/read/{id}/result',
      accept: '*/*',
      records: 0,
    },
    (reply) => readResultFile(reply),
  );
}
