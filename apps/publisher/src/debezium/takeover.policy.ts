/** A row of the outbox as it stands in the slot's stream. */
export interface PendingRow<R> {
  /** The event's id, by which a row and a record in Kafka are known as the same. */
  readonly id: string;
  readonly record: R;
  readonly bytes: number;
  readonly place: RowPlace;
}

/** Where a row is: its transaction's commit record, and which of the transaction's published rows it is, from 1. */
export interface RowPlace {
  readonly lsn: bigint;
  readonly ordinal: number;
}

/**
 * Finds how far a connector came that was here before. It produces in the stream's order, but to several partitions at once, so of its
 * last rows some may be in Kafka and some before them not. What it misses up to its last row is what has to be sent with the
 * first position; what is behind its last row comes by itself. No I/O: give it rows in the stream's order.
 */
export class TakeoverScan<R> {
  readonly #isProduced: (id: string) => boolean;
  readonly #limits: { readonly rows: number; readonly bytes: number };
  #missing: R[] = [];
  #sinceLast: R[] = [];
  #sinceLastBytes = 0;
  #sinceLastRows = 0;
  #last: RowPlace | undefined;
  #produced = 0;

  /** `limits`: so much without a row that was produced is more than a connector has under way. */
  constructor(isProduced: (id: string) => boolean, limits: { readonly rows: number; readonly bytes: number }) {
    this.#isProduced = isProduced;
    this.#limits = limits;
  }

  /** True once nothing that comes can change the answer. */
  get isDone(): boolean {
    return this.#sinceLastRows >= this.#limits.rows || this.#sinceLastBytes >= this.#limits.bytes;
  }

  add({ id, record, bytes, place }: PendingRow<R>): void {
    if (this.isDone) return;
    if (!this.#isProduced(id)) {
      this.#sinceLast.push(record);
      this.#sinceLastRows += 1;
      this.#sinceLastBytes += bytes;
      return;
    }
    this.#missing.push(...this.#sinceLast);
    this.#sinceLast = [];
    this.#sinceLastRows = 0;
    this.#sinceLastBytes = 0;
    this.#last = place;
    this.#produced += 1;
  }

  /** Undefined when nothing of the stream is in Kafka. */
  get found(): { readonly position: RowPlace; readonly missing: readonly R[]; readonly produced: number } | undefined {
    if (this.#last === undefined) return undefined;
    return { position: this.#last, missing: this.#missing, produced: this.#produced };
  }
}
