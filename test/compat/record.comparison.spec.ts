import { compareRecords } from './record.comparison.ts';
import type { TopicRecord } from './topic.records.ts';

const record = (change: Partial<TopicRecord> = {}): TopicRecord => ({
  topic: 't',
  partition: 0,
  offset: 0n,
  timestamp: 1000n,
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: [
    ['id', Buffer.from('1')],
    ['a', null],
  ],
  ...change,
});
const id = (value: string) => [['id', Buffer.from(value)]] as const;
const context = ['connectorLogicalName', 'taskId', 'connectorName', 'runId'].map(
  (name) => [`__debezium.context.${name}`, Buffer.from('x')] as const,
);

const compare = (theirs: readonly TopicRecord[], ours: readonly TopicRecord[]): readonly string[] =>
  compareRecords({ theirs, ours, comparesTimestamps: true }).differences;

describe('comparison with Debezium', () => {
  it('finds nothing in the same records', () => {
    expect(compare([record()], [record({ offset: 9n })])).toEqual([]);
  });

  it.each<[string, Partial<TopicRecord>]>([
    ['key', { key: Buffer.from('K') }],
    ['key', { key: null }],
    ['value', { value: Buffer.from('v ') }],
    ['value', { value: null }],
    ['value', { value: Buffer.alloc(0) }],
    ['partition', { partition: 1 }],
    ['timestamp', { timestamp: 1001n }],
    [
      'header a',
      {
        headers: [
          ['id', Buffer.from('1')],
          ['a', Buffer.alloc(0)],
        ],
      },
    ],
    [
      'header names',
      {
        headers: [
          ['a', null],
          ['id', Buffer.from('1')],
        ],
      },
    ],
    ['header names', { headers: [['id', Buffer.from('1')]] }],
  ])('finds another %s', (what, change) => {
    expect(compare([record()], [record(change)])).toContainEqual(expect.stringContaining(`t 1 ${what}: `));
  });

  it('finds records that are missing, doubled, in another topic, or in another order', () => {
    const [one, two] = [record({ headers: id('1') }), record({ headers: id('2') })];
    expect(compare([one, two], [one])).toEqual(['t 2 is missing']);
    expect(compare([one], [one, one])).toEqual(['t 1 (2) is one too many']);
    expect(compare([one], [record({ topic: 'u', headers: id('1') })])).toEqual([
      't 1 is missing',
      'u 1 is one too many',
    ]);
    expect(compare([one, two], [two, one])).toEqual(['t/0 order: theirs 1 2, ours 2 1']);
  });

  it('lets a record without a key lie anywhere', () => {
    expect(compare([record({ key: null })], [record({ key: null, partition: 2 })])).toEqual([]);
  });

  it('leaves out the headers in which Debezium names its run, and only them', () => {
    const theirs = record({ headers: [...context, ...record().headers] });
    expect(compare([theirs], [record()])).toEqual([]);
    expect(compare([record({ headers: [...context.slice(1), ...record().headers] })], [record()])).not.toEqual([]);
  });
});
