import { bulkOutcomes, BULK_MOST_ROWS } from './bulk.outcome.ts';
import { bulkWriteJob, bulkWriteResult, createBulkWrite, uploadRows } from './calls/bulk-write.call.ts';
import type { Caller } from './call.types.ts';
import { unavailable } from './failure.make.ts';
import type { Failure, WriteOutcome } from './outcome.types.ts';

export interface BulkUpsertOptions {
  readonly zgid: string;
  /** Values by API name, as text; each record has all fields. At most 25,000. */
  readonly records: readonly Readonly<Record<string, string>>[];
  /** The unique field by which records are found; every record has another value of it. */
  readonly identityField: string;
  readonly fields: readonly string[];
  /** Called between two looks at the job, with their number; false gives up waiting. */
  readonly wait: (turn: number) => Promise<boolean>;
}

/** `waiting`: the job runs on; look for its result later by its id. */
export type BulkUpsertResult =
  | { readonly kind: 'done'; readonly outcomes: readonly WriteOutcome[] }
  | { readonly kind: 'waiting'; readonly jobId: string }
  | Failure;

/**
 * Upserts many records by one job: upload, job, result (reference 4.2). It costs 500 credits and a few calls, and may be run
 * again after any failure, since an upsert converges. Workflows are not told apart: a job runs those that the CRM has for bulk.
 */
export async function bulkUpsert(
  caller: Caller,
  module: string,
  options: BulkUpsertOptions,
): Promise<BulkUpsertResult> {
  const { zgid, records, identityField, wait } = options;
  if (records.length > BULK_MOST_ROWS) throw new RangeError(`at most ${BULK_MOST_ROWS} records in one job`);
  const fields = [...new Set([identityField, ...options.fields])];
  const rows = records.map((record) => fields.map((field) => record[field] ?? ''));
  const fileName = `${module}.csv`;
  const uploaded = await uploadRows(caller, { zgid, header: fields, rows, fileName });
  if (uploaded.kind !== 'uploaded') return uploaded;
  const { fileId } = uploaded;
  const write = { operation: 'upsert', fileId, fileName, fields, findBy: identityField, ignoreEmpty: true } as const;
  const created = await createBulkWrite(caller, module, write);
  if (created.kind !== 'job') return created;
  const keys = records.map((record) => record[identityField] ?? '');
  return bulkResult(caller, { jobId: created.jobId, keys, wait });
}

/** Waits for a job and says what became of the records whose identities are given. */
export async function bulkResult(
  caller: Caller,
  given: { readonly jobId: string; readonly keys: readonly string[]; readonly wait: BulkUpsertOptions['wait'] },
): Promise<BulkUpsertResult> {
  const { jobId, keys, wait } = given;
  for (let turn = 1; ; turn += 1) {
    const job = await bulkWriteJob(caller, jobId);
    if (job.kind === 'rejected') return job;
    if (job.kind === 'ok' && job.resultPath !== null) {
      const result = await bulkWriteResult(caller, job.resultPath);
      if (result.kind === 'ok') return { kind: 'done', outcomes: bulkOutcomes(keys, result.rows) };
      if (result.kind === 'rejected') return result;
    } else if (job.kind === 'ok' && job.state === 'failed') return unavailable('BULK_FAILED');
    if (!(await wait(turn))) return { kind: 'waiting', jobId };
  }
}
