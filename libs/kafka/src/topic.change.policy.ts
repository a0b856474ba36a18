import type { ErrorCode } from '#contracts';

export interface TopicChange {
  readonly code: Extract<ErrorCode, 'TOPIC_MISSING' | 'TOPIC_PARTITIONS_CHANGED'>;
  readonly details: { readonly topic: string; readonly before: number; readonly now: number };
}

/**
 * What has become of a topic that records went to before; undefined when it is as it was. A topic that is gone was deleted with what
 * it held; one with another number of partitions gives its keys other partitions, so that a key's order breaks: with fewer it was
 * created again, with more somebody added some. Pure.
 */
export function topicChange(
  topic: string,
  { before, now }: { before: number; now: number | undefined },
): TopicChange | undefined {
  if (now === before) return undefined;
  const code = now === undefined ? 'TOPIC_MISSING' : 'TOPIC_PARTITIONS_CHANGED';
  return { code, details: { topic, before, now: now ?? 0 } };
}
