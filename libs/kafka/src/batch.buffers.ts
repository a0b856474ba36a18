const STEP = 64 * 1024;
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

/** Memory for encoded batches, used again by the next transaction. */
export class BatchBuffers {
  readonly #spare: Buffer[] = [];
  #used: Buffer[] = [];
  #keptBytes = 0;

  /** A buffer of exactly so many bytes, with whatever lay there before. */
  take(bytes: number): Buffer {
    const fitting = this.#spare.findIndex(({ length }) => length >= bytes);
    const [found] = fitting === -1 ? [] : this.#spare.splice(fitting, 1);
    const buffer = found ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP) * STEP);
    if (found !== undefined) this.#keptBytes -= found.length;
    this.#used.push(buffer);
    return buffer.subarray(0, bytes);
  }

  /** The transaction is through: nobody looks at what was taken any more. After a failure somebody may. */
  release(): void {
    for (const buffer of this.#used) {
      if (this.#keptBytes + buffer.length > MOST_KEPT_BYTES) continue;
      this.#spare.push(buffer);
      this.#keptBytes += buffer.length;
    }
    this.#used = [];
  }
}
