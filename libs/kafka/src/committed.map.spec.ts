import { newestCommitted, newestOfEachKey } from './committed.map.ts';
import type { ScannedBatch } from './committed.records.ts';

const records = (...pairs: [string, string | null][]): ScannedBatch['records'] =>
  pairs.map(([key, value]) => ({ key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }));
const plain = (...pairs: [string, string | null][]): ScannedBatch => ({
  attributes: 0,
  producerId: -1n,
  records: records(...pairs),
});
const sent = (producerId: bigint, ...pairs: [string, string | null][]): ScannedBatch => ({
  attributes: 0x10,
  producerId,
  records: records(...pairs),
});
const marker = (producerId: bigint, type: 0 | 1): ScannedBatch => ({
  attributes: 0x30,
  producerId,
  records: [{ key: Buffer.from([0, 0, 0, type]), value: null }],
});

describe('newestOfEachKey', () => {
  it.each<[string, ScannedBatch[], [string, string][]]>([
    ['nothing', [], []],
    [
      'the newest of each key',
      [plain(['a', '1'], ['b', '2'], ['a', '3'])],
      [
        ['a', '3'],
        ['b', '2'],
      ],
    ],
    ['not what was deleted', [plain(['a', '1'], ['b', '2']), plain(['a', null])], [['b', '2']]],
    ['what was committed', [sent(1n, ['a', '1']), marker(1n, 1)], [['a', '1']]],
    ['not what was aborted', [sent(1n, ['a', '1']), marker(1n, 0)], []],
    ['not what is open', [plain(['a', '1']), sent(1n, ['a', '2'])], [['a', '1']]],
    [
      'in the order of the commits',
      [sent(1n, ['a', '1']), sent(2n, ['a', '2']), marker(2n, 1), marker(1n, 1)],
      [['a', '1']],
    ],
    ['a deletion that was aborted', [plain(['a', '1']), sent(1n, ['a', null]), marker(1n, 0)], [['a', '1']]],
    [
      'transactions of several batches',
      [sent(1n, ['a', '1']), sent(1n, ['b', '2'], ['a', null]), marker(1n, 1)],
      [['b', '2']],
    ],
  ])('%s', (...[, batches, expected]) => {
    expect([...newestOfEachKey(batches)].map(([key, value]) => [key, value.toString()])).toEqual(expected);
  });
});

const NAME = 'portal/slot';

describe('newest committed value', () => {
  it.each<[string, ScannedBatch[], string | undefined]>([
    ['nothing', [], undefined],
    ['one committed', [sent(1n, [NAME, 'a']), marker(1n, 1)], 'a'],
    ['the later of two', [sent(1n, [NAME, 'a']), marker(1n, 1), sent(1n, [NAME, 'b']), marker(1n, 1)], 'b'],
    [
      'the one before an aborted one',
      [sent(1n, [NAME, 'a']), marker(1n, 1), sent(1n, [NAME, 'b']), marker(1n, 0)],
      'a',
    ],
    ['not an open one', [sent(1n, [NAME, 'a']), marker(1n, 1), sent(1n, [NAME, 'b'])], 'a'],
    ['only an aborted one', [sent(1n, [NAME, 'a']), marker(1n, 0)], undefined],
    [
      'across producers of one transactional.id',
      [sent(1n, [NAME, 'a']), marker(1n, 1), sent(2n, [NAME, 'b']), marker(2n, 1)],
      'b',
    ],
    ["not another slot's", [sent(1n, ['other/slot', 'a']), marker(1n, 1)], undefined],
    [
      'one behind an open transaction of another slot',
      [sent(5n, ['other/slot', 'x']), sent(1n, [NAME, 'a']), marker(1n, 1)],
      'a',
    ],
    ["one whose marker comes behind another's", [sent(1n, [NAME, 'a']), marker(5n, 0), marker(1n, 1)], 'a'],
    ['one that a person wrote without a transaction', [sent(1n, [NAME, 'a']), marker(1n, 1), plain([NAME, 'b'])], 'b'],
    ['a marker whose data was compacted away', [marker(1n, 1)], undefined],
  ])('%s', (_, batches, expected) => {
    expect(newestCommitted(batches, Buffer.from(NAME))?.toString()).toBe(expected);
  });
});
