import type { KafkaSecurity } from '#kafka';
import type { SystemDetails } from '#system';

/** How topics are declared. */
export interface TopicPlan {
  readonly partitions: number;
  readonly replication: number;
  /** Of topics of events; undefined: the broker's own. */
  readonly retentionMs: number | undefined;
}

/** What the doctor looks at. Parts that are not given are not looked at. */
export interface DoctorTarget {
  readonly kafkaBrokers: readonly string[];
  readonly kafkaSecurity?: KafkaSecurity | undefined;
  readonly topicPrefix: string;
  readonly packs: readonly string[];
  readonly topics: TopicPlan;
  readonly sources: readonly { readonly name: string; readonly url: string; readonly slot: string }[];
  readonly integration: {
    readonly url: string;
    readonly secretKey: string;
    readonly otherSecretKeys?: readonly string[];
  } | null;
  /** Services with an HTTP address: their readiness is asked. */
  readonly services: readonly { readonly name: string; readonly url: string }[];
}

/** The parts of a system that `causeway dev` runs. */
export function targetOfSystem(system: SystemDetails, topics: TopicPlan): DoctorTarget {
  return {
    kafkaBrokers: system.kafka.brokers,
    topicPrefix: system.topicPrefix,
    packs: system.packs,
    topics,
    sources: system.sources,
    integration: { url: system.integration.url, secretKey: system.secretKey },
    services: [
      ...system.sources.map(({ name, opsUrl }) => ({ name: `publisher ${name}`, url: opsUrl })),
      { name: 'relay', url: system.relay.url },
      { name: 'webhooks', url: system.webhooks.url },
    ],
  };
}
