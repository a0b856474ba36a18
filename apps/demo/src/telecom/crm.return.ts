import { z } from 'zod';
import type { CausewayEvent, Json } from '#contracts';
import { Poison } from '#inbox';

const json = z.custom<Json>((value) => value !== undefined);
const common = {
  module: z.string(),
  changed_at: z.string(),
  changed_by: z.looseObject({ id: z.string() }).nullable(),
  customer_id: z.string(),
};
const ofContract = { ...common, contract_id: z.string(), contract_number: z.string() };
const edited = { field: z.string(), product_value: json, crm_value: json, restored: z.boolean() };

/** What the product reads of `crm.*` events (the pack's page, 6.5). Of events that are not here it wants to know nothing. */
const SCHEMAS = {
  'crm.deal.stage_changed': z.object({
    ...ofContract,
    stage: z.string(),
    contract_status: z.enum(['active', 'terminated', 'draft']),
    move: z.int().min(1),
  }),
  'crm.deal.stage_refused': z.object({
    ...ofContract,
    stage: z.string(),
    restored_stage: z.string().nullable(),
    restored: z.boolean(),
  }),
  'crm.deal.conflict_recorded': z.object({ ...ofContract, ...edited }),
  'crm.quote.conflict_recorded': z.object({ ...common, quote_number: z.string(), ...edited }),
  'crm.contact.conflict_recorded': z.object({ ...common, ...edited }),
  'crm.account.conflict_recorded': z.object({ ...common, ...edited }),
  'crm.deal.deleted': z.object(ofContract),
  'crm.deal.restored': z.object(ofContract),
};

type Schemas = typeof SCHEMAS;
export type CrmReturn = {
  [T in keyof Schemas]: { readonly type: T; readonly data: z.output<Schemas[T]> };
}[keyof Schemas];
export type StageChange = z.output<Schemas['crm.deal.stage_changed']>;

/**
 * What an event says to the product; null for one that does not concern it, such as the deletion of a quote.
 * @throws Poison when the payload is not what its type promises: it is set aside.
 */
export function crmReturnOf({ type, data }: Pick<CausewayEvent, 'type' | 'data'>): CrmReturn | null {
  if (!Object.hasOwn(SCHEMAS, type)) return null;
  const known = type as keyof Schemas;
  const parsed = SCHEMAS[known].safeParse(data);
  if (parsed.success) return { type: known, data: parsed.data } as CrmReturn;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))];
  throw new Poison('payload_malformed', `${type} has no usable ${fields.join(', ')}`);
}
