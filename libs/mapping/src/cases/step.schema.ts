import { jsonObjectSchema } from '#contracts';
import { z } from 'zod';

const name = z.string().min(1);
const tenant = { tenant_id: name.optional() };
const noWait = { no_wait: z.boolean().optional() };

/** What a step of the CRM or an entry names: a module of Zoho CRM, or an object of Zendesk. */
export const placeSchema = z.union([
  z.strictObject({ module: name, ...tenant, match: jsonObjectSchema }),
  z.strictObject({ object: name, ...tenant, match: jsonObjectSchema }),
]);

/** A place, with more keys. */
export function placeWith<Shape extends z.core.$ZodShape>(shape: Shape) {
  const [module, object] = placeSchema.options;
  return z.union([module.extend(shape), object.extend(shape)]);
}

const eventStep = z.strictObject({
  id: name,
  aggregate_type: name,
  aggregate_id: z.string(),
  event_type: name,
  occurred_at: name,
  payload: jsonObjectSchema,
  tenant_id: name.optional(),
  partition_key: name.optional(),
  headers: jsonObjectSchema.optional(),
  event_version: z.int().optional(),
});

const sqlRowStep = z.strictObject({
  table: name,
  op: z.enum(['insert', 'update', 'delete']),
  key: jsonObjectSchema.optional(),
  row: jsonObjectSchema.optional(),
  rollback: z.boolean().optional(),
});

const createStep = z.union([
  z.strictObject({ module: name, ...tenant, fields: jsonObjectSchema }),
  z.strictObject({ object: name, ...tenant, fields: jsonObjectSchema }),
]);

/** One step of a case: one of these keys, and `no_wait` beside it (packs/README.md section 9). */
export const stepSchema = z.union([
  z.strictObject({ event: eventStep, ...noWait }),
  z.strictObject({ sql_row: sqlRowStep, ...noWait }),
  z.strictObject({ crm_create: createStep, ...noWait }),
  z.strictObject({ crm_edit: placeWith({ fields: jsonObjectSchema }), ...noWait }),
  z.strictObject({ crm_delete: placeSchema, ...noWait }),
  z.strictObject({ crm_convert: placeSchema, ...noWait }),
  z.strictObject({ crm_notify: placeWith({ times: z.int().positive() }), ...noWait }),
  z.strictObject({
    disconnect: z.strictObject({ destination: name, data: z.enum(['keep', 'delete']), ...tenant }),
    ...noWait,
  }),
]);

export type CaseStep = z.infer<typeof stepSchema>;
export type EventStep = z.infer<typeof eventStep>;
export type SqlRowStep = z.infer<typeof sqlRowStep>;
