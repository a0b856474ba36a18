import { CausewayError, isCausewayError } from '#contracts';
import {
  POSITIONS_SETTINGS,
  TopicAdmin,
  createKafka,
  createTransactionalProducer,
  positionKey,
  positionRecord,
  publisherTransactionalId,
  readPosition,
  type KafkaConnection,
} from '#kafka';
import { createLogger, type Logger } from '#observability';
import { decodePosition, encodePosition, type StoredPosition } from '#replication';
import { slotNameOf, topicsOf, type SlotTarget, type SourceTarget } from './source.target.ts';

export const CLIENT_ID = 'causeway-cli';

/** An operator waits in front of it, so a broker that is away is told of soon. */
const ADMIN_RETRY = { retries: 2, initialRetryTime: 100 };
const READ_TIMEOUT_MS = 15_000;

export function quiet(): Logger {
  return createLogger({ service: CLIENT_ID, level: 'silent' });
}

type KafkaTarget = Pick<SourceTarget, 'kafkaBrokers' | 'kafkaSecurity'>;

/** Where a target's Kafka is and how to be let in. */
export function kafkaOf({ kafkaBrokers: brokers, kafkaSecurity: security }: KafkaTarget): KafkaConnection {
  return { brokers, security };
}

export function openTopicAdmin(target: KafkaTarget): TopicAdmin {
  return new TopicAdmin(createKafka({ ...kafkaOf(target), clientId: CLIENT_ID, logger: quiet(), retry: ADMIN_RETRY }));
}

/**
 * The newest position in Kafka, undefined when there is none yet. It may be older than what a publisher that was not fenced is
 * about to commit.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED` or `POSITION_UNREADABLE`
 */
export async function newestPosition(target: SlotTarget): Promise<StoredPosition | undefined> {
  const topic = topicsOf(target).positions;
  const admin = openTopicAdmin(target);
  try {
    if ((await admin.describe(topic)) === undefined) return undefined;
  } finally {
    await admin.close();
  }
  const key = positionKey(target.name, target.slot);
  const options = { ...kafkaOf(target), clientId: CLIENT_ID, topic, timeoutMs: READ_TIMEOUT_MS };
  const value = await readPosition(options, key);
  if (value === undefined) return undefined;
  try {
    return decodePosition(value);
  } catch (error) {
    throw new CausewayError('POSITION_UNREADABLE', { details: { topic, key }, cause: error });
  }
}

/**
 * Fences every publisher of the slot, asks for a position with the one that is stored at that moment, and stores what it gets;
 * nothing when it gets none.
 * @throws CausewayError `PUBLISHER_FENCED` when a publisher took over meanwhile: then nothing was stored.
 */
export async function replacePosition(
  target: SourceTarget,
  next: (stored: StoredPosition | undefined) => Promise<StoredPosition | null>,
): Promise<StoredPosition | null> {
  const topic = topicsOf(target).positions;
  const admin = openTopicAdmin(target);
  const producer = await createTransactionalProducer('platformatic', {
    ...kafkaOf(target),
    clientId: CLIENT_ID,
    logger: quiet(),
    transactionalId: publisherTransactionalId(slotNameOf(target)),
    transactionTimeoutMs: target.transactionTimeoutMs,
  });
  try {
    await admin.ensure({ topic, partitions: 1, replication: target.topicReplication, settings: POSITIONS_SETTINGS });
    await producer.init();
    // What stands there cannot be read as a position any more: then there is none to compare with.
    const stored = await newestPosition(target).catch((error: unknown) => {
      if (isCausewayError(error, 'POSITION_UNREADABLE')) return undefined;
      throw error;
    });
    const position = await next(stored);
    if (position === null) return null;
    const record = { key: positionKey(target.name, target.slot), value: encodePosition(position) };
    await producer.sendTransaction([positionRecord(topic, record)]);
    return position;
  } finally {
    await Promise.allSettled([producer.close(), admin.close()]);
  }
}
