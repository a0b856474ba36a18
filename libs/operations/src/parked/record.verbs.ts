import type { Kysely } from 'kysely';
import { projectRecord } from '#folding';
import {
  listReleased,
  putAudit,
  releaseRecord,
  restoreRecord,
  type NewCommand,
  type RecordOfConnection,
} from '#ledger';
import type { Mapping } from '#mapping';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';
import { listDeleted } from './parked.verbs.ts';

export interface RecordPlan extends RecordOfConnection {
  /** Fields that would be sent. */
  readonly fields: readonly string[];
  /** Why it cannot be restored; null when it can. */
  readonly refused: string | null;
}

/** What restoring these records would send. */
export function planRestore(
  db: Kysely<IntegrationDatabase>,
  mappings: readonly Mapping[],
  records: readonly RecordOfConnection[],
): Promise<RecordPlan[]> {
  return transaction(db, async (trx) => {
    const plans: RecordPlan[] = [];
    for (const record of records) {
      const projected = await projectRecord(trx, mappings, { ...record, how: 'make' });
      plans.push(
        'write' in projected
          ? { ...record, fields: Object.keys(projected.write.command.fields), refused: null }
          : { ...record, fields: [], refused: projected.missing },
      );
    }
    return plans;
  });
}

export interface RecordChange extends RecordOfConnection {
  readonly mappings: readonly Mapping[];
  readonly operator: Operator;
}

/**
 * Makes a record again that a person deleted, from its projection, also one that was released before.
 * @returns false when it is neither parked as deleted nor released, or cannot be projected.
 */
export function restore(db: Kysely<IntegrationDatabase>, change: RecordChange): Promise<boolean> {
  const { connectionId, recordKey, mappings, operator } = change;
  return transaction(db, async (trx) => {
    const write = await writeOf(trx, { connectionId, recordKey, mappings });
    if (write === null || !(await isDeletedOrReleased(trx, { connectionId, recordKey }))) return false;
    await restoreRecord(trx, { connectionId, recordKey, write, how: 'make' });
    const details = { fields: Object.keys(write.command.fields) };
    await putAudit(trx, [{ ...operator, verb: 'parked restore', connectionId, recordKey, details }]);
    return true;
  });
}

/** Leaves a record alone that a person deleted: what waits is skipped, and so is what comes. @returns the ids of what was skipped. */
export function release(
  db: Kysely<IntegrationDatabase>,
  { connectionId, recordKey, operator }: Omit<RecordChange, 'mappings'>,
): Promise<string[]> {
  return transaction(db, async (trx) => {
    if ((await listDeleted(trx, { connectionId, recordKey })).length === 0) return [];
    const ids = await releaseRecord(trx, { connectionId, recordKey });
    const details = { skipped: ids.length };
    await putAudit(trx, [{ ...operator, verb: 'parked release', connectionId, recordKey, details }]);
    return ids;
  });
}

async function writeOf(
  trx: Kysely<IntegrationDatabase>,
  { mappings, ...record }: RecordOfConnection & { readonly mappings: readonly Mapping[] },
): Promise<NewCommand | null> {
  const projected = await projectRecord(trx, mappings, { ...record, how: 'make' });
  return 'write' in projected ? projected.write : null;
}

async function isDeletedOrReleased(trx: Kysely<IntegrationDatabase>, record: RecordOfConnection): Promise<boolean> {
  if ((await listDeleted(trx, record)).length > 0) return true;
  const isSame = (other: RecordOfConnection): boolean =>
    other.connectionId === record.connectionId && other.recordKey === record.recordKey;
  return (await listReleased(trx)).some(isSame);
}
