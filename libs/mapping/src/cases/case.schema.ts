import { jsonObjectSchema } from '#contracts';
import { z } from 'zod';
import { expectSchema } from './expect.schema.ts';
import { stepSchema } from './step.schema.ts';

const connectionSchema = z.strictObject({
  destination: z.string().min(1),
  tenant_id: z.string().min(1).optional(),
  id: z.string().min(1).optional(),
  settings: jsonObjectSchema.optional(),
});

export const caseSchema = z.strictObject({
  name: z.string().min(1),
  connections: z.array(connectionSchema).optional(),
  steps: z.array(stepSchema).min(1),
  expect: expectSchema,
});

/** A file of worked cases: `{"pack", "product", "cases": [...]}` (packs/README.md section 9). */
export const caseFileSchema = z.strictObject({
  pack: z.string().min(1),
  product: z.string().min(1),
  cases: z.array(caseSchema),
});

export type CaseConnection = z.infer<typeof connectionSchema>;
export type WorkedCase = z.infer<typeof caseSchema>;
export type CaseFile = z.infer<typeof caseFileSchema>;
