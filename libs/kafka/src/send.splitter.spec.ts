import fc from 'fast-check';
import { BATCH_OVERHEAD, recordBytes } from './record.size.ts';
import { splitIntoSends, type PlacedRecord } from './send.splitter.ts';

const record = fc
  .record({ topic: fc.constantFrom('a', 'b'), partition: fc.nat(2), size: fc.nat(400) })
  .map(({ topic, partition, size }): PlacedRecord => {
    return {
      topic,
      partition,
      key: Buffer.from('k'),
      value: Buffer.alloc(size),
      headers: new Map([['ce_id', Buffer.from('1')]]),
    };
  });
const partitionOf = ({ topic, partition }: PlacedRecord): string => `${topic}/${partition}`;

describe('splitting a transaction into sends', () => {
  it('keeps all records and the order of each partition, and no batch exceeds its topic', () => {
    const limits: Record<string, number> = { a: 1000, b: 700 };
    const limitOf = (topic: string): number => limits[topic] ?? 0;
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), (records) => {
        const sends = splitIntoSends(records, limitOf);
        expect(Map.groupBy(sends.flat(2), partitionOf)).toEqual(Map.groupBy(records, partitionOf));
        for (const send of sends) {
          expect(send.length).toBeGreaterThan(0);
          expect(new Set(send.map(([first]) => first && partitionOf(first))).size).toBe(send.length);
        }
        for (const batch of sends.flat()) {
          const bytes = batch.reduce((sum, one) => sum + recordBytes(one), BATCH_OVERHEAD);
          expect(bytes <= limitOf(batch[0]?.topic ?? '') || batch.length === 1).toBe(true);
        }
      }),
    );
  });

  it('needs one send for what fits', () => {
    const one: PlacedRecord = { topic: 'a', partition: 1, key: null, value: null, headers: new Map() };
    expect(
      splitIntoSends(
        Array.from({ length: 50 }, () => one),
        () => 10_000,
      ),
    ).toHaveLength(1);
    expect(splitIntoSends([], () => 10_000)).toHaveLength(0);
  });
});
