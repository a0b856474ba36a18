import type { JsonObject } from '#contracts';
import { classifyWrite } from '../answer/answer.classify.ts';
import type { Wrapper } from '../answer/zoho.items.ts';
import { MAX_RECORDS, splitBatch } from '../batch.split.ts';
import type { Call, Caller } from '../call.types.ts';
import { rejected, unavailable } from '../failure.make.ts';
import type { Failure, WriteOutcome } from '../outcome.types.ts';

/** A write of many records of one module. */
export interface BatchWrite {
  readonly call: Pick<Call, 'kind' | 'method' | 'path' | 'shownPath' | 'query' | 'headers'>;
  readonly records: readonly JsonObject[];
  /** What stands beside the records in the body. */
  readonly beside?: JsonObject;
  /** Updates: the ids in the records have to come back. */
  readonly idsComeBack?: boolean;
  readonly wrapper?: Wrapper;
  /** Most records a call; 100 unless said. */
  readonly most?: number;
}

/**
 * Sends records in as few calls as their number and size allow, one after another, and returns an outcome for each in
 * input order. After a call that as a whole got nowhere, the rest is not sent and says so.
 */
export async function writeBatch(caller: Caller, write: BatchWrite): Promise<WriteOutcome[]> {
  const limits = { maxRecords: write.most ?? MAX_RECORDS, maxBytes: caller.maxBytes };
  const outcomes: WriteOutcome[] = [];
  let stopped: Failure | null = null;
  for (const { records, tooLarge } of splitBatch(write.records, limits)) {
    if (stopped !== null) outcomes.push(...records.map(() => stopped as Failure));
    else if (tooLarge) outcomes.push(rejected('REQUEST_TOO_LARGE', { concerns: 'record' }));
    else {
      const part = await writePart(caller, write, records);
      outcomes.push(...part);
      stopped = stopOf(part);
    }
  }
  return outcomes;
}

function writePart(caller: Caller, write: BatchWrite, records: readonly JsonObject[]): Promise<WriteOutcome[]> {
  const wrapper = write.wrapper ?? 'data';
  const ids =
    write.idsComeBack === true ? records.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])) : undefined;
  const body = { [wrapper]: [...records], ...write.beside };
  return caller.run({ ...write.call, body, records: records.length }, (reply) =>
    classifyWrite(reply, { wrapper, count: records.length, ...(ids === undefined ? {} : { ids }) }),
  );
}

/** What the records behind a part that got nowhere are told; null: go on. */
function stopOf(part: readonly WriteOutcome[]): Failure | null {
  const [first] = part;
  if (first === undefined || first.kind === 'succeeded' || part.some(({ kind }) => kind !== first.kind)) return null;
  if (first.kind === 'rejected') return first.concerns === 'record' ? null : first;
  return first.kind === 'unknown' ? unavailable('NOT_SENT_AFTER_A_LOST_ANSWER') : first;
}
