import { z } from 'zod';
import { newestOfEachKey } from './committed.map.ts';
import { withDeadline } from './deadline.ts';
import { asKafkaError } from './kafka-error.policy.ts';
import type { PositionStoreOptions } from './position.store.ts';
import type { ProducerRecord } from './producer.port.ts';
import { RecordReader } from './record.reader.ts';

const parkedKeySchema = z.object({
  /** Names this parking: letters that wait in it have it as a header. */
  parking: z.string(),
  /** Where events of the key belong; a key means something within its topic only. */
  topic: z.string(),
  /** As text, for people. */
  key: z.string(),
  /** The key's bytes. */
  keyBase64: z.string(),
  /** The event that cannot be produced; null when it has no id. */
  eventId: z.string().nullable(),
  reason: z.string(),
  /** RFC 3339. */
  since: z.string(),
});

/** A key whose events wait in the dead letters behind one that cannot be produced. */
export type ParkedKey = Readonly<z.output<typeof parkedKeySchema>>;

/** Few records, and each release leaves a tombstone: cleaned soon. */
export const PARKED_KEYS_SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'compact',
  'segment.bytes': String(16 * 1024 * 1024),
  'min.cleanable.dirty.ratio': '0.1',
};

interface Owner {
  readonly source: string;
  readonly slot: string;
}

/** The record that parks a key; it goes into the transaction that holds the poison row's dead letter. */
export function parkedKeyRecord(
  topic: string,
  { source, slot, parked }: Owner & { readonly parked: ParkedKey },
): ProducerRecord {
  const value = Buffer.from(JSON.stringify(parked));
  return { topic, partition: 0, key: recordKey({ source, slot }, parked), value, headers: new Map() };
}

/** The tombstone that releases a key; it goes into the transaction that holds the events that waited. */
export function releasedKeyRecord(
  topic: string,
  { source, slot, parked }: Owner & { readonly parked: ParkedKey },
): ProducerRecord {
  return { topic, partition: 0, key: recordKey({ source, slot }, parked), value: null, headers: new Map() };
}

/**
 * The keys of a slot that are parked. Only exact after the slot's publisher was fenced by `TransactionalProducer.init`.
 * @throws CausewayError `KAFKA_UNREACHABLE`, `KAFKA_ACCESS_DENIED` or `TOPIC_MISSING`
 */
export async function readParkedKeys(options: PositionStoreOptions, owner: Owner): Promise<ParkedKey[]> {
  const { topic, timeoutMs: ms, ...connection } = options;
  await using reader = new RecordReader({ ...connection, patience: 'long' });
  const readAll = async (): Promise<Map<string, Buffer>> => {
    const [range] = await reader.ranges(topic);
    return newestOfEachKey(range === undefined ? [] : await reader.allBatches(range));
  };
  try {
    const newest = await withDeadline(readAll(), { ms, what: 'read parked keys' });
    const prefix = ownerPrefix(owner);
    const own = [...newest].filter(([key]) => key.startsWith(prefix));
    return own.map(([, value]) => parkedKeySchema.parse(JSON.parse(value.toString())));
  } catch (error) {
    throw asKafkaError(error, { topic });
  }
}

function recordKey(owner: Owner, { topic, keyBase64 }: ParkedKey): Buffer {
  return Buffer.from(`${ownerPrefix(owner)}${topic}/${keyBase64}`);
}

/** Neither names of sources nor of slots have a slash. */
function ownerPrefix({ source, slot }: Owner): string {
  return `${source}/${slot}/`;
}
