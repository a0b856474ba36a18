import { ByteReader } from './byte.writer.ts';
import type { ProducerRecord } from './producer.port.ts';
import type { Slab } from './record.slab.ts';

/** The longest that stands before a packed record in a batch: length, attributes, time, offset. */
const MOST_BEFORE = 5 + 1 + 10 + 5;

/**
 * A record whose key, value and headers lie encoded as they will in a record batch, so that a batch is made of it by one copy. It reads
 * like any other record: its parts are decoded when they are asked for, and point into the same memory.
 */
export class PackedRecord implements ProducerRecord {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly timestamp: number | undefined;
  readonly slab: Slab;
  readonly start: number;
  readonly end: number;

  constructor(
    place: { readonly topic: string; readonly partition?: number | undefined; readonly timestamp?: number | undefined },
    body: { readonly slab: Slab; readonly start: number; readonly end: number },
  ) {
    this.topic = place.topic;
    this.partition = place.partition;
    this.timestamp = place.timestamp;
    this.slab = body.slab;
    this.start = body.start;
    this.end = body.end;
  }

  get bytes(): number {
    return MOST_BEFORE + this.end - this.start;
  }

  get key(): Buffer | null {
    return new ByteReader(this.slab.buffer, this.start).bytes();
  }

  get value(): Buffer | null {
    const reader = new ByteReader(this.slab.buffer, this.start);
    reader.bytes();
    return reader.bytes();
  }

  get headers(): ReadonlyMap<string, Buffer | null> {
    const reader = new ByteReader(this.slab.buffer, this.start);
    reader.bytes();
    reader.bytes();
    const headers = new Map<string, Buffer | null>();
    for (let left = reader.varint(); left > 0; left -= 1) {
      const name = reader.bytes()?.toString('utf8') ?? '';
      headers.set(name, reader.bytes());
    }
    return headers;
  }

  release(): void {
    this.slab.pool.leave(this.slab);
  }
}

/** The record with its partition. */
export function inPartition(
  record: ProducerRecord,
  partition: number,
): ProducerRecord & { readonly partition: number } {
  if (record instanceof PackedRecord) {
    return new PackedRecord({ topic: record.topic, partition, timestamp: record.timestamp }, record) as PackedRecord & {
      readonly partition: number;
    };
  }
  return { ...record, partition };
}
