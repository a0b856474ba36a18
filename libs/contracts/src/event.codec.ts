import { CausewayError } from './causeway.error.ts';
import { eventSchema, MOST_UNITS, type CausewayEvent } from './event.ts';
import type { JsonObject } from './json.ts';
import { EVENT_HEADERS, headerText, ORIGIN_HEADERS, type Headers } from './headers.ts';

/** A Kafka record as far as decoding needs it. */
export interface EncodedEvent {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Headers;
}

/** What headers and key say. The data came from JSON.parse and need no second look: it would cost, and overflow on deep ones. */
const attributesSchema = eventSchema.omit({ data: true });
/** Bytes that are no UTF-8 would otherwise become other characters in silence. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an event from a Kafka record (CloudEvents binary mode).
 * @throws CausewayError `EVENT_MALFORMED` that names the attribute; never the payload, which may hold personal data.
 */
export function decodeEvent(record: EncodedEvent): CausewayEvent {
  const text = (name: string): string | undefined => headerText(record.headers, name);
  const id = text(EVENT_HEADERS.id);
  const attributes = {
    id,
    source: text(EVENT_HEADERS.source),
    type: text(EVENT_HEADERS.type),
    subject: text(EVENT_HEADERS.subject),
    time: text(EVENT_HEADERS.time),
    version: Number(text(EVENT_HEADERS.version) ?? '1'),
    tenantId: text(EVENT_HEADERS.tenantId),
    key: record.key?.toString(),
    traceparent: text(EVENT_HEADERS.traceparent),
    origin: originOf(text),
  };
  if (!areAttributes(attributes)) {
    const { error } = attributesSchema.safeParse(attributes);
    throw malformed(id, error?.issues[0]?.path.join('.') ?? 'event');
  }
  const data = parseData(record.value);
  if (data === null) throw malformed(id, 'data');
  return { ...attributes, data };
}

type Attributes = Omit<CausewayEvent, 'data'>;
type GivenAttributes = { readonly [Name in keyof Attributes]?: Attributes[Name] | undefined };

/** What the schema says, which is asked only what is wrong: a look of its own at each of thousands of events a second costs too much. */
function areAttributes(given: GivenAttributes): given is Attributes & GivenAttributes {
  const { id, source, type, subject, time, tenantId, key, version } = given;
  const isVersion = Number.isSafeInteger(version) && Number(version) > 0;
  return isVersion && [id, source, type, subject, time, tenantId, key].every(isAttribute);
}

function isAttribute(text: string | undefined): boolean {
  return text !== undefined && text !== '' && text.length <= MOST_UNITS && !text.includes('\0');
}

/** The origin that headers tell. A comma list names the fields; without one all that changed came from there. */
export function originOf(text: (name: string) => string | undefined): CausewayEvent['origin'] {
  const connectionId = text(ORIGIN_HEADERS.connectionId);
  if (connectionId === undefined || connectionId === '') return undefined;
  const names = (text(ORIGIN_HEADERS.fields) ?? '').split(',').map((name) => name.trim());
  const fields = names.filter((name) => name !== '');
  return { connectionId, fields: fields.length === 0 ? null : fields };
}

function malformed(eventId: string | undefined, field: string): CausewayError {
  return new CausewayError('EVENT_MALFORMED', { details: { eventId: eventId ?? null, field } });
}

/** Null for what is no JSON object. */
function parseData(value: Buffer | string | null): JsonObject | null {
  if (value === null) return null;
  try {
    const data: unknown = JSON.parse(typeof value === 'string' ? value : utf8.decode(value));
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as JsonObject) : null;
  } catch {
    return null;
  }
}
