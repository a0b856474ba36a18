import { z } from 'zod';
import type { JsonObject } from '#contracts';
import { classifyBody } from '../answer/answer.classify.ts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import { unknown } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';

export interface ConvertOptions {
  /** The Lead. */
  readonly id: string;
  /** Existing records to convert into; left out, the CRM matches by e-mail and company or makes new ones. */
  readonly accountId?: string;
  readonly contactId?: string;
  readonly ownerId?: string;
  /** Fields of a Deal to make: at least `Deal_Name`, `Closing_Date`, `Stage`, and `Pipeline` where there are several. */
  readonly deal?: JsonObject;
  /** Whether the Lead's values replace those of existing records. */
  readonly overwrite?: boolean;
  /** Both default to false: nobody is told. */
  readonly notifyLeadOwner?: boolean;
  readonly notifyNewOwner?: boolean;
}

/** What a Lead became; the Lead itself is hidden from normal reads from then on. */
export interface ConvertedInto {
  readonly kind: 'converted';
  readonly contactId: string | null;
  readonly accountId: string | null;
  readonly dealId: string | null;
}

/** `scheduled`: the CRM does it later; look with `convertedLead` (reference 3.1). */
export type ConvertOutcome = ConvertedInto | { readonly kind: 'scheduled'; readonly jobId: string } | Failure;

/** An object `{id, name}`; in versions 2 and 2.1 the id itself (reference 3.1). */
const placeSchema = z
  .union([z.looseObject({ id: recordIdSchema }).transform(({ id }) => id), recordIdSchema])
  .nullable();

const convertSchema = z.looseObject({
  data: z
    .array(
      z.union([
        z.looseObject({
          code: z.literal('SUCCESS'),
          details: z.looseObject({
            Contacts: placeSchema.optional(),
            Accounts: placeSchema.optional(),
            Deals: placeSchema.optional(),
          }),
        }),
        z.looseObject({ code: z.literal('SCHEDULED'), details: z.looseObject({ job_id: z.string() }) }),
      ]),
    )
    .length(1),
});

/**
 * Converts a Lead (reference 3.1). Not repeatable: the second time is rejected with `zohoCode` `ID_ALREADY_CONVERTED`,
 * and after `unknown` the Lead has to be read (`convertedLead`) before anything else.
 */
export function convert(caller: Caller, options: ConvertOptions): Promise<ConvertOutcome> {
  return caller.run(
    {
      kind: 'convert',
      method: 'POST',
      path: `/Leads/${encodeURIComponent(options.id)}/actions/convert`,
      shownPath: '/Leads/{id}/actions/convert',
      body: { data: [bodyOf(options)] },
      records: 1,
    },
    (reply) => {
      const result = classifyBody(reply, { schema: convertSchema, effect: 'write' });
      if (result.kind !== 'ok') return result;
      const item = result.body?.data[0];
      if (item === undefined) return unknown('ANSWER_UNREADABLE', 'CRM_ANSWER_UNREADABLE');
      if (item.code === 'SCHEDULED') return { kind: 'scheduled', jobId: item.details.job_id };
      const { Contacts, Accounts, Deals } = item.details;
      return { kind: 'converted', contactId: Contacts ?? null, accountId: Accounts ?? null, dealId: Deals ?? null };
    },
  );
}

function bodyOf(options: ConvertOptions): JsonObject {
  const { accountId, contactId, ownerId, deal, overwrite } = options;
  return {
    notify_lead_owner: options.notifyLeadOwner ?? false,
    notify_new_entity_owner: options.notifyNewOwner ?? false,
    ...(overwrite === undefined ? {} : { overwrite }),
    ...(accountId === undefined ? {} : { Accounts: { id: accountId } }),
    ...(contactId === undefined ? {} : { Contacts: { id: contactId } }),
    ...(ownerId === undefined ? {} : { assign_to: { id: ownerId } }),
    ...(deal === undefined ? {} : { Deals: deal }),
  };
}
