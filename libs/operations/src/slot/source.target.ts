import { topicNames, type TopicNames } from '#contracts';
import type { KafkaSecurity } from '#kafka';
import type { SystemDetails } from '#system';

/** One source with the settings of its publisher: what verbs about slots and outboxes work on. */
export interface SourceTarget {
  readonly name: string;
  readonly url: string;
  readonly slot: string;
  readonly publication: string;
  readonly kafkaBrokers: readonly string[];
  readonly kafkaSecurity?: KafkaSecurity | undefined;
  readonly topicPrefix: string;
  /** For topics that a resend has to create. */
  readonly topicPartitions: number;
  readonly topicReplication: number;
  readonly transactionTimeoutMs: number;
}

/** What the services of a running system leave at its default. */
export type SourceDefaults = Pick<
  SourceTarget,
  'publication' | 'topicPartitions' | 'topicReplication' | 'transactionTimeoutMs'
>;

/** A source of a running system; undefined when it has none of this name. */
export function sourceOfSystem(
  system: SystemDetails,
  { name, defaults }: { readonly name: string; readonly defaults: SourceDefaults },
): SourceTarget | undefined {
  const found = system.sources.find((source) => source.name === name);
  if (found === undefined) return undefined;
  const { url, slot } = found;
  return { name, url, slot, kafkaBrokers: system.kafka.brokers, topicPrefix: system.topicPrefix, ...defaults };
}

export function topicsOf(target: SourceTarget): TopicNames {
  return topicNames(target.topicPrefix);
}
