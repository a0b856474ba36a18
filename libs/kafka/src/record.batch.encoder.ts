import { crc32c } from '@platformatic/kafka';
import { ByteWriter, bytesLength, varintLength, varlongLength } from './byte.writer.ts';
import { headerNameBytes } from './header.names.ts';
import type { ProducerRecord } from './producer.port.ts';

/** What the broker needs to tell a batch of a transaction from one that was sent twice. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  /** Milliseconds since 1970, of records without a time of their own. */
  readonly timestamp: number;
}

export type BatchedRecord = Pick<ProducerRecord, 'key' | 'value' | 'headers' | 'timestamp'>;

/** Header of a record batch, format v2 (Kafka protocol guide, "Record Batch"). */
const HEADER_BYTES = 61;
/** Base offset and the length itself stand before what the length counts. */
const LENGTH_COUNTS_FROM = 12;
const CRC_COUNTS_FROM = 21;
const NO_LEADER_EPOCH = -1;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;
/** Attributes of a record, always 0. */
const ATTRIBUTES_BYTES = 1;

/**
 * Encodes one partition's records of a transaction as one uncompressed record batch, each byte copied once. The client's own
 * encoder makes some forty small buffers of a record with ten headers and joins them several times over.
 */
export function encodeRecordBatch(records: readonly BatchedRecord[], identity: BatchIdentity): Buffer {
  // A record's time is told as the distance to the first one's; mostly all are the same.
  const times = records.map((record) => record.timestamp ?? identity.timestamp);
  const firstTime = times[0] ?? identity.timestamp;
  const lengths = records.map((record, index) =>
    recordLength(record, { index, delay: (times[index] ?? 0) - firstTime }),
  );
  const size = lengths.reduce((sum, length) => sum + varintLength(length) + length, HEADER_BYTES);
  const batch = Buffer.allocUnsafe(size);
  const writer = new ByteWriter(batch, HEADER_BYTES);
  for (const [index, { key, value, headers }] of records.entries()) {
    writer.varint(lengths[index] ?? 0);
    writer.zeros(ATTRIBUTES_BYTES);
    writer.varlong((times[index] ?? 0) - firstTime);
    writer.varint(index);
    writer.bytes(key);
    writer.bytes(value);
    writer.varint(headers.size);
    for (const [name, header] of headers) {
      writer.bytes(headerNameBytes(name));
      writer.bytes(header);
    }
  }
  const maxTime = times.reduce((most, time) => Math.max(most, time), firstTime);
  writeHeader(batch, { ...identity, count: records.length, firstTime, maxTime });
  return batch;
}

function recordLength(
  { key, value, headers }: BatchedRecord,
  { index, delay }: { readonly index: number; readonly delay: number },
): number {
  let length =
    ATTRIBUTES_BYTES +
    varlongLength(delay) +
    varintLength(index) +
    bytesLength(key) +
    bytesLength(value) +
    varintLength(headers.size);
  for (const [name, header] of headers) length += bytesLength(headerNameBytes(name)) + bytesLength(header);
  return length;
}

function writeHeader(
  batch: Buffer,
  {
    producerId,
    producerEpoch,
    firstSequence,
    count,
    firstTime,
    maxTime,
  }: BatchIdentity & { count: number; firstTime: number; maxTime: number },
): void {
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LENGTH_COUNTS_FROM, 8);
  batch.writeInt32BE(NO_LEADER_EPOCH, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(TRANSACTIONAL, 21);
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(firstTime), 27);
  batch.writeBigInt64BE(BigInt(maxTime), 35);
  batch.writeBigInt64BE(producerId, 43);
  batch.writeInt16BE(producerEpoch, 51);
  batch.writeInt32BE(firstSequence, 53);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_COUNTS_FROM)), 17);
}
