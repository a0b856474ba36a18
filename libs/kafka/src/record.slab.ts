/** Memory that records are packed into, one behind the other. */
export interface Slab {
  readonly buffer: Buffer;
  /** Records in it that are not stored yet; while it is being filled, one more. */
  users: number;
  readonly pool: SlabPool;
}

const SLAB_BYTES = 256 * 1024;
/** What a publisher has waiting by default, and some; more is given back. */
const MOST_KEPT = 96;

/**
 * Slabs that are used again once all their records are stored. Left to the garbage collector they would be the largest part of
 * the memory: nothing on the heap tells it how much hangs on them.
 */
export class SlabPool {
  readonly #spare: Slab[] = [];

  /** A slab with room for one record of so many bytes at least. */
  take(most: number): Slab {
    const spare = most <= SLAB_BYTES ? this.#spare.pop() : undefined;
    if (spare === undefined)
      return { buffer: Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, most)), users: 1, pool: this };
    spare.users = 1;
    return spare;
  }

  /** One record of it, or its filling, is done with. */
  leave(slab: Slab): void {
    slab.users -= 1;
    if (slab.users === 0 && slab.buffer.length === SLAB_BYTES && this.#spare.length < MOST_KEPT) this.#spare.push(slab);
  }
}
