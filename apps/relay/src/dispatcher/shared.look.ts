import type { RecordsResult } from '#zoho';
import type { CrmWriter } from './crm.writer.ts';

/** Most records that one call reads by id (reference 2.5). */
const MOST = 100;

export interface Look {
  readonly connectionId: string;
  readonly module: string;
  readonly recordId: string;
  readonly field: string;
}

interface Waiting {
  readonly recordId: string;
  readonly tell: (result: RecordsResult | PromiseLike<RecordsResult>) => void;
}

/**
 * Looks at single records, many with one call: while a call of a connection is under way, what else is asked for gathers, and the next
 * call takes all of it. So one that is alone waits for nobody, and a hundred that come at once cost a few credits, not a hundred.
 */
export class SharedLook {
  /** Connection, module and field -> who waits for the next call. There is an entry while a call is under way. */
  readonly #gathering = new Map<string, Waiting[]>();

  /** The record, if it is there, among others. The call goes out as that of one of those who asked. Rejects as the call does. */
  read(crm: Pick<CrmWriter, 'getByIds'>, look: Look): Promise<RecordsResult> {
    const { connectionId, module, recordId, field } = look;
    const key = JSON.stringify([connectionId, module, field]);
    const { promise, resolve: tell } = Promise.withResolvers<RecordsResult>();
    const waiting = this.#gathering.get(key);
    if (waiting !== undefined) waiting.push({ recordId, tell });
    else {
      this.#gathering.set(key, [{ recordId, tell }]);
      void this.#work(key, async (ids) => crm.getByIds(module, { ids, fields: [field] }));
    }
    return promise;
  }

  async #work(key: string, call: (ids: readonly string[]) => Promise<RecordsResult>): Promise<void> {
    const waiting = this.#gathering.get(key) ?? [];
    while (waiting.length > 0) {
      const taken = waiting.splice(0, MOST);
      // A failure is that of each who asked, and ends nobody else's.
      const result = call([...new Set(taken.map(({ recordId }) => recordId))]);
      for (const { tell } of taken) tell(result);
      await result.catch(() => undefined);
    }
    this.#gathering.delete(key);
  }
}
