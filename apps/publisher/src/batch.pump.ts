import {
  BatchAssembler,
  comparePositions,
  rowsToSkip,
  storesIdlePosition,
  type Batch,
  type FrameSink,
  type Lsn,
  type Position,
  type Row,
} from '#replication';
import type { ProducerRecord } from '#kafka';
import { batchConfirmed, faultPoint } from './fault.points.ts';
import type { EncodedRecord } from './row.preset.ts';

type Place = Pick<Position, 'lsn' | 'ordinal'>;

export interface PumpOptions {
  readonly start: Place;
  /** False for a row of another table that the publication holds as well. */
  readonly publishes: (row: Row) => boolean;
  readonly encode: (row: Row) => EncodedRecord;
  readonly limits: { readonly batchBytes: number; readonly batchRows: number; readonly pendingBytes: number };
  readonly idleIntervalMs: number;
  /** The stream's side: flow and confirmation. */
  readonly stream: { pause(): void; resume(): void; confirm(lsn: Lsn): void };
  /** Stores records and position in one Kafka transaction. */
  readonly store: (batch: Batch<ProducerRecord>) => Promise<void>;
  readonly onStored: (batch: Batch<ProducerRecord>) => void;
}

/**
 * Between the stream and Kafka: rows become batches while the one before is being produced. Whatever fails ends the pump; the
 * position in Kafka says where to go on.
 */
export class BatchPump implements FrameSink {
  readonly #options: PumpOptions;
  readonly #assembler: BatchAssembler<ProducerRecord>;
  #stored: Place;
  #storedAt = Date.now();
  #keepalive = { walEnd: 0n, replyRequested: false };
  #inFlightBytes = 0;
  #producing: Promise<void> | undefined;
  #scheduled = false;
  #paused = false;
  #stopped = false;
  #fail: (error: unknown) => void = () => undefined;
  /** Settles when something failed. */
  readonly failed: Promise<unknown>;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#stored = options.start;
    const { batchBytes: bytes, batchRows: records } = options.limits;
    this.#assembler = new BatchAssembler({ bytes, records });
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Bytes that are in memory and not yet stored. */
  get pendingBytes(): number {
    return this.#assembler.pendingBytes + this.#inFlightBytes;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  get stored(): Place {
    return this.#stored;
  }

  begin({ commitLsn }: { readonly commitLsn: Lsn }): void {
    this.#assembler.begin(commitLsn, rowsToSkip(this.#options.start, commitLsn));
  }

  insert(row: Row): void {
    // Only rows that count for everybody are counted: the ordinal must mean the same after a restart.
    if (!this.#options.publishes(row) || !this.#assembler.row()) return;
    const record = this.#options.encode(row);
    this.#assembler.add(record, record.bytes);
    if (!this.#paused && this.pendingBytes > this.#options.limits.pendingBytes) this.#pause();
  }

  commit(endLsn: Lsn): void {
    this.#assembler.commit(endLsn);
    this.#schedule();
  }

  keepalive({ walEnd, replyRequested }: { readonly walEnd: Lsn; readonly replyRequested: boolean }): void {
    this.#keepalive = { walEnd, replyRequested: replyRequested || this.#keepalive.replyRequested };
    this.#schedule();
  }

  /** Takes no more batches and waits for the one under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#producing;
  }

  /** Once all frames of what the socket gave are read: so they go as one batch, and a lone event goes at once. */
  #schedule(): void {
    if (this.#scheduled || this.#producing !== undefined || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#producing = this.#produceAll();
    });
  }

  async #produceAll(): Promise<void> {
    try {
      await this.#produce();
      this.#producing = undefined;
    } catch (error) {
      this.#stopped = true;
      this.#fail(error);
    }
  }

  async #produce(): Promise<void> {
    while (!this.#stopped) {
      const batch = this.#assembler.take() ?? this.#idleBatch();
      if (batch === undefined) {
        // What is left waits for more of its transaction, however much it is.
        this.#resume();
        return;
      }
      await this.#storeBatch(batch);
      if (this.pendingBytes < this.#options.limits.pendingBytes / 2) this.#resume();
    }
  }

  async #storeBatch(batch: Batch<ProducerRecord>): Promise<void> {
    if (comparePositions(batch.position, this.#stored) <= 0) throw new Error('a position that does not go forward');
    this.#inFlightBytes = batch.bytes;
    faultPoint('batch taken');
    await this.#options.store(batch);
    this.#inFlightBytes = 0;
    this.#stored = batch.position;
    this.#storedAt = Date.now();
    this.#options.stream.confirm(batch.position.lsn);
    this.#options.onStored(batch);
    batchConfirmed(batch);
  }

  #pause(): void {
    this.#paused = true;
    this.#options.stream.pause();
    // A transaction that is larger than all the room there is must be produced before its commit comes.
    this.#schedule();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#options.stream.resume();
  }

  /** A position without records, for a database that has nothing to say. */
  #idleBatch(): Batch<ProducerRecord> | undefined {
    const { walEnd, replyRequested } = this.#keepalive;
    this.#keepalive = { walEnd, replyRequested: false };
    const stores = storesIdlePosition({
      keepalive: walEnd,
      stored: this.#stored.lsn,
      insideTransaction: this.#assembler.insideTransaction,
      busy: !this.#assembler.isEmpty,
      replyRequested,
      msSinceStored: Date.now() - this.#storedAt,
      intervalMs: this.#options.idleIntervalMs,
    });
    return stores ? { records: [], bytes: 0, position: { lsn: walEnd, ordinal: 0 } } : undefined;
  }
}
