import { z } from 'zod';
import { classifyRead } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';
import { instantOf, modifiedSince } from '../zoho.time.ts';
import { infoSchema } from './record.read.ts';

/** A record that is in the recycle bin (60 days) or gone for good (listed 120 days). */
export interface DeletedRecord {
  readonly id: string;
  readonly type: 'recycle' | 'permanent';
  /** Epoch milliseconds; null where the CRM does not say. */
  readonly deletedAt: number | null;
  readonly deletedBy: { readonly id: string; readonly name: string | null } | null;
}

export interface DeletedOptions {
  /** Deleted at or after this instant; taken down to whole seconds. */
  readonly since: Date;
  readonly type?: 'all' | 'recycle' | 'permanent';
  /** From 1. */
  readonly page?: number;
}

export type DeletedResult =
  { readonly kind: 'ok'; readonly records: readonly DeletedRecord[]; readonly nextPage: number | null } | Failure;

const deletedSchema = z.looseObject({
  data: z.array(
    z
      .looseObject({
        id: recordIdSchema,
        type: z.enum(['recycle', 'permanent']),
        deleted_time: z.string().nullable().optional(),
        deleted_by: z
          .looseObject({ id: recordIdSchema, name: z.string().nullable().optional() })
          .nullable()
          .optional()
          .catch(null),
      })
      .transform(({ id, type, deleted_time: time, deleted_by: by }): DeletedRecord => ({
        id,
        type,
        deletedAt: instantOf(time),
        deletedBy: by === null || by === undefined ? null : { id: by.id, name: by.name ?? null },
      })),
  ),
  info: infoSchema,
});

/** One page of the records deleted since an instant (reference 2.7). */
export function deleted(caller: Caller, module: string, options: DeletedOptions): Promise<DeletedResult> {
  const { since, type = 'all', page = 1 } = options;
  return caller.run(
    {
      kind: 'deleted',
      method: 'GET',
      path: `/${encodeURIComponent(module)}/deleted`,
      query: { type, page: String(page), per_page: '200' },
      headers: { 'if-modified-since': modifiedSince(since) },
      records: 0,
    },
    (reply) => {
      const result = classifyRead(reply, deletedSchema);
      if (result.kind !== 'ok') return result;
      const more = result.body?.info?.more_records === true;
      return { kind: 'ok', records: result.body?.data ?? [], nextPage: more ? page + 1 : null };
    },
  );
}
