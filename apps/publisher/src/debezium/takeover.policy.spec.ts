import fc from 'fast-check';
import { TakeoverScan } from './takeover.policy.ts';

function scan(produced: readonly number[], rows: number, limit = 50): TakeoverScan<number> {
  const ids = new Set(produced.map(String));
  const found = new TakeoverScan<number>((id) => ids.has(id), { rows: limit, bytes: 5000 });
  for (let row = 1; row <= rows && !found.isDone; row += 1)
    found.add({ id: String(row), record: row, bytes: 10, place: { lsn: BigInt(row), ordinal: 1 } });
  return found;
}

describe('taking over from a connector', () => {
  it('begins at the slot where nothing of it is in Kafka', () => {
    expect(scan([], 5).found).toBeUndefined();
  });

  it.each([
    { name: 'behind its last row', produced: [1, 2, 3], rows: 6, last: 3n, missing: [] },
    { name: 'at the end', produced: [1, 2, 3], rows: 3, last: 3n, missing: [] },
    { name: 'with what another partition lacks', produced: [1, 2, 5], rows: 8, last: 5n, missing: [3, 4] },
    { name: 'with a first row that is missing', produced: [2], rows: 3, last: 2n, missing: [1] },
  ])('goes on $name', ({ produced, rows, last, missing }) => {
    expect(scan(produced, rows).found).toEqual({
      position: { lsn: last, ordinal: 1 },
      missing,
      produced: produced.length,
    });
  });

  it('reads no further than a connector can be ahead of its gaps', () => {
    const far = scan([1], 1000);
    expect(far.isDone).toBe(true);
    expect(far.found).toMatchObject({ position: { lsn: 1n } });
  });

  it('sends each row exactly once, whatever part of the last rows was produced', () => {
    const last = fc.uniqueArray(fc.integer({ min: 20, max: 60 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19 }), last, (whole, scattered) => {
        const produced = [...Array.from({ length: whole }, (_, row) => row + 1), ...scattered];
        const { position, missing } = scan(produced, 80, 100).found ?? { position: { lsn: 0n }, missing: [] };
        const behind = Array.from({ length: 80 - Number(position.lsn) }, (_, row) => Number(position.lsn) + row + 1);
        const sent = [...produced, ...missing, ...behind].toSorted((a, b) => a - b);
        expect(sent).toEqual(Array.from({ length: 80 }, (_, row) => row + 1));
      }),
    );
  });
});
