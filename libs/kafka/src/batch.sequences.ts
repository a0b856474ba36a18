/** Sequence numbers are 31 bits and go on at 0. */
const MODULUS = 2 ** 31;

/** Numbers the records that one producer sends to each partition; by it the broker tells a batch that was sent twice. */
export class BatchSequences {
  readonly #next = new Map<string, number>();

  /** The number of the first of `count` records. */
  take(partition: string, count: number): number {
    const first = this.#next.get(partition) ?? 0;
    this.#next.set(partition, (first + count) % MODULUS);
    return first;
  }
}
