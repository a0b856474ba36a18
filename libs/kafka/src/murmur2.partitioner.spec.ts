import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from './murmur2.partitioner.ts';

/** kafkajs's own port, driven the way it calls a partitioner. */
function kafkajsPartition(key: Buffer, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 1 }));
  return Partitioners.DefaultPartitioner()({ topic: 't', partitionMetadata, message: { key, value: null } } as never);
}

describe('murmur2', () => {
  // From the test of Kafka's own Utils class.
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ])('of %s is as in Java', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  // Printed by Java: BuiltInPartitioner.partitionForKey of kafka-clients 4.1.1, for 3, 6 and 101 partitions.
  it.each([
    ['', 275_646_681, [0, 3, 6]],
    ['1', -1_993_445_489, [0, 3, 29]],
    ['user-1', 1_404_122_828, [2, 2, 22]],
    ['kunde-ä', 1_914_784_939, [1, 1, 73]],
    ['🙂', 925_250_799, [0, 3, 0]],
    ['018f3c5e-7b1a-7cc0-8a3f-1234567890ab', -1_907_017_653, [2, 5, 44]],
    ['tenant:42/order:7', -814_064_621, [0, 3, 59]],
    ['zz', 1_303_221_246, [0, 0, 66]],
  ])('of %j is as in Java, and so are its partitions', (text, hash, partitions) => {
    const key = Buffer.from(text);
    expect(murmur2(key)).toBe(hash);
    expect([3, 6, 101].map((count) => partitionOf(key, count))).toEqual(partitions);
  });

  it('gives the partition that the established port gives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 1000 }), (bytes, partitions) => {
        const key = Buffer.from(bytes);
        expect(partitionOf(key, partitions)).toBe(kafkajsPartition(key, partitions));
      }),
    );
  });
});
