import { z } from 'zod';
import type { Json } from '#contracts';
import { recordIdSchema } from '../answer/zoho.items.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';
import { instantOf } from '../zoho.time.ts';
import { getById } from './get-by-id.call.ts';
import { getByIds } from './get-by-ids.call.ts';
import type { ZohoRecord } from './record.read.ts';

/** A converted Lead and what it became. */
export interface ConvertedLead {
  readonly id: string;
  readonly contactId: string | null;
  readonly accountId: string | null;
  readonly dealId: string | null;
  /** Epoch milliseconds. */
  readonly convertedAt: number | null;
}

export type ConvertedLeadsResult = { readonly kind: 'ok'; readonly leads: readonly ConvertedLead[] } | Failure;

const FIELDS = ['Converted__s', 'Converted_Date_Time', 'Converted_Contact', 'Converted_Account', 'Converted_Deal'];

/**
 * Which of these Leads are converted, and into what. Lists show converted Leads only when asked (reference 2.4, 2.5) and
 * name the targets in lookups of the Lead; where a list leaves them out, the record itself has `$converted_detail`.
 */
export async function convertedLead(caller: Caller, ids: readonly string[]): Promise<ConvertedLeadsResult> {
  const listed = await getByIds(caller, 'Leads', { ids, fields: FIELDS, converted: 'true' });
  if (listed.kind !== 'ok') return listed;
  const leads: ConvertedLead[] = [];
  for (const record of listed.records.filter(isConverted)) {
    const lead = leadOf(record);
    if (lead.contactId !== null || lead.accountId !== null) leads.push(lead);
    else {
      const read = await getById(caller, 'Leads', { id: record.id, converted: 'true' });
      if (read.kind !== 'ok') return read;
      leads.push(read.record === null ? lead : leadOf(read.record));
    }
  }
  return { kind: 'ok', leads };
}

function isConverted(record: ZohoRecord): boolean {
  // `$converted` is the older name (reference 2.0); asked for converted ones only, a Lead without either is one.
  return record['Converted__s'] !== false && record['$converted'] !== false;
}

function leadOf(record: ZohoRecord): ConvertedLead {
  const detail = detailSchema.parse(record['$converted_detail']);
  const time = record['Converted_Date_Time'];
  return {
    id: record.id,
    contactId: idOf(record['Converted_Contact']) ?? detail?.contact ?? null,
    accountId: idOf(record['Converted_Account']) ?? detail?.account ?? null,
    dealId: idOf(record['Converted_Deal']) ?? detail?.deal ?? null,
    convertedAt: instantOf(typeof time === 'string' ? time : null),
  };
}

const targetSchema = z
  .union([recordIdSchema, z.looseObject({ id: recordIdSchema }).transform(({ id }) => id)])
  .nullable()
  .optional()
  .catch(null);
const detailSchema = z
  .looseObject({ contact: targetSchema, account: targetSchema, deal: targetSchema })
  .nullable()
  .optional()
  .catch(null);

function idOf(value: Json | undefined): string | null {
  return targetSchema.parse(value) ?? null;
}
