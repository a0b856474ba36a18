import fc from 'fast-check';
import { splitBatch } from './batch.split.ts';

it('keeps all records in order, within count and bytes, and joins as many as fit', () => {
  const records = fc.array(fc.record({ text: fc.string({ unit: 'binary', maxLength: 60 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(
      records,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1_050, max: 1_400 }),
      (all, maxRecords, maxBytes) => {
        const parts = splitBatch(all, { maxRecords, maxBytes });
        expect(parts.flatMap((part) => part.records)).toEqual(all);
        for (const { records, tooLarge } of parts) {
          expect(records.length).toBeGreaterThan(0);
          expect(records.length).toBeLessThanOrEqual(maxRecords);
          const bytes = Buffer.byteLength(JSON.stringify({ data: records }));
          if (tooLarge) expect(records).toHaveLength(1);
          else expect(bytes).toBeLessThanOrEqual(maxBytes);
        }
      },
    ),
  );
});

it('cuts 250 small records into 100, 100 and 50', () => {
  const records = Array.from({ length: 250 }, (_, index) => ({ index }));
  const parts = splitBatch(records, { maxRecords: 100, maxBytes: 1_000_000 });
  expect(parts.map((part) => part.records.length)).toEqual([100, 100, 50]);
});

it('is nothing for nothing', () => {
  expect(splitBatch([], { maxRecords: 100, maxBytes: 1_000_000 })).toEqual([]);
});
