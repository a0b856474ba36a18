import { commonPayload, conflictPayload } from '#mapping';
import { z } from 'zod';

const ofCustomer = { customer_id: z.string(), ...commonPayload };
const ofDeal = { ...ofCustomer, contract_id: z.string(), contract_number: z.string() };
const ofQuote = { ...ofCustomer, quote_id: z.string(), quote_number: z.string() };
const deal = z.object(ofDeal);
const quote = z.object(ofQuote);

/** The events for the product (specification, 6.5). */
export const returnEvents = {
  'crm.deal.stage_changed': z.object({
    ...ofDeal,
    previous_stage: z.string().nullable(),
    stage: z.string(),
    contract_status: z.enum(['active', 'terminated', 'draft']),
    /** 1, 2, ... for a contract. */
    move: z.int().min(1),
  }),
  'crm.deal.stage_refused': z.object({
    ...ofDeal,
    stage: z.string(),
    restored_stage: z.string().nullable(),
    contract_status: z.enum(['draft', 'signed', 'active', 'terminated']),
    reason: z.enum(['contract_not_signed', 'contract_already_active', 'contract_terminated']),
    restored: z.boolean(),
  }),
  'crm.deal.conflict_recorded': z.object({ ...ofDeal, ...conflictPayload }),
  'crm.quote.conflict_recorded': z.object({ ...ofQuote, ...conflictPayload }),
  'crm.contact.conflict_recorded': z.object({ ...ofCustomer, ...conflictPayload }),
  'crm.account.conflict_recorded': z.object({ ...ofCustomer, ...conflictPayload }),
  'crm.deal.deleted': deal,
  'crm.deal.restored': deal,
  'crm.quote.deleted': quote,
  'crm.quote.restored': quote,
};
