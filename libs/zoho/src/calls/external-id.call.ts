import type { JsonObject } from '#contracts';
import type { Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';

/** The header by which values of a field stand in for record ids (reference 2.9). */
export function externalHeader(module: string, field: string): Readonly<Record<string, string>> {
  return { 'x-external': `${module}.${field}` };
}

export interface UpdateByExternalIdOptions {
  /** A field that is an external id in the organisation; each record carries it in place of `id`. */
  readonly field: string;
  readonly records: readonly JsonObject[];
  readonly trigger: readonly string[];
}

/**
 * Updates records that are named by an external id (reference 2.9). A value that no record has is rejected with `INVALID_DATA`. Packs
 * do not rely on it, since not every edition has external ids: they upsert on a unique field and then update by record id.
 */
export function updateByExternalId(
  caller: Caller,
  module: string,
  { field, records, trigger }: UpdateByExternalIdOptions,
): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: {
      kind: 'update',
      method: 'PUT',
      path: `/${encodeURIComponent(module)}`,
      headers: externalHeader(module, field),
    },
    records,
    beside: { trigger: [...trigger] },
  });
}
