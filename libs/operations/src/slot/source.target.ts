import type { RowsConfig } from '#config';
import { topicNames, type TopicNames } from '#contracts';
import type { KafkaSecurity, SlotName } from '#kafka';
import type { TableName } from '#replication';
import type { SystemDetails } from '#system';

/** One source with the settings of its publisher: what verbs about slots and outboxes work on. */
export interface SourceTarget {
  readonly name: string;
  readonly url: string;
  readonly slot: string;
  readonly publication: string;
  /** The table that is published; `outbox.events` when left out. */
  readonly table?: TableName;
  /** How its rows are laid out and become records; `causeway` when left out. */
  readonly preset?: RowsConfig['preset'];
  /** Columns that may say when a row was written, the first that the table has counts; `created_at` when left out. */
  readonly timeColumns?: readonly string[];
  /** Size of the disk that holds the server's WAL; SQL cannot see it. */
  readonly walDiskBytes?: number | undefined;
  readonly kafkaBrokers: readonly string[];
  readonly kafkaSecurity?: KafkaSecurity | undefined;
  readonly topicPrefix: string;
  /** For topics that a resend has to create. */
  readonly topicPartitions: number;
  readonly topicReplication: number;
  readonly transactionTimeoutMs: number;
}

/** As much of it as verbs need that only look. */
export type SlotTarget = Pick<
  SourceTarget,
  'name' | 'url' | 'slot' | 'publication' | 'table' | 'kafkaBrokers' | 'kafkaSecurity' | 'topicPrefix'
>;

/** What the services of a running system leave at its default. */
export type SourceDefaults = Pick<
  SourceTarget,
  'publication' | 'walDiskBytes' | 'topicPartitions' | 'topicReplication' | 'transactionTimeoutMs'
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

export function slotNameOf({ topicPrefix, name, slot }: Pick<SourceTarget, 'topicPrefix' | 'name' | 'slot'>): SlotName {
  return { topicPrefix, source: name, slot };
}

export function tableOf({ table = { schema: 'outbox', table: 'events' } }: Pick<SourceTarget, 'table'>): TableName {
  return table;
}

export function topicsOf(target: Pick<SourceTarget, 'topicPrefix'>): TopicNames {
  return topicNames(target.topicPrefix);
}
