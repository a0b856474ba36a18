import {
  BatchAssembler,
  comparePositions,
  rowsToSkip,
  storesIdlePosition,
  type Batch,
  type FrameSink,
  type LogicalMessage,
  type Lsn,
  type Position,
  type Row,
  type RowUpdate,
} from '#replication';
import type { ProducerRecord } from '#kafka';
import { batchConfirmed, faultPoint } from './fault.points.ts';
import type { MessageIntake } from './message.intake.ts';
import type { EncodedRecord } from './row.preset.ts';

type Place = Pick<Position, 'lsn' | 'ordinal'>;

export interface PumpOptions {
  readonly start: Place;
  /** False for a row of another table that the publication holds as well. */
  readonly publishes: (row: Row) => boolean;
  readonly encode: (row: Row) => EncodedRecord;
  /** What logical messages mean; without it they mean nothing. */
  readonly messages?: Pick<MessageIntake, 'judge' | 'encode'>;
  /** The row that an update publishes, if any; throws when the source declares that updates stop it. */
  readonly onUpdate?: (change: RowUpdate) => Row | undefined;
  readonly limits: { readonly batchBytes: number; readonly batchRows: number; readonly pendingBytes: number };
  readonly idleIntervalMs: number;
  /** Milliseconds for which Kafka would put a batch off: one that is not full goes on growing meanwhile. */
  readonly restMs?: () => number;
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
  #producing: Promise<void> = Promise.resolve();
  #isProducing = false;
  #scheduled = false;
  #paused = false;
  #stopped = false;
  #refusal: { readonly error: unknown } | undefined;
  /** Ends the rest before a batch, if there is one. */
  #wake: () => void = () => undefined;
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
    if (this.#refusal !== undefined) return;
    this.#assembler.begin(commitLsn, rowsToSkip(this.#options.start, commitLsn));
  }

  insert(row: Row): void {
    // Only rows that count for everybody are counted: the ordinal must mean the same after a restart.
    if (this.#refusal !== undefined || !this.#options.publishes(row) || !this.#assembler.row()) return;
    this.#add(this.#options.encode(row));
  }

  /** One of ours counts as a row of its transaction; a heartbeat says as much as a keepalive. */
  message(message: LogicalMessage): void {
    if (this.#refusal !== undefined) return;
    const meaning = this.#options.messages?.judge(message);
    if (meaning === 'position') this.keepalive({ walEnd: message.lsn, replyRequested: true });
    if (meaning === 'row' && this.#assembler.row()) this.#add(this.#options.messages?.encode(message.content));
  }

  #add(record: EncodedRecord | undefined): void {
    if (record === undefined) return;
    this.#assembler.add(record, record.bytes);
    if (!this.#paused && this.pendingBytes > this.#options.limits.pendingBytes) this.#pause();
  }

  /** An update counts like an insert when it publishes a row, else not at all. */
  update(change: RowUpdate): void {
    if (this.#refusal !== undefined) return;
    try {
      const row = this.#options.onUpdate?.(change);
      if (row !== undefined) this.insert(row);
    } catch (error) {
      // Transactions before this one are stored first; nothing behind it is read any more.
      this.#refusal = { error };
      this.#schedule();
    }
  }

  commit(endLsn: Lsn): void {
    if (this.#refusal !== undefined) return;
    this.#assembler.commit(endLsn);
    this.#schedule();
  }

  keepalive({ walEnd, replyRequested }: { readonly walEnd: Lsn; readonly replyRequested: boolean }): void {
    if (this.#refusal !== undefined) return;
    this.#keepalive = { walEnd, replyRequested: replyRequested || this.#keepalive.replyRequested };
    this.#schedule();
  }

  /** Takes no more batches and waits for the one under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#producing;
  }

  /** Once all frames of what the socket gave are read: so they go as one batch, and a lone event goes at once. */
  #schedule(): void {
    if (this.#scheduled || this.#isProducing || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#producing = this.#produceAll();
    });
  }

  async #produceAll(): Promise<void> {
    this.#isProducing = true;
    try {
      await this.#produce();
      if (this.#refusal !== undefined) throw this.#refusal.error;
    } catch (error) {
      this.#stopped = true;
      this.#fail(error);
    }
  }

  async #produce(): Promise<void> {
    for (;;) {
      await this.#rest();
      if (this.#stopped) return;
      const batch = this.#assembler.take() ?? this.#idleBatch();
      if (batch === undefined) {
        // Not a moment later: a commit that comes from here on must find that nobody is at work.
        this.#isProducing = false;
        // What is left waits for more of its transaction, however much it is.
        this.#resume();
        return;
      }
      await this.#storeBatch(batch);
      if (this.pendingBytes < this.#options.limits.pendingBytes / 2) this.#resume();
    }
  }

  /** Rows that come meanwhile go with the batch, where they would have to wait for the one behind it. */
  async #rest(): Promise<void> {
    const ms = this.#assembler.hasFull ? 0 : (this.#options.restMs?.() ?? 0);
    if (ms === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.round(ms));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #storeBatch(batch: Batch<ProducerRecord>): Promise<void> {
    if (comparePositions(batch.position, this.#stored) <= 0) throw new Error('a position that does not go forward');
    this.#inFlightBytes = batch.bytes;
    faultPoint('batch taken');
    await this.#options.store(batch);
    for (const record of batch.records) record.release?.();
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
