import { SMALL, writeBytes, writeVarint } from './byte.writer.ts';
import { PackedRecord } from './packed.record.ts';
import { SlabPool, type Slab } from './record.slab.ts';

/** Longest form of a length. */
export const MOST_LENGTH_BYTES = 5;

/** A text with its length before it, as names and values of headers are written. */
export function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const packed = Buffer.allocUnsafe(MOST_LENGTH_BYTES + bytes.length);
  return packed.subarray(0, writeBytes(packed, bytes, 0));
}

/**
 * Writes records one behind the other into slabs, each as key, value, number of headers, headers (Kafka protocol guide,
 * "Record"). `open`, then these in this order, then `close`.
 */
export class RecordPacker {
  readonly #pool = new SlabPool();
  #slab: Slab = this.#pool.take(0);
  #buffer = this.#slab.buffer;
  #start = 0;
  #at = 0;

  /** Begins a record of at most so many bytes. One that was begun before and not closed is forgotten. */
  open(most: number): void {
    if (this.#start + most > this.#buffer.length) {
      this.#pool.leave(this.#slab);
      this.#slab = this.#pool.take(most);
      this.#buffer = this.#slab.buffer;
      this.#start = 0;
    }
    this.#at = this.#start;
  }

  /** A part of a buffer with its length before it: the key, the value, a header's value. */
  span(from: Buffer, start: number, end: number): void {
    const buffer = this.#buffer;
    const length = end - start;
    let at = writeVarint(buffer, length, this.#at);
    if (length < SMALL) {
      for (let index = start; index < end; index += 1, at += 1) buffer[at] = from[index] as number;
    } else {
      from.copy(buffer, at, start, end);
      at += length;
    }
    this.#at = at;
  }

  /** Changes the byte that lies so far before the end of what was written last. */
  change(before: number, byte: number): void {
    this.#buffer[this.#at - before] = byte;
  }

  /** In place of a span: no key, no value. */
  nothing(): void {
    this.#at = writeVarint(this.#buffer, -1, this.#at);
  }

  headerCount(count: number): void {
    this.#at = writeVarint(this.#buffer, count, this.#at);
  }

  /** Bytes that have their lengths within them already. */
  ready(bytes: Buffer): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Ends the record, and says where it goes. */
  close(topic: string, partition: number | undefined, timestamp?: number): PackedRecord {
    const slab = this.#slab;
    const record = new PackedRecord({ topic, partition, timestamp }, { slab, start: this.#start, end: this.#at });
    this.#start = this.#at;
    slab.users += 1;
    return record;
  }
}
