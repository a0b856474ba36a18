import { sourceOfProduct } from '#contracts';
import { parkedKeyRecord, type ParkedKey, type ProducerRecord } from '#kafka';
import type { Logger } from '#observability';
import type { Poison } from './dead.letter.ts';
import type { KafkaSide } from './kafka.side.ts';
import type { SourceConfig } from './publisher.config.ts';
import type { PublisherMetrics } from './publisher.metrics.ts';
import { RecordGuard } from './record.guard.ts';

interface GuardParts {
  readonly kafka: Pick<KafkaSide, 'topics' | 'catalogue'>;
  readonly logger: Logger;
  readonly metrics: PublisherMetrics;
  readonly onPoison: (poison: Poison) => void;
  /** As Kafka had it when the session began. */
  readonly parked: readonly ParkedKey[];
}

/** What a batch's Kafka transaction holds besides the position: its records as the guard lets them go, and the keys that it parks. */
export function createGuard(
  config: SourceConfig,
  { kafka, logger, metrics, onPoison, parked: before }: GuardParts,
): (records: readonly ProducerRecord[]) => readonly ProducerRecord[] {
  const { topics, catalogue } = kafka;
  const { sourceName: source, slotName: slot, poison, nullKey } = config;
  const sourceHeader = Buffer.from(sourceOfProduct(source));
  const guard = new RecordGuard({
    poison,
    nullKey,
    parked: before,
    target: () => ({ topic: topics.deadLetters, source: sourceHeader, state: catalogue.find(topics.deadLetters) }),
    onPoison,
    onHeldBack: () => metrics.parkedRows.inc(),
    onParked: ({ topic, eventId, parking, reason }) =>
      logger.warn(
        { code: 'OUTBOX_KEY_PARKED', topic, eventId, parking, reason },
        'a key is parked: its later rows wait',
      ),
  });
  metrics.parkedKeys.set(guard.size);
  return (records) => {
    const guarded = guard.apply(records);
    metrics.parkedKeys.set(guard.size);
    if (guarded.parked.length === 0) return guarded.records;
    return [
      ...guarded.records,
      ...guarded.parked.map((parked) => parkedKeyRecord(topics.parkedKeys, { source, slot, parked })),
    ];
  };
}
