import { crc32c } from '@platformatic/kafka';
import { ByteWriter, bytesLength, varintLength } from './byte.writer.ts';
import { headerNameBytes } from './header.names.ts';
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
 */
export function encodeRecordBatch(records: readonly BatchedRecord[], identity: BatchIdentity): Buffer {
  const lengths = records.map(recordLength);
  const size = lengths.reduce((sum, length) => sum + varintLength(length) + length, HEADER_BYTES);
  const batch = Buffer.allocUnsafe(size);
  const writer = new ByteWriter(batch, HEADER_BYTES);
  for (const [index, { key, value, headers }] of records.entries()) {
    writer.varint(lengths[index] ?? 0);
    writer.zeros(FIXED_BYTES);
    writer.varint(index);
    writer.bytes(key);
    writer.bytes(value);
    writer.varint(headers.size);
    for (const [name, header] of headers) {
      writer.bytes(headerNameBytes(name));
      writer.bytes(header);
    }
  }
  writeHeader(batch, { ...identity, count: records.length });
  return batch;
}

function recordLength({ key, value, headers }: BatchedRecord, index: number): number {
  let length = FIXED_BYTES + varintLength(index) + bytesLength(key) + bytesLength(value) + varintLength(headers.size);
  for (const [name, header] of headers) length += bytesLength(headerNameBytes(name)) + bytesLength(header);
  return length;
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
