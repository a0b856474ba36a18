import { newestCommitted, type ScannedBatch } from './committed.scan.ts';

const key = Buffer.from('portal/slot');
const data = (producerId: bigint, value: string, name = key): ScannedBatch => ({
  attributes: 0x10,
  producerId,
  records: [{ key: name, value: Buffer.from(value) }],
});
const marker = (producerId: bigint, type: number): ScannedBatch => ({
  attributes: 0x30,
  producerId,
  records: [{ key: Buffer.from([0, 0, 0, type]), value: null }],
});
const [abort, commit] = [0, 1];
const plain = (value: string): ScannedBatch => ({
  attributes: 0,
  producerId: -1n,
  records: [{ key, value: Buffer.from(value) }],
});

describe('newest committed value', () => {
  it.each<[string, ScannedBatch[], string | undefined]>([
    ['nothing', [], undefined],
    ['one committed', [data(1n, 'a'), marker(1n, commit)], 'a'],
    ['the later of two', [data(1n, 'a'), marker(1n, commit), data(1n, 'b'), marker(1n, commit)], 'b'],
    ['the one before an aborted one', [data(1n, 'a'), marker(1n, commit), data(1n, 'b'), marker(1n, abort)], 'a'],
    ['not an open one', [data(1n, 'a'), marker(1n, commit), data(1n, 'b')], 'a'],
    ['only an aborted one', [data(1n, 'a'), marker(1n, abort)], undefined],
    [
      'across producers of one transactional.id',
      [data(1n, 'a'), marker(1n, commit), data(2n, 'b'), marker(2n, commit)],
      'b',
    ],
    ["not another slot's", [data(1n, 'a', Buffer.from('other/slot')), marker(1n, commit)], undefined],
    [
      'one behind an open transaction of another slot',
      [data(5n, 'x', Buffer.from('other/slot')), data(1n, 'a'), marker(1n, commit)],
      'a',
    ],
    ["one whose marker comes behind another's", [data(1n, 'a'), marker(5n, abort), marker(1n, commit)], 'a'],
    ['one that a person wrote without a transaction', [data(1n, 'a'), marker(1n, commit), plain('b')], 'b'],
    ['a marker whose data was compacted away', [marker(1n, commit)], undefined],
  ])('%s', (_, batches, expected) => {
    expect(newestCommitted(batches, key)?.toString()).toBe(expected);
  });
});
