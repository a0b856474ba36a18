import fc from 'fast-check';
import { inPartition, type PackedRecord } from './packed.record.ts';
import { encodeRecordBatch } from './record.batch.encoder.ts';
import { RecordPacker, lengthAndText } from './record.packer.ts';
import { recordBytes } from './record.size.ts';

interface Parts {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: ReadonlyMap<string, Buffer>;
}

const bytes = fc
  .oneof(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 100, maxLength: 9000 }))
  .map((array) => Buffer.from(array));
const parts: fc.Arbitrary<Parts> = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(fc.string({ maxLength: 20 }), bytes), { maxLength: 5 }).map((entries) => new Map(entries)),
});
const identity = { producerId: 7n, producerEpoch: 3, firstSequence: 41, timestamp: 1_767_323_045_678 };

function pack(packer: RecordPacker, { key, value, headers }: Parts): PackedRecord {
  packer.open(key.length + value.length + [...headers].reduce((sum, [, header]) => sum + 100 + header.length, 100));
  packer.span(key, 0, key.length);
  packer.span(value, 0, value.length);
  packer.headerCount(headers.size);
  for (const [name, header] of headers) {
    packer.ready(lengthAndText(name));
    packer.span(header, 0, header.length);
  }
  return packer.close('t', 0);
}

describe('packed record', () => {
  it('reads as what was packed, and lies in a batch as any other record does', () => {
    const packer = new RecordPacker();
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 90 }), (all) => {
        const packed = all.map((one) => pack(packer, one));
        expect(packed.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(all);
        const batch = encodeRecordBatch(packed, identity);
        expect(batch.equals(encodeRecordBatch(all, identity))).toBe(true);
        const foreseen = packed.reduce((sum, one) => sum + recordBytes(one), 61);
        expect(batch.length).toBeLessThanOrEqual(foreseen);
        for (const record of packed) record.release();
      }),
      { numRuns: 40 },
    );
  });

  it('keeps what is not released from being written over', () => {
    const packer = new RecordPacker();
    const one = (fill: number): Parts => ({
      key: Buffer.alloc(8, fill),
      value: Buffer.alloc(50_000, fill),
      headers: new Map(),
    });
    const kept = pack(packer, one(1));
    for (let n = 0; n < 100; n += 1) pack(packer, one(2)).release();
    expect(kept.value?.every((byte) => byte === 1)).toBe(true);
  });

  it('uses memory again once all records in it are released', () => {
    const packer = new RecordPacker();
    const one = { key: Buffer.from('k'), value: Buffer.alloc(100_000), headers: new Map<string, Buffer>() };
    const used = new Set<Buffer>();
    for (let n = 0; n < 50; n += 1) {
      const record = pack(packer, one);
      used.add(record.slab.buffer);
      record.release();
    }
    expect(used.size).toBeLessThanOrEqual(2);
  });

  it('forgets a record that was begun and not closed', () => {
    const packer = new RecordPacker();
    packer.open(100);
    packer.span(Buffer.from('not closed'), 0, 10);
    expect(pack(packer, { key: Buffer.from('k'), value: Buffer.from('v'), headers: new Map() }).key?.toString()).toBe(
      'k',
    );
  });

  it('is put into a partition without being copied', () => {
    const record = pack(new RecordPacker(), { key: Buffer.from('k'), value: Buffer.from('v'), headers: new Map() });
    const placed = inPartition(record, 4);
    expect(placed).toMatchObject({ topic: 't', partition: 4, bytes: record.bytes });
    expect(placed.value?.buffer).toBe(record.slab.buffer.buffer);
    expect(inPartition({ topic: 't', key: null, value: null, headers: new Map() }, 2)).toMatchObject({ partition: 2 });
  });
});
