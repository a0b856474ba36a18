import type { Kysely } from 'kysely';
import type { Json, Lane } from '#contracts';
import type { IntegrationDatabase } from '#postgres';
import type { CrmReader } from '../crm.reading.ts';
import type { DriftCause } from './reconcile.policy.ts';
import type { ListReader } from './strangers.ts';

export interface ReconcileSources {
  readonly db: Kysely<IntegrationDatabase>;
  readonly clientOf: (connectionId: string, lane: Lane) => Promise<CrmReader & ListReader>;
  readonly onProgress?: (keys: number) => void;
}

export type DriftFinding = 'missing' | 'different' | 'deleted_by_person' | 'unknown_user' | 'probable_duplicate';

/** One thing that was found. Values may be personal data. */
export interface DriftExample {
  readonly key: string;
  readonly record: string;
  readonly finding: DriftFinding;
  readonly field: string | null;
  readonly crm: Json;
  readonly product: Json;
  readonly cause: DriftCause | null;
}
