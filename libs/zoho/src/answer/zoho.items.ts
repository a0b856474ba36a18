import { z } from 'zod';
import type { Json } from '#contracts';

/** Ids are decimal strings of up to about 20 digits, never JS numbers (reference 9). */
export const recordIdSchema = z.string().regex(/^\d{1,25}$/);

const codeSchema = z.string().regex(/^[A-Z][A-Z0-9_]{1,80}$/);

/** A refusal of Zoho, bare or as an item of an array (reference 6). Old throttling bodies have a number as code. */
export const errorItemSchema = z.looseObject({
  code: codeSchema.refine((code) => code !== 'SUCCESS'),
  status: z.literal('error').optional(),
  message: z.string().optional().catch(undefined),
  details: z.unknown(),
});
export type ErrorItem = z.infer<typeof errorItemSchema>;

/** An accepted item: of a record write, of a note, of a field that was created (references 2.1, 2.3, 8). */
export const successItemSchema = z.looseObject({
  code: z.literal('SUCCESS'),
  status: z.literal('success'),
  message: z.string().optional().catch(undefined),
  action: z.enum(['insert', 'update']).optional().catch(undefined),
  details: z.looseObject({
    id: recordIdSchema,
    Modified_Time: z.string().nullable().optional().catch(null),
  }),
});
export type SuccessItem = z.infer<typeof successItemSchema>;

/** The array in which an answer keeps its items. */
export type Wrapper = 'data' | 'watch' | 'fields' | 'modules' | 'users' | 'org' | 'pipeline';
const WRAPPERS: readonly string[] = [
  'data',
  'watch',
  'fields',
  'modules',
  'users',
  'org',
  'pipeline',
  'notes',
  'tags',
  'webhooks',
  'merge',
];

/** The items of an answer, or null if it has no such array. */
export function itemsOf(value: Json, wrapper: Wrapper): readonly Json[] | null {
  if (!isObject(value)) return null;
  const items = value[wrapper];
  return Array.isArray(items) ? items : null;
}

/**
 * The one refusal of a whole call: a bare object, or the same object as the only item of an array. Both shapes occur
 * for every code (reference 0.3), so both are read everywhere.
 */
export function callErrorOf(value: Json): ErrorItem | null {
  if (!isObject(value)) return null;
  const wrapped = WRAPPERS.map((name) => value[name]).find((items) => Array.isArray(items));
  if (wrapped === undefined) return errorItemSchema.safeParse(value).data ?? null;
  const only = Array.isArray(wrapped) && wrapped.length === 1 ? wrapped[0] : null;
  return errorItemSchema.safeParse(only).data ?? null;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
