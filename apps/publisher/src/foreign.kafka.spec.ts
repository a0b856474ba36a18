import { createTransactionalProducer, positionKey, positionRecord, readPosition } from '#kafka';
import { createLogger } from '#observability';
import { decodePosition, encodePosition, type StoredPosition } from '#replication';
import { openPublisher, readOrders, type PublisherContext } from '../test/publisher.context.ts';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

/** Publishes one event and puts another position in the place of the one that this left in Kafka. */
async function replace(change: (position: StoredPosition) => Partial<StoredPosition>): Promise<void> {
  const app = await context.start();
  await context.emit('first');
  await readOrders(context, 1);
  await app.stop();
  const { kafkaBrokers: brokers, topicPrefix, name, slot } = context.target;
  const [topic, key] = [`${topicPrefix}causeway.positions`, positionKey(name, slot)];
  const clientId = 'causeway-test';
  const value = await readPosition({ brokers, clientId, topic, timeoutMs: 60_000 }, key);
  const position = decodePosition(value ?? Buffer.of());
  const producer = await createTransactionalProducer('platformatic', {
    brokers,
    clientId,
    logger: createLogger({ service: 'test', level: 'silent' }),
    transactionalId: `${topicPrefix}foreign`,
    transactionTimeoutMs: 10_000,
  });
  await producer.init();
  await producer.sendTransaction([
    positionRecord(topic, { key, value: encodePosition({ ...position, ...change(position) }) }),
  ]);
  await producer.close();
}

describe('a position that is not of this server: SLOT_GENERATION_MISMATCH', () => {
  it.each<[string, (position: StoredPosition) => Partial<StoredPosition>, RegExp]>([
    ['of another system identifier', () => ({ systemId: '42' }), /stored_system=42, found_system=\d{10,}/],
    [
      'of a timeline that this one does not come from',
      () => ({ timeline: 7 }),
      /stored_timeline=7, found_timeline=\d+/,
    ],
    ["ahead of the server's WAL", ({ lsn }) => ({ lsn: lsn + 0x10_0000_0000n }), /wal_end=\w+\/\w+, position=/],
  ])('%s', async (_, change, expected) => {
    await replace(change);
    const said = await context.stuck(/SLOT_GENERATION_MISMATCH/);
    expect(said).toMatch(expected);
    expect(said).toMatch(
      /from=20\S+, to=20\S+, ways_out=causeway outbox resend --source shop .* && causeway slot adopt/,
    );
  });
});
