import { brokers, logger, openTopics, until, type TopicContext } from '../test/topic.context.ts';
import type { BatchRecord } from './consumer/record.batch.ts';
import { createKafka } from './kafka.client.ts';
import { RecordReader, type TimeRange } from './record.reader.ts';

let topics: TopicContext;
let topic: string;

const MINUTE = 60_000;
/** Later than the markers, which have the time of the commit. */
const START = Math.ceil(Date.now() / MINUTE) * MINUTE + MINUTE;

/** Records a to f, a minute apart: a and b without a transaction, c and d committed, x aborted, e and f committed. */
beforeAll(async () => {
  topics = await openTopics();
  topic = await topics.create('read', 2);
  const kafka = createKafka({ brokers: brokers(), clientId: 'causeway-test', logger });
  const message = (value: string, minute: number) => ({
    topic,
    messages: [
      { partition: 0, key: 'k', value, headers: { ce_id: value }, timestamp: String(START + minute * MINUTE) },
    ],
  });
  const plain = kafka.producer();
  const transactional = kafka.producer({
    transactionalId: `${topics.prefix}p`,
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { initialRetryTime: 20 },
  });
  await Promise.all([plain.connect(), transactional.connect()]);
  const inTransaction = async (
    values: readonly (readonly [string, number])[],
    end: 'commit' | 'abort',
  ): Promise<void> => {
    const transaction = await transactional.transaction();
    for (const [value, minute] of values) await transaction.send(message(value, minute));
    await transaction[end]();
  };
  await plain.send(message('a', 0));
  await plain.send(message('b', 1));
  await inTransaction(
    [
      ['c', 2],
      ['d', 3],
    ],
    'commit',
  );
  await inTransaction([['x', 4]], 'abort');
  await inTransaction(
    [
      ['e', 5],
      ['f', 6],
    ],
    'commit',
  );
  await Promise.all([plain.disconnect(), transactional.disconnect()]);
  // Commit is answered before its markers are written.
  await until(async () => (await valuesOf({})).includes('f'), { what: 'the last marker' });
});

afterAll(() => topics[Symbol.asyncDispose]());

async function read(time: TimeRange): Promise<BatchRecord[]> {
  await using reader = new RecordReader({ brokers: brokers(), clientId: 'causeway-test' });
  const records: BatchRecord[] = [];
  for (const range of await reader.ranges(topic, time)) {
    for await (const some of reader.read(range)) records.push(...some);
  }
  return records;
}

async function valuesOf(time: TimeRange): Promise<string> {
  return (await read(time)).map(({ value }) => String(value)).join('');
}

describe('records', () => {
  it.each<[string, TimeRange, string]>([
    ['of all times, without what was aborted', {}, 'abcdef'],
    ['from a time on', { from: START + 3 * MINUTE }, 'def'],
    ['between two records', { from: START + 1 }, 'bcdef'],
    ['before a time, whose transaction ends behind it', { to: START + 3 * MINUTE }, 'abc'],
    ['of a window within a transaction', { from: START + 5 * MINUTE, to: START + 6 * MINUTE }, 'e'],
    ['younger than all', { from: START + 60 * MINUTE }, ''],
  ])('%s', async (_, time, expected) => {
    expect(await valuesOf(time)).toBe(expected);
  });

  it('are whole, with their place', async () => {
    expect((await read({ to: START + 1 }))[0]).toEqual({
      topic,
      partition: 0,
      offset: '0',
      timestamp: START,
      key: Buffer.from('k'),
      value: Buffer.from('a'),
      headers: { ce_id: Buffer.from('a') },
    });
  });

  it('are found by their offsets, in any order; what is not there is absent', async () => {
    await using reader = new RecordReader({ brokers: brokers(), clientId: 'causeway-test' });
    const [, , c] = await read({});
    const found = await reader.at({ topic, partition: 0 }, [BigInt(c?.offset ?? -1), 0n, 500n]);
    expect(found.map(({ value }) => String(value))).toEqual(['a', 'c']);
    expect(await reader.at({ topic, partition: 1 }, [0n])).toEqual([]);
  });

  it('that were looked up do not hold all that was fetched with them', async () => {
    await using reader = new RecordReader({ brokers: brokers(), clientId: 'causeway-test' });
    const [a] = await reader.at({ topic, partition: 0 }, [0n]);
    // What is copied lies in Node's pool, what was fetched does not.
    const held = [a?.key, a?.value, a?.headers['ce_id']].map((part) => (part as Buffer).buffer.byteLength);
    expect(held).toEqual(held.map(() => Buffer.poolSize));
  });

  it('whose beginning retention has taken are no whole history', async () => {
    const short = await topics.create('short', 1);
    await topics.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] });
    await using reader = new RecordReader({ brokers: brokers(), clientId: 'causeway-test' });
    expect((await reader.ranges(short)).map(({ whole }) => whole)).toEqual([true]);
    expect((await reader.ranges(topic)).map(({ whole }) => whole)).toEqual([false, true]);
    expect(await reader.at({ topic, partition: 0 }, [0n])).toEqual([]);
  });

  it('of a topic that is not there: one clear error', async () => {
    await using reader = new RecordReader({ brokers: brokers(), clientId: 'causeway-test' });
    await expect(reader.ranges(`${topics.prefix}nothing`)).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });
});
