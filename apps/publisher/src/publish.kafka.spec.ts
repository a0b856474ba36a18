import { openPublisher, readOrders, until, type PublisherContext } from '../test/publisher.context.ts';
import { PRODUCER_CLIENTS } from '#kafka';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

const metric = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^causeway_publisher_${name}\\{.*\\} (.*)$`, 'm').exec(text)?.[1]);
};

describe.each(PRODUCER_CLIENTS)('publishing with %s', (producer) => {
  it('takes committed rows to Kafka once, in commit order, as they are', async () => {
    const app = await context.start({ CAUSEWAY_PRODUCER: producer });
    await context.client.query('begin');
    await context.emit('never');
    await context.client.query('rollback');
    await context.client.query(
      `select outbox.emit('order', '7', 'order.placed', '{"b": 1, "a": "é🙂\\n"}', tenant_id => 'acme', event_version => 2,
         headers => '{"traceparent": "00-1-2-01", "x": 1}', occurred_at => '2026-01-02 03:04:05.678+01')`,
    );
    for (let index = 0; index < 20; index += 1) await context.emit('8', { index });
    const records = await readOrders(context, 21);
    expect(records.filter(({ key }) => key === '8').map(({ value }) => value)).toEqual(
      Array.from({ length: 20 }, (_, index) => `{"index": ${index}}`),
    );
    expect(records.find(({ key }) => key === '7')).toMatchObject({
      value: '{"a": "é🙂\\n", "b": 1}',
      headers: {
        ce_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        ce_source: '/shop',
        ce_type: 'order.placed',
        ce_subject: '7',
        ce_time: '2026-01-02T02:04:05.678Z',
        ce_specversion: '1.0',
        ce_tenantid: 'acme',
        ce_eventversion: '2',
        'content-type': 'application/json',
        traceparent: '00-1-2-01',
        x: '1',
      },
    });
    expect(records).toHaveLength(21);
    // Consumers see a batch a moment before the publisher hears that it is committed.
    await until(async () => (await metric(app.url, 'rows_total')) === 21);
  });
});

describe('publishing', () => {
  it('goes on after a clean stop where it was, and frees the slot', async () => {
    const first = await context.start();
    await context.emit('a');
    await readOrders(context, 1);
    await first.stop();
    expect((await context.slot())?.active).toBe(false);
    await context.emit('b');
    await context.start();
    expect(new Set((await readOrders(context, 2)).map(({ key }) => key))).toEqual(new Set(['a', 'b']));
  });

  it('publishes what was written between the creation of the slot and the start', async () => {
    await context.client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [context.slotName]);
    await context.emit('early');
    await context.start();
    expect((await readOrders(context, 1)).map(({ key }) => key)).toEqual(['early']);
  });

  it('splits a transaction larger than a batch', async () => {
    const app = await context.start({ CAUSEWAY_BATCH_ROWS: '100', CAUSEWAY_PENDING_BYTES: '50kb' });
    await context.client.query(
      `select outbox.emit('order', 'k', 'order.placed', jsonb_build_object('n', n)) from generate_series(1, 2050) n`,
    );
    const records = await readOrders(context, 2050);
    expect(records.map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n)).toEqual(
      Array.from({ length: 2050 }, (_, n) => n + 1),
    );
    await until(async () => (await metric(app.url, 'batches_total')) >= 21);
  });

  it('puts poison rows into the dead letters with the reason, and goes on', async () => {
    const app = await context.start();
    await context.client.query('alter table outbox.events drop constraint aggregate_type_fits_a_topic');
    await context.emit('fine-1');
    await context.emit('too large', { x: 'x'.repeat(1_100_000) });
    await context.client.query(
      `select outbox.emit('order', 'bad headers', 'order.placed', '{}', headers => '{"ce_id": "forged"}')`,
    );
    await context.client.query(`select outbox.emit('order', '', 'order.placed', '{}')`);
    await context.client.query(`select outbox.emit('ö', 'no topic', 'order.placed', '{}')`);
    await context.emit('fine-2');
    expect(new Set((await readOrders(context, 2)).map(({ key }) => key))).toEqual(new Set(['fine-1', 'fine-2']));
    const letters = await context.read('causeway.dead-letters');
    const seen = letters.map(({ key, headers, value }) => [
      key,
      headers['causeway_reason'],
      headers['causeway_topic'],
      (value ?? '').length,
    ]);
    const topic = `${context.topics.prefix}shop.order`;
    expect(seen.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ['', 'partition_key and aggregate_id are empty', topic, 2],
      ['bad headers', 'headers may not set ce_id', topic, 2],
      ['no topic', 'aggregate_type makes no name for a topic', `${context.topics.prefix}shop.ö`, 2],
      ['too large', expect.stringMatching(/needs up to 1\d{6} bytes, the topic takes 1048588/), topic, 1_100_009],
    ]);
    expect(letters.every(({ headers }) => headers['causeway_error'] === 'OUTBOX_ROW_INVALID')).toBe(true);
    await until(async () => (await metric(app.url, 'dead_letters_total')) === 4);
  });

  it('confirms the position of a quiet database, so that its WAL is freed', async () => {
    const app = await context.start({ CAUSEWAY_IDLE_INTERVAL: '50ms' });
    await context.client.query('create table elsewhere as select generate_series(1, 10000) as n');
    const { rows } = await context.client.query<{ ahead: string }>('select pg_current_wal_lsn()::text as ahead');
    await until(async () => {
      const sql = 'select confirmed_flush_lsn >= $1::pg_lsn as freed from pg_replication_slots where slot_name = $2';
      return (
        (await context.client.query<{ freed: boolean }>(sql, [rows[0]?.ahead, context.slotName])).rows[0]?.freed ??
        false
      );
    });
    expect(await metric(app.url, 'rows_total')).toBe(0);
    expect(await metric(app.url, 'idle_positions_total')).toBeGreaterThan(0);
  });
});
