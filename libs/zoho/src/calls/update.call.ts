import type { JsonObject } from '#contracts';
import type { Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';

export interface UpdateOptions {
  /** Only the named fields change; null clears. */
  readonly records: readonly (JsonObject & { readonly id: string })[];
  readonly trigger: readonly string[];
}

/** Updates records by id (reference 2.2). A record that is not there (any more) is rejected with `gone`. */
export function update(caller: Caller, module: string, options: UpdateOptions): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: { kind: 'update', method: 'PUT', path: `/${encodeURIComponent(module)}` },
    records: options.records,
    beside: { trigger: [...options.trigger] },
    idsComeBack: true,
  });
}
