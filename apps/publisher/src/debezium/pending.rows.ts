import {
  ReplicationStream,
  type FrameSink,
  type Lsn,
  type Row,
  type RowUpdate,
  type SystemIdentity,
} from '#replication';
import type { RowPreset } from '../row.preset.ts';
import type { RowPlace } from './takeover.policy.ts';

export interface PendingOptions {
  readonly url: string;
  readonly slotName: string;
  readonly publicationName: string;
  readonly applicationName: string;
  /** Up to where the WAL is read. */
  readonly end: Lsn;
  readonly preset: Pick<RowPreset, 'publishes' | 'update'>;
  /** True ends the reading. */
  readonly onRow: (row: Row, at: RowPlace & { readonly commitTime: number }) => boolean;
}

/** Asked for often, since its answer says that the end is reached. */
const STATUS_INTERVAL_MS = 500;

/**
 * Reads what a slot still holds, from its confirmed position on, and confirms nothing: it can be read again.
 * @returns whose slot it is
 */
export async function readPending(options: PendingOptions): Promise<SystemIdentity> {
  const sink = new PendingSink(options);
  const { url, slotName, publicationName, applicationName } = options;
  const stream = await ReplicationStream.open({
    url,
    slotName,
    publicationName,
    applicationName,
    statusIntervalMs: STATUS_INTERVAL_MS,
    sink,
  });
  try {
    const failure = await Promise.race([
      sink.done,
      stream.ended.then((error) => error ?? new Error('the stream ended')),
    ]);
    if (failure !== undefined) throw failure;
    return stream.identity;
  } finally {
    await stream.close();
  }
}

class PendingSink implements FrameSink {
  readonly #options: PendingOptions;
  #open = { lsn: 0n, commitTime: 0, rows: 0 };
  #isDone = false;
  #finish: () => void = () => undefined;
  readonly done: Promise<void>;

  constructor(options: PendingOptions) {
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  begin({ commitLsn, commitTime }: { readonly commitLsn: Lsn; readonly commitTime: number }): void {
    if (commitLsn >= this.#options.end) this.#end();
    this.#open = { lsn: commitLsn, commitTime, rows: 0 };
  }

  insert(row: Row): void {
    if (this.#isDone || !this.#options.preset.publishes(row.relation)) return;
    this.#open.rows += 1;
    const { lsn, commitTime, rows: ordinal } = this.#open;
    if (this.#options.onRow(row, { lsn, ordinal, commitTime })) this.#end();
  }

  update(change: RowUpdate): void {
    if (this.#isDone) return;
    try {
      const row = this.#options.preset.update?.(change);
      if (row !== undefined) this.insert(row);
    } catch {
      // The publisher will stop here too, and say why; what is behind does not matter before that.
      this.#end();
    }
  }

  commit(endLsn: Lsn): void {
    if (endLsn >= this.#options.end) this.#end();
  }

  keepalive({ walEnd }: { readonly walEnd: Lsn }): void {
    if (walEnd >= this.#options.end) this.#end();
  }

  #end(): void {
    this.#isDone = true;
    this.#finish();
  }
}
