import { Reader, crc32c, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { varintLength } from './byte.writer.ts';
import { encodeRecordBatch, type BatchedRecord } from './record.batch.encoder.ts';
import { BATCH_OVERHEAD, recordBytes } from './record.size.ts';

const bytes = fc
  .oneof(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ minLength: 100, maxLength: 300 }))
  .map((array) => Buffer.from(array));
const record: fc.Arbitrary<BatchedRecord> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc
    .array(fc.tuple(fc.string({ maxLength: 20 }), fc.option(bytes)), { maxLength: 12 })
    .map((entries) => new Map(entries)),
  timestamp: fc.option(fc.nat({ max: 4_102_444_800_000 }), { nil: undefined }),
});
const identity = { producerId: 7n, producerEpoch: 3, firstSequence: 41, timestamp: 1_767_323_045_678 };

const timeOf = (one: BatchedRecord | undefined): number => one?.timestamp ?? identity.timestamp;

describe('record batch', () => {
  it('is read back by an independent reader as it was written', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 70 }), (records) => {
        const encoded = encodeRecordBatch(records, identity);
        const batch = readRecordsBatch(Reader.from(encoded));
        expect(batch).toMatchObject({
          length: encoded.length - 12,
          magic: 2,
          attributes: 0x10,
          lastOffsetDelta: records.length - 1,
          firstTimestamp: BigInt(timeOf(records[0])),
          maxTimestamp: BigInt(Math.max(...records.map(timeOf))),
          producerId: 7n,
          producerEpoch: 3,
          firstSequence: 41,
          crc: crc32c(encoded.subarray(21)),
        });
        const read = batch.records.map(({ key, value, headers, offsetDelta, timestampDelta }) => ({
          time: batch.firstTimestamp + timestampDelta,
          key,
          value,
          headers: [...headers],
          offsetDelta,
        }));
        const written = records.map((one, offsetDelta) => {
          const { key, value, headers } = one;
          return {
            time: BigInt(timeOf(one)),
            key,
            value,
            headers: [...headers].map(([name, header]) => [Buffer.from(name), header]),
            offsetDelta,
          };
        });
        expect(read).toEqual(written);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the times of records that have their own', () => {
    const times = [undefined, 0, identity.timestamp + 5, 1_000_000_000_000, undefined];
    const records = times.map((timestamp) => ({
      key: null,
      value: Buffer.from('v'),
      headers: new Map([['absent', null]]),
      ...(timestamp === undefined ? {} : { timestamp }),
    }));
    const batch = readRecordsBatch(Reader.from(encodeRecordBatch(records, identity)));
    const read = batch.records.map(({ timestampDelta }) => batch.firstTimestamp + timestampDelta);
    expect(read).toEqual(times.map((timestamp) => BigInt(timestamp ?? identity.timestamp)));
    expect(batch.maxTimestamp).toBe(BigInt(identity.timestamp + 5));
    expect(batch.records[0]?.headers[0]?.[1] ?? null).toBeNull();
  });

  it('never needs more than was foreseen', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 50 }), (records) => {
        const foreseen = records.reduce((sum, one) => sum + recordBytes(one), BATCH_OVERHEAD);
        expect(encodeRecordBatch(records, identity).length).toBeLessThanOrEqual(foreseen);
      }),
    );
  });
});

describe('variable-length numbers', () => {
  it.each([
    [0, 1],
    [-1, 1],
    [63, 1],
    [64, 2],
    [-64, 1],
    [-65, 2],
    [8191, 2],
    [8192, 3],
    [2 ** 31 - 1, 5],
    [-(2 ** 31), 5],
  ])('%s takes %s bytes', (value, length) => {
    expect(varintLength(value)).toBe(length);
  });
});
