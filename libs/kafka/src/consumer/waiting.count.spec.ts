import { waitingRecords } from './waiting.count.ts';

type Scanned = Parameters<typeof waitingRecords>[0] extends Iterable<infer T> ? T : never;

const plain = (count: number): Scanned => ({ attributes: 0, producerId: -1n, records: records(count) });
const data = (producerId: bigint, count: number): Scanned => ({
  attributes: 0x10,
  producerId,
  records: records(count),
});
const marker = (producerId: bigint, type: 'commit' | 'abort'): Scanned => {
  const key = Buffer.from([0, 0, 0, type === 'commit' ? 1 : 0]);
  return { attributes: 0x30, producerId, records: [{ key, value: Buffer.alloc(6) }] };
};
const records = (count: number): Scanned['records'] =>
  Array.from({ length: count }, () => ({ key: null, value: null }));

describe('waitingRecords', () => {
  it.each<[string, number, Scanned[]]>([
    ['nothing', 0, []],
    ['records outside of a transaction', 5, [plain(3), plain(2)]],
    ['a committed transaction', 3, [data(1n, 3), marker(1n, 'commit')]],
    ['an aborted transaction', 0, [data(1n, 3), marker(1n, 'abort')]],
    ['markers alone, of transactions before the range', 0, [marker(1n, 'commit'), marker(2n, 'abort')]],
    ['an open transaction', 3, [data(1n, 2), data(1n, 1)]],
    ['one producer after another', 2, [data(1n, 3), marker(1n, 'abort'), data(1n, 2), marker(1n, 'commit')]],
    ['two at the same time', 1, [data(1n, 3), data(2n, 1), marker(1n, 'abort'), marker(2n, 'commit')]],
  ])('counts of %s: %i', (_what, expected, batches) => {
    expect(waitingRecords(batches).records).toBe(expected);
  });

  it('the oldest is that of what waits, not of what was aborted', () => {
    const at = (batch: Scanned, firstTimestamp: bigint): Scanned => ({ ...batch, firstTimestamp });
    const aborted = [at(data(1n, 1), 10n), marker(1n, 'abort')];
    expect(waitingRecords([...aborted, at(plain(1), 30n), at(data(2n, 1), 20n)]).oldestAt).toBe(20);
    expect(waitingRecords(aborted).oldestAt).toBeNull();
  });
});
