import { kafkaTopics, type KafkaTopics } from '#testing';
import { groupLag, type EmptyRanges } from './group.lag.ts';

let topics: KafkaTopics;
beforeAll(async () => {
  topics = await kafkaTopics('grouplag');
});
afterAll(() => topics[Symbol.asyncDispose]());

it('reads a range in which nothing waited once, and looks again as soon as there is more', async () => {
  const topic = await topics.create('transactions');
  const producer = topics.kafka.producer({ transactionalId: `${topic}.tx`, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const send = async (end: 'commit' | 'abort'): Promise<void> => {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'x' }] });
    await transaction[end]();
  };
  const empty: EmptyRanges = new Map<string, string>();
  const { kafka, brokers } = topics;
  const lag = (from: readonly string[]): Promise<number> =>
    groupLag({ kafka, brokers: from, groupId: `${topic}.nobody`, topics: [topic], empty });

  await send('abort');
  // The record, until its marker is there.
  let waiting = await lag(brokers);
  while (waiting > 0) waiting = await lag(brokers);
  expect(empty.get(`${topic}/0`)).toBe('0-2');
  // Nobody is there to be read from.
  expect(await lag(['127.0.0.1:1'])).toBe(0);

  await send('commit');
  await producer.disconnect();
  expect(await lag(brokers)).toBe(1);
});
