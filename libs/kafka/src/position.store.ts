import { withDeadline } from './deadline.ts';
import { newestCommitted } from './committed.map.ts';
import { asKafkaError } from './kafka-error.policy.ts';
import type { ProducerRecord } from './producer.port.ts';
import { RecordReader } from './record.reader.ts';
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
  const { topic, timeoutMs: ms, ...connection } = options;
  await using reader = new RecordReader({ ...connection, patience: 'long' });
  try {
    await checkAccess(options, options.clientId);
    return await withDeadline(searchBackwards(reader, { topic, key: Buffer.from(key) }), { ms, what: 'read position' });
  } catch (error) {
    throw asKafkaError(error, { topic });
  }
}

/** Compaction runs behind, so a busy topic is long: from its end backwards in growing windows. */
async function searchBackwards(
  reader: RecordReader,
  { topic, key }: { readonly topic: string; readonly key: Buffer },
): Promise<Buffer | undefined> {
  const [range] = await reader.ranges(topic);
  if (range === undefined) return undefined;
  for (let window = FIRST_WINDOW; ; window *= WINDOW_GROWTH) {
    const start = range.end - window > range.start ? range.end - window : range.start;
    const found = newestCommitted(await reader.allBatches({ ...range, start }), key);
    if (found !== undefined || start === range.start) return found;
  }
}
