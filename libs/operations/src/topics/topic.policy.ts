import type { InspectedTopic } from '#kafka';
import type { DeclaredTopic } from './declared.topics.ts';

/** One thing in which a topic is not as declared. */
export interface TopicDifference {
  /** `partitions`, `replication`, or a setting by Kafka's name. */
  readonly what: string;
  readonly declared: string;
  readonly actual: string;
}

/** Settings of which more is as good; -1 is without a limit. */
const AT_LEAST: ReadonlySet<string> = new Set(['retention.ms', 'max.message.bytes']);

/** What of a topic is not as it should be. More copies, and a longer retention, are as good. Pure. */
export function topicDifferences(declared: DeclaredTopic, actual: InspectedTopic): TopicDifference[] {
  const { partitions, replication, settings } = declared;
  const counts: [string, number, number, boolean][] = [
    ['partitions', partitions, actual.partitions, partitions === actual.partitions],
    ['replication', replication, actual.replication, actual.replication >= replication],
  ];
  return [
    ...counts.flatMap(([what, wanted, has, fits]) =>
      fits ? [] : [{ what, declared: String(wanted), actual: String(has) }],
    ),
    ...Object.entries(settings).flatMap(([what, wanted]) => {
      const has = actual.settings[what];
      // A broker that does not let us read its settings tells nothing of them.
      return has === undefined || fitsSetting(what, { wanted, has }) ? [] : [{ what, declared: wanted, actual: has }];
    }),
  ];
}

function fitsSetting(what: string, { wanted, has }: { readonly wanted: string; readonly has: string }): boolean {
  return AT_LEAST.has(what) ? limitOf(has) >= limitOf(wanted) : has === wanted;
}

function limitOf(text: string): number {
  return Number(text) < 0 ? Number.POSITIVE_INFINITY : Number(text);
}

/** What to do about differences: nothing is changed by itself, since records may be in the topic. Pure. */
export function adviceFor(topic: string, differences: readonly TopicDifference[]): string {
  const settings = differences.filter(({ what }) => what !== 'partitions' && what !== 'replication');
  const advice = [
    ...(differences.some(({ what }) => what === 'partitions')
      ? ['keys move with the number of partitions: see "Changing publication or topics" in docs/operations.md']
      : []),
    ...(differences.some(({ what }) => what === 'replication')
      ? [`give ${topic} more replicas (kafka-reassign-partitions)`]
      : []),
    ...(settings.length === 0
      ? []
      : [
          `kafka-configs --alter --topic ${topic} --add-config ${settings.map(({ what, declared }) => `${what}=${declared}`).join(',')}`,
        ]),
  ];
  return advice.join('; ');
}
