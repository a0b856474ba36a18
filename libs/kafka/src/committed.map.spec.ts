import { newestOfEachKey } from './committed.map.ts';
import type { ScannedBatch } from './committed.scan.ts';

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
