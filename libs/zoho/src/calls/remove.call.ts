import { classifyWrite } from '../answer/answer.classify.ts';
import { MAX_RECORDS } from '../batch.split.ts';
import type { Caller } from '../call.types.ts';
import { rejected } from '../failure.make.ts';
import type { WriteOutcome } from '../outcome.types.ts';

export interface RemoveOptions {
  /** Record ids, at most 100. */
  readonly ids: readonly string[];
}

/**
 * Moves records to the recycle bin without running automations (`wf_trigger=false`, packs/README.md section 5). A record
 * that is not there (any more) is rejected with `gone`, which a delete may count as done (reference 2.7).
 */
export function remove(caller: Caller, module: string, { ids }: RemoveOptions): Promise<WriteOutcome[]> {
  if (ids.length === 0) return Promise.resolve([]);
  if (ids.length > MAX_RECORDS) return Promise.resolve(ids.map(() => rejected('TOO_MANY_RECORDS')));
  return caller.run(
    {
      kind: 'remove',
      method: 'DELETE',
      path: `/${encodeURIComponent(module)}`,
      query: { ids: ids.join(','), wf_trigger: 'false' },
      records: ids.length,
    },
    (reply) => classifyWrite(reply, { wrapper: 'data', count: ids.length, ids }),
  );
}
