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

/** A received header: kafkajs gives a buffer, text, a list of either when a name repeats, or nothing. */
export type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;
export type Headers = Record<string, HeaderValue>;

/** The header's text; of a repeated header the last one counts, as in the Java clients' `lastHeader`. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined ? undefined : last.toString();
}
