import { jsonObjectSchema } from '#contracts';
import { z } from 'zod';
import { placeSchema, placeWith } from './step.schema.ts';

const name = z.string().min(1);
const amount = z.int().nonnegative();

/** How many: a number, or `[least, most]`. Left out: 1. */
const countSchema = z.union([amount, z.tuple([amount, amount])]);
export type Count = z.infer<typeof countSchema>;

const [moduleRecord, objectRecord] = placeWith({
  count: countSchema.optional(),
  fields: jsonObjectSchema.optional(),
}).options;

/** What holds at the end, when all is quiet (packs/README.md section 9). A list that is left out is not checked. */
export const expectSchema = z.strictObject({
  records: z.array(moduleRecord).optional(),
  absent: z.array(placeSchema).optional(),
  zendesk: z.array(objectRecord).optional(),
  notes: z
    .array(
      z.strictObject({ parent: placeSchema, titles: z.array(z.string()), contents: z.array(z.string()).optional() }),
    )
    .optional(),
  mails: z.array(z.strictObject({ to: name, template: name, count: countSchema.optional() })).optional(),
  webhooks: z
    .array(
      z.strictObject({
        event_type: name,
        connection: name,
        count: countSchema.optional(),
        match: jsonObjectSchema.optional(),
      }),
    )
    .optional(),
  product_events: z
    .array(
      z.strictObject({
        event_type: name,
        match: jsonObjectSchema,
        count: countSchema.optional(),
        tenant_id: name.optional(),
      }),
    )
    .optional(),
});

export type CaseExpectation = z.infer<typeof expectSchema>;

/** True when so many are as many as expected. */
export function countHolds(actual: number, expected: Count = 1): boolean {
  const [least, most] = typeof expected === 'number' ? [expected, expected] : expected;
  return actual >= least && actual <= most;
}
