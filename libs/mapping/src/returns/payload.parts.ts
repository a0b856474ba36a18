import { z } from 'zod';

/** What the payload of every event from the CRM has (packs/README.md section 6). */
export const commonPayload = {
  module: z.string(),
  record_id: z.string(),
  changed_at: z.string(),
  changed_by: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
};

/** What a recorded conflict adds. */
export const conflictPayload = {
  field: z.string(),
  product_value: z.json(),
  crm_value: z.json(),
  restored: z.boolean(),
};
