import { topicNames } from '#contracts';
import { DEAD_LETTER_SETTINGS, PARKED_KEYS_SETTINGS, POSITIONS_SETTINGS, eventTopicSettings } from '#kafka';
import type { Mapping } from '#mapping';
import type { TopicPlan } from '../doctor/doctor.target.ts';

/** A topic as it should be. */
export interface DeclaredTopic {
  readonly topic: string;
  readonly purpose: string;
  /** `later`: whoever writes to it makes it then, so that its absence is no fault. */
  readonly needed: 'now' | 'later';
  readonly partitions: number;
  readonly replication: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface DeclaredBy {
  readonly topicPrefix: string;
  readonly plan: TopicPlan;
  readonly mappings: readonly Pick<Mapping, 'product' | 'topics' | 'watched'>[];
  /** Modules that connections watch. */
  readonly watched: readonly string[];
}

/** All topics of the system, each once: those of the products, of the way back, and Causeway's own. Pure. */
export function declaredTopics({ topicPrefix, plan, mappings, watched }: DeclaredBy): DeclaredTopic[] {
  const names = topicNames(topicPrefix);
  const { partitions, replication, retentionMs } = plan;
  const events = { partitions, replication, settings: eventTopicSettings(retentionMs) };
  const products = mappings.flatMap(({ product, topics }) =>
    topics.map((type) => ({ topic: names.product(product, type), purpose: `events of ${product}` })),
  );
  const modules = [...mappings.flatMap((mapping) => Object.keys(mapping.watched)), ...watched];
  const all: DeclaredTopic[] = [
    ...products.map((topic) => ({ ...topic, needed: 'now' as const, ...events })),
    ...modules.map((module) => ({
      topic: names.crm(module),
      purpose: `what people do in ${module}`,
      needed: 'later' as const,
      ...events,
    })),
    { topic: names.outcomes, purpose: 'outcomes of commands', needed: 'later', ...events },
    {
      topic: names.positions,
      purpose: 'positions of publishers',
      needed: 'now',
      partitions: 1,
      replication,
      settings: POSITIONS_SETTINGS,
    },
    {
      topic: names.deadLetters,
      purpose: 'rows that cannot be produced',
      needed: 'later',
      partitions,
      replication,
      settings: DEAD_LETTER_SETTINGS,
    },
    {
      topic: names.parkedKeys,
      purpose: 'keys that wait behind such a row',
      needed: 'later',
      partitions: 1,
      replication,
      settings: PARKED_KEYS_SETTINGS,
    },
  ];
  return [...new Map(all.map((topic) => [topic.topic, topic])).values()];
}
