import { z } from 'zod';
import type { Json } from '#contracts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Failure } from '../outcome.types.ts';

/** A record as the CRM holds it: its id and the fields asked for. */
export type ZohoRecord = { readonly id: string } & { readonly [field: string]: Json };

/** The records of an answer; none is an empty list, not a failure. */
export type RecordsResult = { readonly kind: 'ok'; readonly records: readonly ZohoRecord[] } | Failure;

/** Values are JSON already, since they were parsed from it: only what we rely on is checked, a hundred records at a time. */
const recordSchema = z.looseObject({ id: recordIdSchema }).transform((record) => record as ZohoRecord);

export const infoSchema = z
  .looseObject({
    more_records: z.boolean().optional().catch(undefined),
    next_page_token: z.string().nullable().optional().catch(undefined),
    page: z.number().nullable().optional().catch(undefined),
    per_page: z.number().nullable().optional().catch(undefined),
  })
  .nullable()
  .optional();
export type Info = z.infer<typeof infoSchema>;

export const recordsSchema = z.looseObject({ data: z.array(recordSchema), info: infoSchema });

/** Lists want `fields` (reference 2.5); the id comes with every record and is asked for all the same. */
export function fieldsParam(fields: readonly string[]): string {
  return [...new Set(['id', ...fields])].join(',');
}
