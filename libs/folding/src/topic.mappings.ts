import { topicNames } from '#contracts';
import type { Mapping } from '#mapping';

/** Who reads a topic, and the aggregate type that it carries. */
export interface TopicMapping {
  readonly mapping: Mapping;
  readonly aggregateType: string;
}

/** The topics that the mappings read, by name. */
export function mappingsByTopic(mappings: readonly Mapping[], topicPrefix: string): ReadonlyMap<string, TopicMapping> {
  const names = topicNames(topicPrefix);
  return new Map(
    mappings.flatMap((mapping) =>
      mapping.topics.map((aggregateType) => [
        names.product(mapping.product, aggregateType),
        { mapping, aggregateType },
      ]),
    ),
  );
}
