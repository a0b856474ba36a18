import { z } from 'zod';
import { jsonObjectSchema } from './json.ts';

/** Most UTF-16 units of an attribute. */
export const MOST_UNITS = 400;

/** Not empty; without NUL, which no text column of Postgres can hold; and short enough for an index of two of them. */
const attributeSchema = z
  .string()
  .max(MOST_UNITS)
  .regex(/^[^\0]+$/);

/**
 * A domain event as consumers see it: CloudEvents 1.0 attribute names for what CloudEvents names, ours for the rest.
 * `time` is an RFC 3339 instant; `subject` is the aggregate's id; `source` is `/<product>`.
 */
export const eventSchema = z.object({
  id: attributeSchema,
  source: attributeSchema,
  type: attributeSchema,
  subject: attributeSchema,
  time: attributeSchema,
  version: z.number().int().positive(),
  tenantId: attributeSchema,
  key: attributeSchema,
  traceparent: z.string().optional(),
  /**
   * The product says it because a destination told it so: the connection, and the payload's fields that came from there (null: all that
   * changed).
   */
  origin: z.object({ connectionId: z.string(), fields: z.array(z.string()).nullable() }).optional(),
  data: jsonObjectSchema,
});

export type CausewayEvent = z.infer<typeof eventSchema>;

/** `/portal` -> `portal`: the product that an event's source names. */
export function productOfSource(source: string): string {
  return source.replace(/^\//, '');
}

export function sourceOfProduct(product: string): string {
  return `/${product}`;
}
