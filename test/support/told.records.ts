import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { headerText, type JsonObject } from '#contracts';
import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import type { SystemFixture } from './system.fixture.ts';
import { until } from './until.ts';

/** A record that says what happened in the CRM, or what became of a command. */
export interface ToldRecord {
  readonly id: string;
  /** Without the prefix of the fixture. */
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly payload: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** The rows of the integration database's outbox as records of Kafka should say them, by id. */
export async function emittedRows({ integration }: SystemFixture): Promise<Omit<ToldRecord, 'headers'>[]> {
  const { rows } = await sql<Omit<ToldRecord, 'headers'>>`
    select id::text, 'crm.' || aggregate_type as topic, coalesce(partition_key, aggregate_id) as key, event_type as type, payload
      from outbox.events order by id`.execute(integration);
  return rows;
}

/** All that a read_committed consumer sees in the CRM's topics of the fixture until it has seen these ids, by id. */
export async function toldRecords(fixture: SystemFixture, ids: ReadonlySet<string>): Promise<ToldRecord[]> {
  const { kafka, topicPrefix } = fixture.system.details;
  const logger = createLogger({ service: 'test', level: 'silent' });
  const consumer = createKafka({ brokers: kafka.brokers, clientId: 'causeway-test', logger }).consumer({
    groupId: `${topicPrefix}${randomUUID()}`,
    readUncommitted: false,
  });
  const rows = await emittedRows(fixture);
  const seen: ToldRecord[] = [];
  await consumer.connect();
  try {
    const topics = [...new Set(rows.map(({ topic }) => `${topicPrefix}${topic}`))];
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ topic, message }) => {
        const given = message.headers ?? {};
        const headers = Object.fromEntries(Object.keys(given).map((name) => [name, headerText(given, name) ?? '']));
        const payload = JSON.parse(message.value?.toString() ?? 'null') as JsonObject;
        const { ce_id: id = '', ce_type: type = '' } = headers;
        const key = message.key?.toString() ?? '';
        seen.push({ id, topic: topic.slice(topicPrefix.length), key, type, payload, headers });
        return Promise.resolve();
      },
    });
    await until('the records in Kafka', () => {
      const there = new Set(seen.map(({ id }) => id));
      return Promise.resolve([...ids].every((id) => there.has(id)) ? true : null);
    });
    return seen.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  } finally {
    await consumer.disconnect();
  }
}
