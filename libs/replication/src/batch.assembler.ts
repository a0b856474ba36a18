import type { Lsn } from './lsn.ts';
import type { Position } from './position.ts';

/** Records that one Kafka transaction holds, and the position that is true once it is committed. */
export interface Batch<R> {
  readonly records: R[];
  readonly bytes: number;
  readonly position: Pick<Position, 'lsn' | 'ordinal'>;
}

export interface BatchLimits {
  /** A batch is closed before it would exceed this, unless one record alone does. */
  readonly bytes: number;
  readonly records: number;
}

/**
 * Cuts the stream into batches of whole Postgres transactions; only a transaction larger than a batch is split, and then
 * the batch's position names the ordinal of its last row. No I/O: call it in stream order.
 */
export class BatchAssembler<R> {
  readonly #limits: BatchLimits;
  readonly #closed: Batch<R>[] = [];
  #records: R[] = [];
  #bytes = 0;
  /** How much of the records above belongs to transactions whose commit has come. */
  #committed = { records: 0, bytes: 0, endLsn: 0n };
  #open: { readonly commitLsn: Lsn; readonly skip: number; rows: number } | undefined;
  #pendingBytes = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Bytes added and not yet taken. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** True between Begin and Commit: a keepalive's position then says nothing about what follows. */
  get insideTransaction(): boolean {
    return this.#open !== undefined;
  }

  /** True when there is a batch that takes no more rows. */
  get hasFull(): boolean {
    return this.#closed.length > 0;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0 && this.#closed.length === 0;
  }

  /** `skip`: this many of its first rows are stored already (restart policy). */
  begin(commitLsn: Lsn, skip: number): void {
    this.#open = { commitLsn, skip, rows: 0 };
  }

  /** Counts a row of the open transaction: false when it is stored already and must not be added. */
  row(): boolean {
    if (this.#open === undefined) throw new Error('a row outside of a transaction');
    this.#open.rows += 1;
    return this.#open.rows > this.#open.skip;
  }

  /** Adds the record that the row just counted became; `bytes` as it will lie in Kafka, at most. */
  add(record: R, bytes: number): void {
    while (this.#records.length > 0 && this.#isFullWith(bytes)) this.#close();
    this.#records.push(record);
    this.#bytes += bytes;
    this.#pendingBytes += bytes;
  }

  commit(endLsn: Lsn): void {
    this.#open = undefined;
    this.#committed = { records: this.#records.length, bytes: this.#bytes, endLsn };
  }

  /** The next batch: a full one if there is any, else all whole transactions so far; nothing when there are none. */
  take(): Batch<R> | undefined {
    const batch = this.#closed.shift() ?? (this.#committed.records > 0 ? this.#cutCommitted() : undefined);
    if (batch !== undefined) this.#pendingBytes -= batch.bytes;
    return batch;
  }

  #isFullWith(bytes: number): boolean {
    return this.#bytes + bytes > this.#limits.bytes || this.#records.length >= this.#limits.records;
  }

  #close(): void {
    this.#closed.push(this.#committed.records > 0 ? this.#cutCommitted() : this.#cutOpen());
  }

  #cutCommitted(): Batch<R> {
    const { records: count, bytes, endLsn } = this.#committed;
    const rest = this.#records.splice(count);
    const batch = { records: this.#records, bytes, position: { lsn: endLsn, ordinal: 0 } };
    this.#records = rest;
    this.#bytes -= bytes;
    this.#committed = { records: 0, bytes: 0, endLsn };
    return batch;
  }

  #cutOpen(): Batch<R> {
    if (this.#open === undefined) throw new Error('records outside of a transaction');
    // The row being added was counted before; it goes into the next batch.
    const position = { lsn: this.#open.commitLsn, ordinal: this.#open.rows - 1 };
    const batch = { records: this.#records, bytes: this.#bytes, position };
    this.#records = [];
    this.#bytes = 0;
    return batch;
  }
}
