import type { JsonObject } from '#contracts';
import type { Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';
import { zohoTime } from '../zoho.time.ts';
import { writeBatch } from './batch.write.ts';

export interface UpdateOptions {
  /** Only the named fields change; null clears. */
  readonly records: readonly (JsonObject & { readonly id: string })[];
  readonly trigger: readonly string[];
  /**
   * Refuses records that were changed after this instant (`ALREADY_MODIFIED`). A try whose answer was lost looks changed by
   * itself afterwards, so never repeat it without reading (reference 2.2).
   */
  readonly unmodifiedSince?: Date;
}

/** Updates records by id (reference 2.2). A record that is not there (any more) is rejected with `gone`. */
export function update(caller: Caller, module: string, options: UpdateOptions): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: {
      kind: 'update',
      method: 'PUT',
      path: `/${encodeURIComponent(module)}`,
      ...(options.unmodifiedSince === undefined
        ? {}
        : { headers: { 'if-unmodified-since': zohoTime(options.unmodifiedSince) } }),
    },
    records: options.records,
    beside: { trigger: [...options.trigger] },
    idsComeBack: true,
  });
}
