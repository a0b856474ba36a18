import { sql, type Kysely } from 'kysely';
import { EVENT_HEADERS, headerText } from '#contracts';
import { RecordReader, type createKafka } from '#kafka';
import { rowColumns, type IntegrationDatabase } from '#postgres';
import { siteEvents, type SiteEvent } from '../mapper/site.events.ts';
import { messageOf } from '../mapper/site.message.ts';

const PRODUCT = 'sites';
export const CUSTOMER = 'customer-of-a-year';
/** Messages of one request to Kafka: about what a publisher with a backlog sends. */
const AT_A_TIME = 2000;
const FOLDS_AT_A_TIME = 5000;

export interface WriteOptions {
  readonly kafka: ReturnType<typeof createKafka>;
  readonly topic: string;
  readonly events: number;
  /** The first number of an event; ids and users follow from it. */
  readonly from: number;
  /** So many events of the one customer, spread among the others. */
  readonly customer: number;
  readonly onProgress: (done: number) => void;
}

/** Writes events into the topic as a publisher would. */
export async function writeEvents({ kafka, topic, events, from, customer, onProgress }: WriteOptions): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  try {
    const every = customer === 0 ? Infinity : Math.max(1, Math.floor(events / customer));
    let messages: ReturnType<typeof messageOf>[] = [];
    let [done, theirs] = [0, 0];
    for (const event of siteEvents({ count: from + events, atOnce: 1000, from })) {
      const isTheirs = theirs < customer && done % every === 0;
      messages.push(messageOf(isTheirs ? customerEvent(event, theirs) : event));
      if (isTheirs) theirs += 1;
      done += 1;
      if (messages.length < AT_A_TIME) continue;
      await producer.send({ topic, messages });
      messages = [];
      onProgress(done);
    }
    if (messages.length > 0) await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}

function customerEvent({ id, time }: SiteEvent, number: number): SiteEvent {
  const base = { id, time, userId: CUSTOMER };
  if (number > 0)
    return { ...base, type: 'activity.recorded', data: { kind: 'logged_in', details: { total_count: number } } };
  return { ...base, type: 'user.signed_up', data: { email: 'customer@realty.example', full_name: 'Customer Year' } };
}

interface Place {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: string;
  readonly at: string;
}

/** What the relay writes of each event that it has folded, without folding it: one row of relay.folds. */
export async function writeFolds(
  db: Kysely<IntegrationDatabase>,
  { topic, brokers, onProgress }: { topic: string; brokers: readonly string[]; onProgress: (done: number) => void },
): Promise<void> {
  await using reader = new RecordReader({ brokers, clientId: 'causeway-bench' });
  let [places, done] = [[] as Place[], 0];
  const flush = async (): Promise<void> => {
    if (places.length > 0) await insertFolds(db, { topic, places });
    done += places.length;
    places = [];
    onProgress(done);
  };
  for (const range of await reader.ranges(topic)) {
    for await (const records of reader.read(range)) {
      for (const { headers, key, partition, offset, timestamp } of records) {
        const id = headerText(headers, EVENT_HEADERS.id) ?? '';
        const type = headerText(headers, EVENT_HEADERS.type) ?? '';
        places.push({ id, type, key: String(key), partition, offset, at: new Date(timestamp).toISOString() });
      }
      if (places.length >= FOLDS_AT_A_TIME) await flush();
    }
  }
  await flush();
  await sql`analyze relay.folds`.execute(db);
}

async function insertFolds(
  db: Kysely<IntegrationDatabase>,
  { topic, places }: { topic: string; places: readonly Place[] },
): Promise<void> {
  const { names, values, source } = rowColumns(places, [
    { name: 'event_id', type: 'text', of: ({ id }) => id },
    { name: 'event_type', type: 'text', of: ({ type }) => type },
    { name: 'key', type: 'text', of: ({ key }) => key },
    { name: 'partition', type: 'integer', of: ({ partition }) => partition },
    { name: 'offset', type: 'bigint', of: ({ offset }) => offset },
    { name: 'produced_at', type: 'timestamptz', of: ({ at }) => at },
    { name: 'occurred_at', type: 'timestamptz', of: ({ at }) => at },
    { name: 'topic', type: 'text', of: () => topic },
    { name: 'mapping', type: 'text', of: () => 'property-sites' },
    { name: 'tenant_id', type: 'text', of: () => PRODUCT },
    { name: 'verdict', type: 'text', of: () => 'applied' },
  ]);
  await sql`insert into relay.folds (${names}) select ${values} from ${source}`.execute(db);
}
