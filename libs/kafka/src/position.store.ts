import { withDeadline } from './deadline.ts';
import { newestCommitted } from './committed.scan.ts';
import { asKafkaError } from './kafka-error.policy.ts';
import { PartitionReader } from './partition.reader.ts';
import type { ProducerRecord } from './producer.port.ts';
import { checkAccess } from './security/access.check.ts';
import type { KafkaConnection } from './security/kafka.connection.ts';

export interface PositionStoreOptions extends KafkaConnection {
  readonly clientId: string;
  /** Compacted, one partition. */
  readonly topic: string;
  /** Gives up after this long. */
  readonly timeoutMs: number;
}

/** Offsets that are read from the end first; the position is nearly always among them. */
const FIRST_WINDOW = 500n;
const WINDOW_GROWTH = 8n;

/** The key of a slot's positions. Slot names are unique in a Postgres cluster, source names among products. */
export function positionKey(source: string, slot: string): string {
  return `${source}/${slot}`;
}

/** The record that carries a position; it goes into the transaction of the batch that the position speaks of. */
export function positionRecord(
  topic: string,
  position: { readonly key: string; readonly value: Buffer },
): ProducerRecord {
  return { topic, partition: 0, key: Buffer.from(position.key), value: position.value, headers: new Map() };
}

/**
 * Reads the last committed position of a key. Only exact after the key's writer was fenced by `TransactionalProducer.init`;
 * before, it may be older than what is about to be committed.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_TLS_REFUSED`, `KAFKA_ACCESS_DENIED` or `TOPIC_MISSING`
 */
export async function readPosition(options: PositionStoreOptions, key: string): Promise<Buffer | undefined> {
  const reader = new PartitionReader(options);
  try {
    await checkAccess(options, options.clientId);
    return await withDeadline(searchBackwards(reader, Buffer.from(key)), {
      ms: options.timeoutMs,
      what: 'read position',
    });
  } catch (error) {
    throw asKafkaError(error, { topic: options.topic });
  } finally {
    await reader.close().catch(() => undefined);
  }
}

/** Compaction runs behind, so a busy topic is long: from its end backwards in growing windows. */
async function searchBackwards(reader: PartitionReader, key: Buffer): Promise<Buffer | undefined> {
  const { first, end } = await reader.offsets();
  for (let window = FIRST_WINDOW; ; window *= WINDOW_GROWTH) {
    const start = end - window > first ? end - window : first;
    const found = newestCommitted(await reader.read(start, end), key);
    if (found !== undefined || start === first) return found;
  }
}
