import type { Kysely } from 'kysely';
import { recordKeyOf } from '#contracts';
import { loadConnections, type TenantConnections } from '#folding';
import type { Mapping } from '#mapping';
import type { IntegrationDatabase } from '#postgres';
import { keyMapping, projectionOf } from '../key.projection.ts';
import { readKeys, type StoredKey } from '../key.selection.ts';
import { differingRecords, type NamedRecords, type RecordDifference } from './record.difference.ts';

const PAGE = 1000;

/** What two versions want of the states that are kept. */
export interface StateDiff {
  readonly keys: number;
  readonly differing: number;
  /** Of which one of the versions cannot make a projection: their states have another form. */
  readonly failed: number;
  readonly records: readonly (RecordDifference & { readonly key: string })[];
}

/**
 * Projects the kept states through two versions of a mapping. What a fold would have made otherwise is not seen here: that is what a plan
 * is for.
 */
export async function diffStates(
  db: Kysely<IntegrationDatabase>,
  versions: { readonly from: Mapping; readonly to: Mapping },
): Promise<StateDiff> {
  const counts = { keys: 0, differing: 0, failed: 0 };
  const records: StateDiff['records'][number][] = [];
  for (let after: StoredKey | null = null; ;) {
    const page: StoredKey[] = await readKeys(db, versions.to, { selection: {}, after, limit: PAGE });
    if (page.length === 0) return { ...counts, records };
    const tenants = page.map(({ tenantId }) => tenantId);
    const connections = await loadConnections(db, versions.to, tenants);
    for (const stored of page) {
      const [before, now] = [wantedOf(versions.from, stored, connections), wantedOf(versions.to, stored, connections)];
      counts.keys += 1;
      if (before === null || now === null) counts.failed += 1;
      else {
        const found = differingRecords(before, now);
        if (found.length > 0) counts.differing += 1;
        records.push(...found.map((difference) => ({ ...difference, key: stored.key })));
      }
    }
    after = page.at(-1) ?? null;
  }
}

function wantedOf(mapping: Mapping, stored: StoredKey, connections: TenantConnections): NamedRecords | null {
  const own = keyMapping(mapping, stored, connections);
  if ('left' in own) return null;
  const wanted = projectionOf(own.mapping, stored.state);
  return wanted === null ? null : new Map(wanted.map((record) => [recordKeyOf(record), record]));
}
