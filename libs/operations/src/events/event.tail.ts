import { CausewayError, topicNames } from '#contracts';
import { createKafka, followTail, readTail, topicsAmong, type KafkaConnection, type TailRecord } from '#kafka';
import { createLogger } from '#observability';
import { loadPack } from '#packs';
import type { StatusTarget } from '../status/status.service.ts';
import { eventLine, type EventFilter, type TailedEvent } from './event.lines.ts';

export type EventsTarget = Pick<StatusTarget, 'kafkaBrokers' | 'kafkaSecurity' | 'topicPrefix' | 'packs'>;

export interface EventQuery extends EventFilter {
  /** Names of topics, with or without the prefix; none: all topics of products and of the way back. */
  readonly topics: readonly string[];
  /** Epoch milliseconds: the first events since then. Without it the newest ones. */
  readonly since?: number | undefined;
  readonly limit: number;
  /** Shows personal values as well. */
  readonly personal: boolean;
}

const CLIENT_ID = 'causeway-events';
/** The newest events are looked for within these times, one after the other, until there are enough of them. Milliseconds. */
const LOOK_BACK = [60_000, 3_600_000, 86_400_000];
/** How often it is looked for more. Milliseconds. */
const EVERY = 500;

interface Places extends KafkaConnection {
  readonly clientId: string;
  readonly topics: readonly string[];
  readonly key?: Buffer;
}

/**
 * Events of topics, oldest first: decoded, filtered, and without what is not to be shown. Joins no consumer group, so nobody notices. Without
 * `since` the newest ones of the last day.
 * @throws CausewayError `TOPIC_MISSING` for a topic that is named and not there; `KAFKA_UNREACHABLE`
 */
export async function readEvents(target: EventsTarget, query: EventQuery): Promise<TailedEvent[]> {
  const places = await placesOf(target, query);
  if (places.topics.length === 0) return [];
  if (query.since !== undefined) return (await eventsSince(places, query, query.since)).slice(0, query.limit);
  let found: TailedEvent[] = [];
  for (const back of LOOK_BACK) {
    found = await eventsSince(places, query, Date.now() - back);
    if (found.length >= query.limit) break;
  }
  return found.slice(-query.limit);
}

/**
 * The same, and then what comes, until it is ended. What was there is told oldest first, what comes as it comes.
 * @param limit ends it after so many; without it only the signal does
 */
export async function followEvents(
  target: EventsTarget,
  query: Omit<EventQuery, 'limit'> & { readonly limit?: number | undefined; readonly newest: number },
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: (event: TailedEvent) => void },
): Promise<void> {
  const places = await placesOf(target, query);
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  let told = 0;
  const tell = (event: TailedEvent): void => {
    if (both.aborted) return;
    onEvent(event);
    told += 1;
    if (told === query.limit) ended.abort();
  };
  const before: TailedEvent[] = [];
  let isCaughtUp = false;
  const record = (given: TailRecord): void => {
    const event = eventLine(given, { filter: query, personal: query.personal });
    if (event === null) return;
    if (isCaughtUp) tell(event);
    else before.push(event);
  };
  const caughtUp = (): void => {
    isCaughtUp = true;
    const wanted = query.since === undefined ? inOrder(before).slice(-query.newest) : inOrder(before);
    for (const event of wanted) tell(event);
  };
  const since = query.since ?? Date.now() - (LOOK_BACK[0] ?? 0);
  await followTail({ ...places, since }, { signal: both, everyMs: EVERY }, { record, caughtUp });
}

async function eventsSince(places: Places, query: EventQuery, since: number): Promise<TailedEvent[]> {
  let found: TailedEvent[] = [];
  const keepsFirst = query.since !== undefined;
  await readTail({ ...places, since }, (record) => {
    const event = eventLine(record, { filter: query, personal: query.personal });
    if (event === null) return;
    found.push(event);
    // Partitions come one after another: what is kept of all of them is no more than twice what is asked for.
    if (found.length < 2 * query.limit) return;
    found = keepsFirst ? inOrder(found).slice(0, query.limit) : inOrder(found).slice(-query.limit);
  });
  return inOrder(found);
}

function inOrder(events: readonly TailedEvent[]): TailedEvent[] {
  return events.toSorted(
    (a, b) =>
      a.at.localeCompare(b.at) ||
      a.topic.localeCompare(b.topic) ||
      a.partition - b.partition ||
      Number(BigInt(a.offset) - BigInt(b.offset)),
  );
}

async function placesOf(
  { kafkaBrokers: brokers, kafkaSecurity: security, topicPrefix, packs: names }: EventsTarget,
  { topics: named, key }: Pick<EventQuery, 'topics' | 'key'>,
): Promise<Places> {
  const logger = createLogger({ service: CLIENT_ID, level: 'silent' });
  const retry = { retries: 2, initialRetryTime: 100 };
  const kafka = createKafka({ brokers, security, clientId: CLIENT_ID, logger, retry });
  const packs = await Promise.all(names.map((name) => loadPack(name)));
  const begins = [...packs.map(({ product }) => `${topicPrefix}${product}.`), topicNames(topicPrefix).crm('')];
  const wanted = named.map((topic) => (topic.startsWith(topicPrefix) ? topic : `${topicPrefix}${topic}`));
  const topics = await topicsAmong(kafka, (topic) =>
    wanted.length === 0 ? begins.some((begin) => topic.startsWith(begin)) : wanted.includes(topic),
  );
  const missing = wanted.find((topic) => !topics.includes(topic));
  if (missing !== undefined) throw new CausewayError('TOPIC_MISSING', { details: { topic: missing } });
  const ofKey = key === undefined ? {} : { key: Buffer.from(key) };
  return { brokers, security, clientId: CLIENT_ID, topics, ...ofKey };
}
