import { bytesLength, varintLength, writeBytes, writeVarint } from './byte.writer.ts';
import { crc32c } from './crc32c.ts';
import { headerNameBytes } from './header.names.ts';
import { PackedRecord } from './packed.record.ts';
import type { ProducerRecord } from './producer.port.ts';

/** What the broker needs to tell a batch of a transaction from one that was sent twice. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  /** Milliseconds since 1970, for all records. */
  readonly timestamp: number;
}

export type BatchedRecord = Pick<ProducerRecord, 'key' | 'value' | 'headers'>;

/** Header of a record batch, format v2 (Kafka protocol guide, "Record Batch"). */
const HEADER_BYTES = 61;
/** Base offset and the length itself stand before what the length counts. */
const LENGTH_COUNTS_FROM = 12;
const CRC_COUNTS_FROM = 21;
const NO_LEADER_EPOCH = -1;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;
/** Attributes and time delta of a record, both always 0. */
const FIXED_BYTES = 2;

/**
 * Encodes one partition's records of a transaction as one uncompressed record batch, each byte copied once. The client's own
 * encoder makes some forty small buffers of a record with ten headers and joins them several times over.
 * `allocate` gives memory of exactly so many bytes.
 */
export function encodeRecordBatch(
  records: readonly BatchedRecord[],
  identity: BatchIdentity,
  allocate: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafe(bytes),
): Buffer {
  const bodies = new Uint32Array(records.length);
  let size = HEADER_BYTES;
  for (let index = 0; index < records.length; index += 1) {
    const length = bodyLength(records[index] as BatchedRecord);
    bodies[index] = length;
    const whole = FIXED_BYTES + varintLength(index) + length;
    size += varintLength(whole) + whole;
  }
  const batch = allocate(size);
  let at = HEADER_BYTES;
  for (let index = 0; index < records.length; index += 1) {
    at = writeVarint(batch, FIXED_BYTES + varintLength(index) + (bodies[index] as number), at);
    batch[at] = 0;
    batch[at + 1] = 0;
    at = writeVarint(batch, index, at + FIXED_BYTES);
    at = writeBody(batch, records[index] as BatchedRecord, at);
  }
  writeHeader(batch, { ...identity, count: records.length });
  return batch;
}

function bodyLength(record: BatchedRecord): number {
  if (record instanceof PackedRecord) return record.end - record.start;
  const { key, value, headers } = record;
  let length = bytesLength(key) + bytesLength(value) + varintLength(headers.size);
  for (const [name, header] of headers) length += bytesLength(headerNameBytes(name)) + bytesLength(header);
  return length;
}

function writeBody(batch: Buffer, record: BatchedRecord, from: number): number {
  if (record instanceof PackedRecord) {
    record.slab.buffer.copy(batch, from, record.start, record.end);
    return from + record.end - record.start;
  }
  const { key, value, headers } = record;
  let at = writeBytes(batch, value, writeBytes(batch, key, from));
  at = writeVarint(batch, headers.size, at);
  for (const [name, header] of headers) {
    at = writeBytes(batch, headerNameBytes(name), at);
    at = writeBytes(batch, header, at);
  }
  return at;
}

function writeHeader(
  batch: Buffer,
  { producerId, producerEpoch, firstSequence, timestamp, count }: BatchIdentity & { count: number },
): void {
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LENGTH_COUNTS_FROM, 8);
  batch.writeInt32BE(NO_LEADER_EPOCH, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(TRANSACTIONAL, 21);
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(timestamp), 27);
  batch.writeBigInt64BE(BigInt(timestamp), 35);
  batch.writeBigInt64BE(producerId, 43);
  batch.writeInt16BE(producerEpoch, 51);
  batch.writeInt32BE(firstSequence, 53);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_COUNTS_FROM)), 17);
}
