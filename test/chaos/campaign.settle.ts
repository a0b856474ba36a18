import { until } from '../support/until.ts';
import { checkCampaign, type Findings } from './campaign.checker.ts';
import type { CampaignSource } from './campaign.source.ts';
import type { CommittedReader } from './committed.reader.ts';

export interface Outcome {
  readonly findings: Findings;
  readonly settleMs: number;
  readonly rows: number;
  /** Where the next round's rows begin. */
  readonly lastId: string;
}

/** Waits until everything that a round has committed was seen, not longer than there is patience, and compares the two. */
export async function settle(round: {
  readonly source: CampaignSource;
  readonly reader: CommittedReader;
  readonly lastId: string;
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<Outcome> {
  const { source, reader, patienceMs, signal } = round;
  const from = performance.now();
  const committed = await source.committedAfter(round.lastId);
  const missing = new Set(committed.map(({ id }) => id));
  let looked = 0;
  const allSeen = (): Promise<true | null> => {
    for (; looked < reader.seen.length; looked += 1) missing.delete(reader.seen[looked]?.id ?? '');
    return Promise.resolve(missing.size === 0 || signal?.aborted === true ? true : null);
  };
  // What is still missing then is counted as lost.
  await until('all committed rows in Kafka', allSeen, patienceMs).catch(() => undefined);
  const settleMs = Math.round(performance.now() - from);
  const ids = new Set(committed.map(({ id }) => id));
  const settled = await source.known(reader.seen.map(({ id }) => id).filter((id) => !ids.has(id)));
  const findings = checkCampaign({ committed, seen: reader.seen, settled });
  reader.forget();
  return { findings, settleMs, rows: committed.length, lastId: committed.at(-1)?.id ?? round.lastId };
}
