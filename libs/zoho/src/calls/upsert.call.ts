import type { JsonObject } from '#contracts';
import type { Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';

export interface UpsertOptions {
  readonly records: readonly JsonObject[];
  /** The one unique field of ours by which records are found. */
  readonly identityField: string;
  /** Automations that may run; `[]`: none. Zoho runs all of them where this is left out (reference 2.1). */
  readonly trigger: readonly string[];
}

/**
 * Creates records or updates those that carry the same identity (reference 2.3). Doing it again converges. Other unique
 * fields of the module are compared too, whether listed or not; `Email` is not, since it is not listed (reference 0.10).
 */
export function upsert(caller: Caller, module: string, options: UpsertOptions): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: { kind: 'upsert', method: 'POST', path: `/${encodeURIComponent(module)}/upsert` },
    records: options.records,
    beside: { duplicate_check_fields: [options.identityField], trigger: [...options.trigger] },
  });
}
