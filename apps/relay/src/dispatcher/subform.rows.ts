import type { Json, JsonObject } from '#contracts';
import type { ClaimedCommand } from '#ledger';
import { holdsWanted } from '#mapping';
import type { Failure, ZohoRecord } from '#zoho';
import type { CrmWriter } from './crm.writer.ts';

/** A list of rows; the values of a multi-select are texts. */
export function isRows(value: Json): value is JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null);
}

/** Fields of a command that are lists of rows. */
export function rowFields({ fields }: Pick<ClaimedCommand, 'fields'>): string[] {
  return Object.keys(fields).filter((name) => isRows(fields[name] ?? null));
}

/**
 * What is to be sent so that the record has these rows and no others: the CRM adds rows that come without an id and keeps those that
 * nobody mentions (reference 2.2), so one call removes the old ones and adds ours. Rows that are there already are not sent. Pure.
 */
export function withRowsReplaced(fields: JsonObject, held: ZohoRecord | null): JsonObject {
  if (held === null) return fields;
  const entries = Object.entries(fields).flatMap(([name, wanted]): [string, Json][] => {
    if (!isRows(wanted)) return [[name, wanted]];
    const there = held[name] ?? null;
    if (holdsWanted(wanted, there)) return [];
    const old = Array.isArray(there) ? there.flatMap((row) => removalOf(row)) : [];
    return [[name, [...old, ...wanted]]];
  });
  return Object.fromEntries(entries);
}

function removalOf(row: Json): JsonObject[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row) || row['id'] === undefined) return [];
  return [{ id: row['id'], _delete: null }];
}

type Prepared = { readonly kind: 'ok'; readonly commands: readonly ClaimedCommand[] } | Failure;

/** Reads the rows that the records of these commands have, one call a record, and puts them in place of the wanted ones. */
export async function prepareRows(
  crm: Pick<CrmWriter, 'getById' | 'findByField'>,
  { module, commands }: { readonly module: string; readonly commands: readonly ClaimedCommand[] },
): Promise<Prepared> {
  const prepared: ClaimedCommand[] = [];
  for (const command of commands) {
    if (rowFields(command).length === 0) {
      prepared.push(command);
      continue;
    }
    const held = await recordOf(crm, module, command);
    if (held.kind !== 'ok') return held;
    prepared.push({ ...command, fields: withRowsReplaced(command.fields, held.record) });
  }
  return { kind: 'ok', commands: prepared };
}

/** By its link; else a person may have made a record with our value, which the upsert will adopt. */
async function recordOf(
  crm: Pick<CrmWriter, 'getById' | 'findByField'>,
  module: string,
  { link, identity }: ClaimedCommand,
): Promise<Awaited<ReturnType<CrmWriter['getById']>>> {
  if (link !== null) return crm.getById(module, { id: link.recordId });
  const { field, value } = identity;
  const found = await crm.findByField(module, { field, values: [value], fields: [field] });
  if (found.kind !== 'ok') return found;
  const [record] = found.records;
  return record === undefined ? { kind: 'ok', record: null } : crm.getById(module, { id: record.id });
}
