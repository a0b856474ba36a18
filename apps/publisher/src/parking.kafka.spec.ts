import { createKafka } from '#kafka';
import { listParkedKeys, releaseKey, resendDeadLetter, type SourceTarget } from '#operations';
import { logger } from '../../../libs/kafka/test/topic.context.ts';
import { openPublisher, until, type PublisherContext } from '../test/publisher.context.ts';

let context: PublisherContext;
const settings = { CAUSEWAY_POISON: 'park-key', CAUSEWAY_TRANSACTION_TIMEOUT: '10s' };
const brokers = (process.env['CAUSEWAY_KAFKA_BROKERS'] ?? '').split(',');

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

function target(): SourceTarget {
  return {
    name: 'shop',
    url: context.url,
    slot: context.slotName,
    publication: 'causeway_outbox',
    kafkaBrokers: brokers,
    topicPrefix: context.topics.prefix,
    topicPartitions: 3,
    topicReplication: 1,
    transactionTimeoutMs: 10_000,
  };
}

async function limitTopic(name: string, bytes: number): Promise<void> {
  const admin = createKafka({ brokers, clientId: 'causeway-test', logger }).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name, configEntries }] });
  await admin.disconnect();
}

/** Numbers of the orders of a key, in the order in which a consumer sees them. */
const numbers = async (key: string): Promise<number[]> =>
  (await context.read('shop.order'))
    .filter((record) => record.key === key)
    .map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n);
const emit = (key: string, n: number, size = 0): Promise<void> => context.emit(key, { n, text: 'x'.repeat(size) });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const release = { key: 'k', withoutPoison: false, dryRun: false };

describe('a parked key', () => {
  it('stays parked through kill -9, and its rows follow in order when it is released, while rows are being written', async () => {
    const topic = await context.topics.create('shop.order', 3, { 'max.message.bytes': '2000' });
    let publisher = context.spawn(settings);
    await publisher.line('streaming');
    await emit('k', 0);
    await emit('k', 1, 5000);
    for (let n = 2; n < 30; n += 1) {
      await emit('k', n);
      await emit('other', n);
    }
    await until(async () => (await listParkedKeys(target())).length === 1);
    await publisher.kill('SIGKILL');
    for (let n = 30; n < 40; n += 1) await emit('k', n);
    publisher = context.spawn(settings);
    await until(async () => (await listParkedKeys(target()))[0]?.waiting === 39);
    expect(await numbers('k')).toEqual([0]);
    expect(await numbers('other')).toHaveLength(28);
    expect(await publisher.get('/metrics')).toMatch(/^causeway_publisher_parked_keys\{source="shop",.*\} 1$/m);
    const letters = await context.read('causeway.dead-letters');
    const reasons = new Set(letters.slice(1).map(({ headers }) => headers['causeway_reason']));
    expect([...reasons]).toEqual([`key parked behind ${letters[0]?.headers['ce_id']}`]);

    const name = `${letters[5]?.partition}:${letters[5]?.offset}`;
    expect(await resendDeadLetter(target(), { id: name, dryRun: true })).toMatchObject({
      refused: expect.stringContaining('its key is parked') as unknown,
    });
    expect(await releaseKey(target(), release)).toMatchObject({
      refused: expect.stringMatching(/needs up to 5\d{3} bytes, the topic takes 2000.*--without-poison/) as unknown,
    });
    expect(await numbers('k')).toEqual([0]);

    await limitTopic(topic, 100_000);
    expect(await releaseKey(target(), { ...release, dryRun: true })).toEqual({ topic, sent: 39, leftOut: [] });
    let last = 40;
    const stop = new AbortController();
    const writing = (async (): Promise<void> => {
      for (; !stop.signal.aborted; last += 1) await emit('k', last);
    })();
    const released = await releaseKey(target(), release);
    expect(released).toMatchObject({ topic, leftOut: [] });
    await publisher.line('standby');
    stop.abort();
    await writing;
    await until(async () => (await numbers('k')).length === last);
    expect(await numbers('k')).toEqual(upTo(last));
    expect(await listParkedKeys(target())).toEqual([]);
    expect(await releaseKey(target(), release)).toEqual({ refused: 'the key k is not parked' });
  });

  it('goes on without a row that can never be produced, if a person says so', async () => {
    await context.start(settings);
    const bad = `select outbox.emit('order', 'k', 'order.placed', '{"n": -1}', headers => '{"ce_id": "forged"}')`;
    await context.client.query(bad);
    await context.client.query(`select outbox.emit_message('order', 'k', 'order.placed', '{"n": 0}')`);
    await emit('k', 1);
    await context.client.query(`select outbox.emit('return', 'k', 'order.returned', '{}')`);
    await until(async () => (await listParkedKeys(target()))[0]?.waiting === 3);
    await until(async () => (await context.read('shop.return').catch(() => [])).length === 1);
    expect(await releaseKey(target(), release)).toMatchObject({
      refused: expect.stringContaining('headers may not set ce_id') as unknown,
    });
    expect(await releaseKey(target(), { ...release, withoutPoison: true })).toMatchObject({
      sent: 2,
      leftOut: [{ id: expect.any(String) as unknown }],
    });
    await emit('k', 2);
    await until(async () => (await numbers('k')).length === 3);
    expect(await numbers('k')).toEqual([0, 1, 2]);
    const [record] = (await context.read('shop.order')).filter(({ key }) => key === 'k');
    expect(Object.keys(record?.headers ?? {}).filter((name) => name.startsWith('causeway_'))).toEqual([
      'causeway_resent',
    ]);
  });

  it('is not released in silence when what waits there is gone', async () => {
    await context.start(settings);
    const bad = `select outbox.emit('order', 'k', 'order.placed', '{}', headers => '{"ce_id": "forged"}')`;
    await context.client.query(bad);
    await until(async () => (await listParkedKeys(target())).length === 1);
    const [letter] = await context.read('causeway.dead-letters');
    await emit('k', 1);
    await until(async () => (await listParkedKeys(target()))[0]?.waiting === 2);
    const admin = createKafka({ brokers, clientId: 'causeway-test', logger }).admin();
    await admin.connect();
    const partitions = [{ partition: letter?.partition ?? 0, offset: String((letter?.offset ?? 0n) + 1n) }];
    const topic = `${context.topics.prefix}causeway.dead-letters`;
    // kafkajs looks for the partitions' leaders only in topics that it was asked about before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
    expect(await releaseKey(target(), release)).toMatchObject({
      refused: expect.stringContaining('is gone') as unknown,
    });
    expect(await releaseKey(target(), { ...release, withoutPoison: true })).toMatchObject({ sent: 1, leftOut: [] });
    expect(await numbers('k')).toEqual([1]);
  });
});
