import type { KafkaSecurity } from '#kafka';
import type { SystemDetails } from '#system';
import type { SourceTarget } from '../slot/source.target.ts';

/** How topics are declared. */
export interface TopicPlan {
  readonly partitions: number;
  readonly replication: number;
  /** Of topics of events; undefined: the broker's own. */
  readonly retentionMs: number | undefined;
}

/** A source as far as one only looks at it; what is left out is as the product migrations make it. */
export type SourcePart = Pick<SourceTarget, 'name' | 'url' | 'slot' | 'table' | 'preset' | 'timeColumns'> &
  Partial<Pick<SourceTarget, 'publication'>>;

/** What the doctor looks at. Parts that are not given are not looked at. */
export interface DoctorTarget {
  readonly kafkaBrokers: readonly string[];
  readonly kafkaSecurity?: KafkaSecurity | undefined;
  readonly topicPrefix: string;
  readonly packs: readonly string[];
  readonly topics: TopicPlan;
  readonly sources: readonly SourcePart[];
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
