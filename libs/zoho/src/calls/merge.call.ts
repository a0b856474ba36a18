import { z } from 'zod';
import { classifyBody, classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import { unavailable, unknown } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';

export interface MergeOptions {
  /** The record that stays. */
  readonly masterId: string;
  /** The records that go into it, one or two. */
  readonly ids: readonly string[];
  /** Fields whose value is taken from one of the others; all others keep the master's. */
  readonly take?: readonly { readonly id: string; readonly fields: readonly string[] }[];
}

/** `merged`: done. `scheduled`: the CRM does it later; ask `mergeJob`. */
export type MergeOutcome =
  { readonly kind: 'merged' } | { readonly kind: 'scheduled'; readonly jobId: string } | Failure;

const mergedSchema = z.looseObject({
  merge: z
    .array(
      z.union([
        z.looseObject({ code: z.literal('SCHEDULED'), details: z.looseObject({ job_id: z.string() }) }),
        z.looseObject({
          code: z.literal('SUCCESS'),
          details: z.looseObject({ job_id: z.string().optional() }).optional(),
        }),
      ]),
    )
    .length(1),
});

/**
 * Merges records into one (Zoho's API description, find_and_merge). Cannot be undone or repeated: after `unknown` read the
 * records that should be gone.
 */
export function merge(caller: Caller, module: string, options: MergeOptions): Promise<MergeOutcome> {
  const { masterId, ids, take = [] } = options;
  const base = `/${encodeURIComponent(module)}`;
  const fieldsOf = (id: string) =>
    take.filter((each) => each.id === id).flatMap(({ fields }) => fields.map((name) => ({ api_name: name })));
  const data = ids.map((id) => {
    const fields = fieldsOf(id);
    return { id, ...(fields.length === 0 ? {} : { _fields: fields }) };
  });
  return caller.run(
    {
      kind: 'merge',
      method: 'POST',
      path: `${base}/${encodeURIComponent(masterId)}/actions/merge`,
      shownPath: `${base}/{id}/actions/merge`,
      body: { merge: [{ data }] },
      records: ids.length,
    },
    (reply) => {
      const result = classifyBody(reply, { schema: mergedSchema, effect: 'write' });
      if (result.kind !== 'ok') return result;
      const item = result.body?.merge[0];
      if (item === undefined) return unknown('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      if (item.code === 'SCHEDULED') return { kind: 'scheduled', jobId: item.details.job_id };
      return { kind: 'merged' };
    },
  );
}

const jobSchema = z.looseObject({ merge: z.array(z.looseObject({ status: z.string() })).length(1) });

/** What became of a merge that was scheduled: Zoho's own word for it. */
export function mergeJob(
  caller: Caller,
  module: string,
  job: { readonly masterId: string; readonly jobId: string },
): Promise<{ readonly kind: 'ok'; readonly status: string } | Failure> {
  const base = `/${encodeURIComponent(module)}`;
  return caller.run(
    {
      kind: 'merge_job',
      method: 'GET',
      path: `${base}/${encodeURIComponent(job.masterId)}/actions/merge`,
      shownPath: `${base}/{id}/actions/merge`,
      query: { job_id: job.jobId },
      records: 0,
    },
    (reply) => {
      const result = classifyRead(reply, jobSchema);
      if (result.kind !== 'ok') return result;
      const status = result.body?.merge[0]?.status;
      if (status === undefined) return unavailable('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      return { kind: 'ok', status };
    },
  );
}
