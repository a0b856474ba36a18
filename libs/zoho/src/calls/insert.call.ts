import type { JsonObject } from '#contracts';
import type { Caller } from '../call.types.ts';
import type { WriteOutcome } from '../outcome.types.ts';
import { writeBatch } from './batch.write.ts';

export interface InsertOptions {
  readonly records: readonly JsonObject[];
  readonly trigger: readonly string[];
}

/** Creates records (reference 2.1). Doing it again makes them twice: after `unknown` look for them before another try. */
export function insert(caller: Caller, module: string, options: InsertOptions): Promise<WriteOutcome[]> {
  return writeBatch(caller, {
    call: { kind: 'insert', method: 'POST', path: `/${encodeURIComponent(module)}` },
    records: options.records,
    beside: { trigger: [...options.trigger] },
  });
}
