import { EVENT_HEADERS, sourceOfProduct } from '#contracts';
import type { SiteEvent } from './site.events.ts';

const PRODUCT = 'sites';

/** The Kafka message of an event, as a publisher sends it. */
export function messageOf({ id, userId, type, time, data }: SiteEvent) {
  return {
    key: userId,
    value: JSON.stringify(data),
    headers: {
      [EVENT_HEADERS.id]: id,
      [EVENT_HEADERS.source]: sourceOfProduct(PRODUCT),
      [EVENT_HEADERS.type]: type,
      [EVENT_HEADERS.subject]: userId,
      [EVENT_HEADERS.time]: time,
      [EVENT_HEADERS.specversion]: '1.0',
      [EVENT_HEADERS.tenantId]: PRODUCT,
      [EVENT_HEADERS.version]: '1',
      [EVENT_HEADERS.contentType]: 'application/json',
    },
  };
}
