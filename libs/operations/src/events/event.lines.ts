import { decodeEvent, isCausewayError, type CausewayEvent } from '#contracts';
import type { TailRecord } from '#kafka';
import { hideByClass, hideKey } from '#observability';

/** One event of a topic as operators see it. */
export interface TailedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When it was produced, RFC 3339. */
  readonly at: string;
  readonly key: string | null;
  /** Null where the record cannot be read as an event: `problem` says why. */
  readonly id: string | null;
  readonly type: string | null;
  readonly version: number | null;
  readonly subject: string | null;
  readonly tenant: string | null;
  /** When it happened, RFC 3339. */
  readonly time: string | null;
  /** Without secrets, and without personal values unless they were asked for. */
  readonly data: unknown;
  /** How many values of it are not shown. */
  readonly hidden: number;
  /** A code of the catalogue; null for an event in order. */
  readonly problem: string | null;
}

export interface EventFilter {
  /** Types, or beginnings of types that end with `*`; none: all. */
  readonly types: readonly string[];
  readonly key?: string | undefined;
}

/** Whether an event is asked for, by its type and its key; a record that is no event has no type. Pure. */
export function isWanted(
  { type, key }: { readonly type: string | null; readonly key: string | null },
  filter: EventFilter,
): boolean {
  if (filter.key !== undefined && key !== filter.key) return false;
  if (filter.types.length === 0) return true;
  return filter.types.some((wanted) =>
    wanted.endsWith('*') ? type?.startsWith(wanted.slice(0, -1)) === true : type === wanted,
  );
}

/** An event decoded and with what may be shown of it; null where it is not asked for. Pure. */
export function eventLine(
  record: TailRecord,
  { filter, personal }: { readonly filter: EventFilter; readonly personal: boolean },
): TailedEvent | null {
  const key = record.key?.toString('utf8') ?? null;
  const event = decoded(record);
  const type = typeof event === 'string' ? null : event.type;
  if (!isWanted({ type, key }, filter)) return null;
  const place = {
    topic: record.topic,
    partition: record.partition,
    offset: String(record.offset),
    at: new Date(Number(record.timestamp)).toISOString(),
    key: key === null ? null : hideKey(key, { personal }),
  };
  if (typeof event === 'string') {
    const nothing = { id: null, type: null, version: null, subject: null, tenant: null, time: null };
    return { ...place, ...nothing, data: null, hidden: 0, problem: event };
  }
  const { id, version, tenantId, time } = event;
  const subject = hideKey(event.subject, { personal });
  const { data, hidden } = hideByClass(event.data, { personal });
  return { ...place, id, type: event.type, version, subject, tenant: tenantId, time, data, hidden, problem: null };
}

/** The event, or the code of why it is none. */
function decoded({ key, value, headers }: TailRecord): CausewayEvent | string {
  const named = Object.fromEntries(headers.map(([name, text]) => [name, text ?? undefined]));
  try {
    return decodeEvent({ key, value, headers: named });
  } catch (error) {
    if (isCausewayError(error)) return error.code;
    throw error;
  }
}
