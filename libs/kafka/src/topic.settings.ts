/**
 * Dead letters may be larger than what the topics of events take: that is one reason to be one. They are kept until somebody
 * deletes them: what waits behind a parked key is nowhere else in Kafka.
 */
export const DEAD_LETTER_SETTINGS: Readonly<Record<string, string>> = {
  'max.message.bytes': String(16 * 1024 * 1024),
  'retention.ms': '-1',
};

/** Settings of a topic of events: each of them counts, so none gives way to a newer one of its key. Without a retention the broker's own. */
export function eventTopicSettings(retentionMs: number | undefined): Readonly<Record<string, string>> {
  return { 'cleanup.policy': 'delete', ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }) };
}
