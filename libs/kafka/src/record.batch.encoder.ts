import { bytesLength, varintLength, varlongLength, writeBytes, writeVarint, writeVarlong } from './byte.writer.ts';
import { crc32c } from './crc32c.ts';
import { headerNameBytes } from './header.names.ts';
import { PackedRecord } from './packed.record.ts';
import type { ProducerRecord } from './producer.port.ts';

/** What the broker needs to tell a batch of a transaction from one that was sent twice. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  /** Milliseconds since 1970, for all records that have no time of their own. */
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
 * `allocate` gives memory of exactly so many bytes.
 */
export function encodeRecordBatch(
  records: readonly BatchedRecord[],
  identity: BatchIdentity,
  allocate: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafe(bytes),
): Buffer {
  const lengths = new Uint32Array(records.length);
  // A record's time is told as the distance to the first one's; mostly all are the same.
  const firstTime = records[0]?.timestamp ?? identity.timestamp;
  let maxTime = firstTime;
  let size = HEADER_BYTES;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as BatchedRecord;
    const time = record.timestamp ?? identity.timestamp;
    if (time > maxTime) maxTime = time;
    const length = ATTRIBUTES_BYTES + varlongLength(time - firstTime) + varintLength(index) + bodyLength(record);
    lengths[index] = length;
    size += varintLength(length) + length;
  }
  const batch = allocate(size);
  let at = HEADER_BYTES;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as BatchedRecord;
    at = writeVarint(batch, lengths[index] as number, at);
    batch[at] = 0;
    at = writeVarlong(batch, (record.timestamp ?? identity.timestamp) - firstTime, at + ATTRIBUTES_BYTES);
    at = writeVarint(batch, index, at);
    at = writeBody(batch, record, at);
  }
  writeHeader(batch, { ...identity, count: records.length, firstTime, maxTime });
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

type Header = BatchIdentity & { readonly count: number; readonly firstTime: number; readonly maxTime: number };

function writeHeader(batch: Buffer, header: Header): void {
  const { producerId, producerEpoch, firstSequence, count, firstTime, maxTime } = header;
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
