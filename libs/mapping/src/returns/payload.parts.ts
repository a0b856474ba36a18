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

/**
 * The payload of `crm.<thing>.changed`, the event of a field that the connection's setting `watch` names. Beside it stands the id of the
 * product's entity, as `<entity type>_id`.
 */
export const watchedPayload = z
  .object({
    ...commonPayload,
    changed_at: z.string().nullable(),
    /** By field: the value before, as last sent or seen, and the one that was read. */
    changes: z.record(z.string(), z.strictObject({ before: z.json(), after: z.json() })),
  })
  .catchall(z.string());
