import type { QueryExecutorProvider } from 'kysely';
import { listReleased, lostAmong, restoreRecord } from '#ledger';
import type { Mapping } from '#mapping';
import { projectRecord } from './record.projection.ts';

export interface SeenRecords {
  readonly connectionId: string;
  /** API name of the module. */
  readonly module: string;
  /** Records that were read and are there. */
  readonly recordIds: readonly string[];
}

/**
 * For whoever reads records of the CRM: those among them that a person had deleted have come out of the recycle bin. They go on by
 * themselves, and their projection is asserted, unless an operator released them (packs/README.md section 6). One write each: a write that
 * waits for such a record already, also one that a pack made of the same reading, is ended by it. Cheap when there is none. To be called
 * in the transaction of the reading.
 * @returns the record keys of those that came back.
 */
export async function cameBack(
  trx: QueryExecutorProvider,
  mappings: readonly Mapping[],
  seen: SeenRecords,
): Promise<string[]> {
  const { connectionId } = seen;
  const keys = seen.recordIds.length === 0 ? [] : await lostAmong(trx, seen);
  if (keys.length === 0) return [];
  const released = (await listReleased(trx)).filter((record) => record.connectionId === connectionId);
  const alone = new Set(released.map(({ recordKey }) => recordKey));
  const back: string[] = [];
  for (const recordKey of keys.filter((key) => !alone.has(key))) {
    const record = { connectionId, recordKey };
    const projected = await projectRecord(trx, mappings, { ...record, how: 'assert' });
    // With the state locked: somebody else may have been here meanwhile.
    if (!('write' in projected) || !(await lostAmong(trx, seen)).includes(recordKey)) continue;
    await restoreRecord(trx, { ...record, write: projected.write, how: 'assert' });
    back.push(recordKey);
  }
  return back;
}
