/**
 * Kafka header names of an event: the CloudEvents 1.0 Kafka binding in binary mode, with two extension attributes
 * (tenant and event version; extension names are lower-case letters and digits only).
 */
export const EVENT_HEADERS = {
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  subject: 'ce_subject',
  time: 'ce_time',
  specversion: 'ce_specversion',
  tenantId: 'ce_tenantid',
  version: 'ce_eventversion',
  contentType: 'content-type',
  traceparent: 'traceparent',
} as const;

/** What the inbox helper puts beside an event that the product writes because a destination told it so. */
export const ORIGIN_HEADERS = { connectionId: 'origin', fields: 'origin_fields' } as const;

/** Headers that only dead letters have, beside those of the record that they stand for. */
export const DEAD_LETTER_HEADERS = {
  error: 'causeway_error',
  reason: 'causeway_reason',
  /** The source, as its `ce_source` says it. */
  source: 'causeway_source',
  /** Where the record should have gone. */
  topic: 'causeway_topic',
  /** `true`: key, value and the other headers are those of the record as it should have been. */
  whole: 'causeway_whole',
  /** The payload is too large even for the topic of dead letters: it is in the outbox table alone. */
  valueOmitted: 'causeway_value_omitted',
  /** Names the parking of the key that this letter began or waits in. */
  parking: 'causeway_parking',
  /** Id of the event that the key is parked behind. */
  parkedBehind: 'causeway_parked_behind',
} as const;

/** Marks a record that was produced on behalf of an operator; its id is that of the event as ever. */
export const RESENT_HEADER = 'causeway_resent';

/** A received header: kafkajs gives a buffer, text, a list of either when a name repeats, or nothing. */
export type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;
export type Headers = Record<string, HeaderValue>;

/** The header's text; of a repeated header the last one counts, as in the Java clients' `lastHeader`. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined ? undefined : last.toString();
}
