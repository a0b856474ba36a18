import { randomUUID } from 'node:crypto';
import { brokers, logger, openTopics, type TopicContext } from '../test/topic.context.ts';
import { PRODUCER_CLIENTS, createTransactionalProducer } from './producer.factory.ts';
import { readTail, type TailRecord } from './topic.tail.ts';

let topics: TopicContext;

beforeAll(async () => {
  topics = await openTopics();
});

afterAll(() => topics[Symbol.asyncDispose]());

const at = (timestamp: number, value: string, absent: [string, null][] = []) => ({
  partition: 0,
  key: null,
  value: Buffer.from(value),
  headers: new Map<string, Buffer | null>([['id', Buffer.from(value)], ...absent, ['empty', Buffer.alloc(0)]]),
  timestamp,
});

async function read(topic: string, since: number): Promise<{ records: TailRecord[]; isOpen: boolean }> {
  const records: TailRecord[] = [];
  const options = { brokers: brokers(), clientId: 'causeway-test', topics: [topic], since };
  const { isOpen } = await readTail(options, (record) => records.push(record));
  return { records, isOpen };
}

/** Commit is answered before the markers are written. */
async function readSettled(topic: string, since: number): Promise<TailRecord[]> {
  for (;;) {
    const { records, isOpen } = await read(topic, since);
    if (!isOpen) return records;
  }
}

/** kafkajs fails at a header without a value. */
const absentHeaders = { platformatic: [['absent', null]], kafkajs: [] } satisfies Record<string, [string, null][]>;

describe.each(PRODUCER_CLIENTS)('the tail of a topic that %s wrote', (client) => {
  it('begins at an instant, with times and headers as they were given', async () => {
    const topic = await topics.create(`${client}-tail`, 2);
    const producer = await createTransactionalProducer(client, {
      brokers: brokers(),
      clientId: 'causeway-test',
      transactionalId: `${topics.prefix}${randomUUID()}`,
      transactionTimeoutMs: 10_000,
      logger,
    });
    try {
      await producer.init();
      await producer.sendTransaction([{ topic, ...at(1_600_000_000_000, 'old', absentHeaders[client]) }]);
      await producer.sendTransaction([
        { topic, ...at(1_700_000_000_500, 'new') },
        { topic, ...at(1_700_000_000_000, 'newer') },
      ]);
    } finally {
      await producer.close();
    }
    const all = await readSettled(topic, 0);
    expect(all.map(({ value, timestamp }) => [String(value), timestamp])).toEqual([
      ['old', 1_600_000_000_000n],
      ['new', 1_700_000_000_500n],
      ['newer', 1_700_000_000_000n],
    ]);
    expect(all[0]?.headers).toEqual([['id', Buffer.from('old')], ...absentHeaders[client], ['empty', Buffer.alloc(0)]]);
    expect((await readSettled(topic, 1_650_000_000_000)).map(({ value }) => String(value))).toEqual(['new', 'newer']);
  });
});
