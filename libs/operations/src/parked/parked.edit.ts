import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import type { Json, JsonObject } from '#contracts';
import { editParked, putAudit } from '#ledger';
import { sameJson } from '#mapping';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** Fields to set, and those to leave out of the command. */
export interface FieldEdit {
  readonly set: JsonObject;
  readonly unset: readonly string[];
}

/** One field as it is and as it will be; absent is undefined. */
export interface FieldDifference {
  readonly field: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export interface EditPlan {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly fields: JsonObject;
  readonly differences: readonly FieldDifference[];
}

/** Why a command cannot be edited. */
export interface EditRefused {
  readonly refused: string;
}

/** What an edit would change. The identity stays: with another one it would be another record. */
export async function planEdit(
  db: QueryExecutorProvider,
  id: string,
  edit: FieldEdit,
): Promise<EditPlan | EditRefused> {
  const { rows } = await sql<{
    connectionId: string;
    recordKey: string;
    operation: string;
    identityField: string;
    fields: JsonObject;
  }>`
    select connection_id as "connectionId", record_key as "recordKey", operation, identity_field as "identityField", fields
      from ledger.commands where id = ${id}::bigint and state = 'parked'`.execute(db);
  const [row] = rows;
  if (row === undefined) return { refused: `no parked command has the id ${id}` };
  const { connectionId, recordKey, operation, identityField, fields } = row;
  if (operation === 'delete') return { refused: 'a delete has no fields' };
  const named = new Set([...Object.keys(edit.set), ...edit.unset]);
  if (operation === 'write' && named.has(identityField))
    return { refused: `${identityField} is the identity: it stays` };
  const left = Object.entries({ ...fields, ...edit.set }).filter(([name]) => !edit.unset.includes(name));
  const after: JsonObject = Object.fromEntries(left);
  const differences = [...named].flatMap((field): FieldDifference[] => {
    const [old, now] = [fields[field], after[field]];
    const isSame = old === undefined || now === undefined ? old === now : sameJson(old, now);
    return isSame ? [] : [{ field, before: old, after: now }];
  });
  return { id, connectionId, recordKey, fields: after, differences };
}

/** Does what was planned; the fields that the mapping asked for are kept. @returns false when it is not parked any more. */
export function applyEdit(db: Kysely<IntegrationDatabase>, plan: EditPlan, operator: Operator): Promise<boolean> {
  const { id, connectionId, recordKey, fields, differences } = plan;
  return transaction(db, async (trx) => {
    if (!(await editParked(trx, { id, fields }))) return false;
    const details = { fields: differences.map(({ field }) => field) };
    await putAudit(trx, [{ ...operator, verb: 'parked edit', connectionId, recordKey, commandId: id, details }]);
    return true;
  });
}
