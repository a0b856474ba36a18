import { linksOfRecords, type Link } from '#ledger';
import type { QueryExecutorProvider } from 'kysely';
import type { ConvertedLead, Failure, ZohoCalls } from '#zoho';
import type { DirtyBatch } from '../dirty/dirty.store.ts';

export type ConversionReader = Pick<ZohoCalls, 'convertedLead'>;

const LEADS = 'Leads';

/** Which of the Leads that are not there were converted, by their ids; other modules know no conversions. */
export async function readConversions(
  client: ConversionReader,
  given: { readonly module: string; readonly missing: readonly string[] },
): Promise<Map<string, ConvertedLead> | Failure> {
  if (given.module !== LEADS || given.missing.length === 0) return new Map();
  const answer = await client.convertedLead(given.missing);
  if (answer.kind !== 'ok') return answer;
  return new Map(answer.leads.filter(({ contactId }) => contactId !== null).map((lead) => [lead.id, lead]));
}

/**
 * The links of the records of a batch, by the id that they are marked under. A converted Lead whose Contact has our link already, since a command
 * followed it there first, has that one.
 */
export async function linksOfBatch(
  db: QueryExecutorProvider,
  { connectionId, module, records }: DirtyBatch,
  converted: ReadonlyMap<string, ConvertedLead>,
): Promise<Map<string, Link>> {
  const recordIds = records.map(({ recordId }) => recordId);
  const links = await linksOfRecords(db, { connectionId, module, recordIds });
  const moved = [...converted.values()].filter(({ id }) => !links.has(id) && recordIds.includes(id));
  const contactIds = moved.flatMap(({ contactId }) => contactId ?? []);
  const followed = await linksOfRecords(db, { connectionId, module: 'Contacts', recordIds: contactIds });
  for (const { id, contactId } of moved) {
    const link = followed.get(contactId ?? '');
    if (link?.recordKey.startsWith(`${LEADS}/`) === true) links.set(id, link);
  }
  return links;
}

/** Where the entity of a converted Lead lives on (packs/README.md section 6). */
export function movedLink(link: Link, { contactId }: ConvertedLead): Link {
  return contactId === null ? link : { ...link, module: 'Contacts', recordId: contactId };
}
