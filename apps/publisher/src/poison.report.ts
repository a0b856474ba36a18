import type { Logger } from '#observability';
import type { Poison } from './dead.letter.ts';
import { EVENT_HEADERS } from '#contracts';
import type { PublisherMetrics } from './publisher.metrics.ts';

/** Counts poison rows and names each in the log: ids and the reason, never a value of the payload. */
export function poisonReporter({
  logger,
  metrics,
}: {
  logger: Logger;
  metrics: PublisherMetrics;
}): (poison: Poison) => void {
  return ({ reason, topic, row, record }) => {
    metrics.deadLetters.inc();
    const eventId = (row?.id ?? record?.headers.get(EVENT_HEADERS.id))?.toString();
    const eventType = (row?.eventType ?? record?.headers.get(EVENT_HEADERS.type))?.toString();
    logger.warn({ code: 'OUTBOX_ROW_INVALID', eventId, eventType, topic, reason }, 'row goes to the dead letters');
  };
}
