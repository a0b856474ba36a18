import { EVENT_HEADERS } from '#contracts';

/** The columns that become headers, in Postgres's text output; null where the column is null. */
export interface EventColumns {
  readonly id: Buffer | null;
  readonly eventType: Buffer | null;
  readonly aggregateId: Buffer | null;
  readonly eventVersion: Buffer | null;
  readonly tenantId: Buffer | null;
  readonly occurredAt: Buffer | null;
  /** A JSON object of further headers, `traceparent` among them. */
  readonly headers: Buffer | null;
}

/** `reason` is for an operator: it names the column, never a value. */
export type EventHeaders = { readonly headers: Map<string, Buffer> } | { readonly reason: string };

/** Values that are the same for every event. */
export const EVENT_CONSTANTS = { specversion: '1.0', contentType: 'application/json', firstVersion: '1' } as const;

const SPECVERSION = Buffer.from(EVENT_CONSTANTS.specversion);
const CONTENT_TYPE = Buffer.from(EVENT_CONSTANTS.contentType);
const FIRST_VERSION = Buffer.from(EVENT_CONSTANTS.firstVersion);
const NO_HEADERS = '{}';
const HEADER_NAME = /^[\x21-\x7e]{1,200}$/;
/** A product's own headers cannot pretend to be another event. */
const RESERVED: ReadonlySet<string> = new Set(
  Object.values(EVENT_HEADERS).filter((name) => name !== EVENT_HEADERS.traceparent),
);

/**
 * The headers of an event: CloudEvents 1.0 Kafka binding, binary mode. Values are the columns' own bytes.
 * `source` is the attribute's bytes (`/<product>`), the same for every row.
 */
export function encodeEventHeaders(columns: EventColumns, source: Buffer): EventHeaders {
  const { id, eventType, aggregateId, occurredAt, eventVersion, tenantId } = columns;
  if (isEmpty(id)) return { reason: 'id is empty' };
  if (isEmpty(eventType)) return { reason: 'event_type is empty' };
  if (isEmpty(aggregateId)) return { reason: 'aggregate_id is empty' };
  const time = occurredAt === null ? null : rfc3339(occurredAt);
  if (time === null) return { reason: 'occurred_at is no instant of the years 1 to 9999' };
  const headers = new Map<string, Buffer>([
    [EVENT_HEADERS.id, id],
    [EVENT_HEADERS.source, source],
    [EVENT_HEADERS.type, eventType],
    [EVENT_HEADERS.subject, aggregateId],
    [EVENT_HEADERS.time, time],
    [EVENT_HEADERS.specversion, SPECVERSION],
    [EVENT_HEADERS.version, eventVersion ?? FIRST_VERSION],
    [EVENT_HEADERS.contentType, CONTENT_TYPE],
  ]);
  if (tenantId !== null) headers.set(EVENT_HEADERS.tenantId, tenantId);
  const own = columns.headers === null ? [] : readOwnHeaders(columns.headers.toString('utf8'));
  if ('reason' in own) return own;
  for (const [name, value] of own) headers.set(name, Buffer.from(value));
  return { headers };
}

/** A product's own headers, in their order. */
export function readOwnHeaders(json: string): readonly (readonly [string, string])[] | { readonly reason: string } {
  if (json === NO_HEADERS) return [];
  const own: unknown = parse(json);
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return { reason: 'headers is no JSON object' };
  const entries: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(own)) {
    if (!HEADER_NAME.test(name)) return { reason: 'headers has a name that is empty, too long or not printable ASCII' };
    if (RESERVED.has(name)) return { reason: `headers may not set ${name}` };
    if (value === null) continue;
    if (typeof value === 'object') return { reason: `headers has a value that is no text, number or boolean: ${name}` };
    entries.push([name, String(value)]);
  }
  return entries;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isEmpty(value: Buffer | null): value is null {
  return value === null || value.length === 0;
}

const [DASH, COLON, SPACE, PLUS, ZERO] = [0x2d, 0x3a, 0x20, 0x2b, 0x30];
const ZONE = '+00'.length;
const WHOLE_SECONDS = '2026-01-02 03:04:05'.length;

/**
 * `2026-01-02 03:04:05.678+00`, as a session in UTC and ISO style writes a timestamptz, in the form of RFC 3339. Null for what
 * that cannot say: infinity, years before Christ or of five digits.
 */
export function rfc3339(timestamp: Buffer): Buffer | null {
  if (!isInstant(timestamp, 0, timestamp.length)) return null;
  const end = timestamp.length - ZONE;
  const time = Buffer.allocUnsafe(end + 1);
  timestamp.copy(time, 0, 0, end);
  time[10] = RFC3339.T;
  time[end] = RFC3339.Z;
  return time;
}

/** What differs: the character between date and time, and one for the zone instead of three. */
export const RFC3339 = { T: 0x54, Z: 0x5a, at: { T: 10 }, shorter: ZONE - 1 } as const;

/** Whether a part of a buffer is a timestamp that RFC 3339 can say. */
export function isInstant(buffer: Buffer, start: number, end: number): boolean {
  const zone = end - ZONE;
  return (
    zone - start >= WHOLE_SECONDS &&
    buffer[start + 4] === DASH &&
    buffer[start + 7] === DASH &&
    buffer[start + 10] === SPACE &&
    buffer[start + 13] === COLON &&
    buffer[zone] === PLUS &&
    buffer[zone + 1] === ZERO &&
    buffer[zone + 2] === ZERO
  );
}
