import type { Headers } from '#contracts';
import { mappingsByTopic } from '#folding';
import type { KafkaConnection } from '#kafka';
import type { Mapping } from '#mapping';
import { readCommitted } from '#operations';
import type { EventHistory, KeptEvent } from './key.history.ts';
import { EVENT_HEADERS, headerText } from '#contracts';

/**
 * Events as Kafka keeps them. Reads the topics of the mapping from their beginning, without a group, so that no consumer's offsets move, and
 * holds those of the wanted keys. Of an id that stands there twice the first record counts.
 */
export function kafkaHistory(options: {
  readonly connection: KafkaConnection;
  readonly topicPrefix: string;
}): EventHistory {
  return {
    eventsOf: async (mapping: Mapping, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, KeptEvent>> => {
      const found = new Map<string, KeptEvent>();
      for (const [topic, { aggregateType }] of mappingsByTopic([mapping], options.topicPrefix)) {
        await readCommitted(
          { ...options.connection, topic },
          ({ partition, offset, timestamp, key, value, headers: all }) => {
            if (key === null || !keys.has(key.toString())) return;
            const headers: Headers = Object.fromEntries(all);
            const id = headerText(headers, EVENT_HEADERS.id);
            if (id === undefined || found.has(id)) return;
            const record = { topic, partition, offset: String(offset), timestamp, key, value, headers };
            found.set(id, { record, entityType: aggregateType });
          },
        );
      }
      return found;
    },
  };
}
