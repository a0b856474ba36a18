import { createKafka } from '#kafka';
import { createLogger } from '#observability';
import { openPublisher, until, type PublisherContext, type Settings } from '../../test/publisher.context.ts';

let context: PublisherContext;
let settings: Settings;

beforeEach(async () => {
  context = await openPublisher();
  await context.client.query(
    `create table public.router (id uuid primary key default gen_random_uuid(), aggregatetype text, aggregateid text,
       type text, payload text)`,
  );
  await context.client.query('create publication router_outbox for table public.router');
  await context.client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [context.slotName]);
  settings = {
    CAUSEWAY_PRESET: 'debezium-outbox',
    CAUSEWAY_OUTBOX_TABLE: 'public.router',
    CAUSEWAY_PUBLICATION: 'router_outbox',
    CAUSEWAY_DEBEZIUM_OPTIONS:
      'table.op.invalid.behavior=fatal\ntable.fields.additional.placement=type:header:eventType',
  };
});

afterEach(() => context[Symbol.asyncDispose]());

interface Written {
  readonly id: string;
  readonly key: string;
  readonly payload: string;
}

/** One transaction of rows; keys repeat, so that their order counts. */
async function write(from: number, to: number): Promise<Written[]> {
  const { rows } = await context.client.query<Written>(
    `insert into public.router (aggregatetype, aggregateid, type, payload)
     select 'order', 'k-' || n % 5, 'placed', n::text from generate_series($1::int, $2::int) n
     returning id, aggregateid as key, payload`,
    [from, to],
  );
  return rows;
}

/** What a connector had sent before it was stopped. */
async function produce(rows: readonly Written[]): Promise<void> {
  const brokers = (process.env['CAUSEWAY_KAFKA_BROKERS'] ?? '').split(',');
  const logger = createLogger({ service: 'test', level: 'silent' });
  const kafka = createKafka({ brokers, clientId: 'connector', logger });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  const topic = `${context.topics.prefix}outbox.event.order`;
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3 }] });
  const messages = rows.map(({ id, key, payload }) => ({ key, value: payload, headers: { id } }));
  await producer.send({ topic, messages });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

/** Payloads in the order of each key. */
async function readPayloads(count: number): Promise<string[]> {
  let found: string[] = [];
  await until(async () => {
    const records = await context.read('outbox.event.order').catch(() => []);
    found = records.map(({ value }) => value ?? '');
    return found.length >= count;
  });
  return found;
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => String(from + n));
const sorted = (payloads: readonly string[]): string[] => payloads.toSorted((a, b) => Number(a) - Number(b));
/** Keys are the payload's rest by 5: within each the numbers must grow. */
const isInOrder = (payloads: readonly string[]): boolean =>
  [0, 1, 2, 3, 4].every((key) => {
    const ofKey = payloads.map(Number).filter((n) => n % 5 === key);
    return ofKey.every((n, index) => n > (ofKey[index - 1] ?? -1));
  });

describe('a slot that a connector has read', () => {
  it.each([
    { name: 'nothing', sent: (): boolean => false },
    { name: 'all of two transactions', sent: (n: number): boolean => n <= 20 },
    { name: 'part of a transaction', sent: (n: number): boolean => n <= 13 },
    { name: 'one partition further than others', sent: (n: number): boolean => n <= 8 || (n % 5 === 0 && n <= 25) },
    { name: 'everything', sent: (): boolean => true },
  ])('is taken over where Kafka holds $name', async ({ sent }) => {
    const rows = [...(await write(1, 10)), ...(await write(11, 20)), ...(await write(21, 30))];
    const produced = rows.filter(({ payload }) => sent(Number(payload)));
    if (produced.length > 0) await produce(produced);
    const app = await context.start(settings);
    await write(31, 40);
    const payloads = await readPayloads(40);
    expect(sorted(payloads)).toEqual(numbers(1, 40));
    expect(isInOrder(payloads)).toBe(true);
    await app.stop();
    // The next start is an ordinary one.
    await context.start(settings);
    await write(41, 50);
    expect(sorted(await readPayloads(50))).toEqual(numbers(1, 50));
  });

  it('stops at a fatal update behind what came before it, and goes on when that is allowed', async () => {
    const app = await context.start(settings);
    await write(1, 3);
    await context.client.query(`update public.router set payload = '9' where payload = '1'`);
    await write(4, 6);
    await until(async () => (await (await fetch(`${app.url}/ready`)).text()).includes('OUTBOX_ROW_UPDATED'));
    expect(sorted(await readPayloads(3))).toEqual(numbers(1, 3));
    await app.stop();
    await context.start({ ...settings, CAUSEWAY_DEBEZIUM_OPTIONS: '{"table.op.invalid.behavior":"error"}' });
    expect(sorted(await readPayloads(6))).toEqual(numbers(1, 6));
  });
});
