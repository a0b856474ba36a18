import { randomUUID } from 'node:crypto';
import { connectClient, createScratchDatabase } from '#postgres';
import { openPublisher, readOrders, until, type PublisherContext } from '../test/publisher.context.ts';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

const metric = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^causeway_publisher_${name}\\{.*\\} (.*)$`, 'm').exec(text)?.[1]);
};

const PREFIX = 'causeway.outbox';

describe('logical messages', () => {
  it('are published like rows, in one order with those of their transaction', async () => {
    await context.start();
    await context.client.query('begin');
    const common = `'order', 'k', 'order.placed', '{"b": 1, "a": "é🙂\\n"}', tenant_id => 'acme', event_version => 2,
      headers => '{"traceparent": "00-1-2-01", "x": 1}', occurred_at => '2026-01-02 03:04:05.670+01'`;
    for (const [n, call] of ['emit', 'emit_message', 'emit_message', 'emit'].entries())
      await context.client.query(`select outbox.${call}(${common}, id => '0199a0de-0000-7000-8000-00000000000${n}')`);
    await context.client.query('savepoint s');
    await context.client.query(`select outbox.emit_message('order', 'k', 'never', '{}')`);
    await context.client.query('rollback to s');
    await context.client.query('commit');
    const records = await readOrders(context, 4);
    expect(records.map(({ headers }) => headers['ce_id']?.at(-1))).toEqual(['0', '1', '2', '3']);
    const [row, ...others] = records.map(({ partition, key, value, headers }) => ({
      partition,
      key,
      value,
      headers: { ...headers, ce_id: '' },
    }));
    expect(row).toMatchObject({ value: '{"a": "é🙂\\n", "b": 1}', headers: { ce_time: '2026-01-02T02:04:05.67Z' } });
    for (const other of others) expect(other).toEqual(row);
  });

  it('count as rows of a transaction that was split when its publisher was killed', async () => {
    const settings = { CAUSEWAY_BATCH_ROWS: '50', CAUSEWAY_PENDING_BYTES: '20kb', CAUSEWAY_TRANSACTION_TIMEOUT: '10s' };
    const publisher = context.spawn({ ...settings, CHAOS_FAULT_POINT: 'part stored:20:kill' });
    await publisher.line('streaming');
    const count = 4000;
    await context.client.query(
      `select case when n % 3 = 0 then outbox.emit('order', 'k', 'order.placed', jsonb_build_object('n', n - 1))
                   else outbox.emit_message('order', 'k', 'order.placed', jsonb_build_object('n', n - 1)) end
         from generate_series(1, ${count}) n`,
    );
    await publisher.ended;
    expect(await context.read('shop.order')).toHaveLength(20 * 50);
    await context.start();
    const records = await readOrders(context, count);
    expect(records.map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n)).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
  });

  it('are refused when they are not transactional, go to the dead letters when they cannot be read, and are no matter when foreign', async () => {
    const publisher = context.spawn();
    await publisher.line('streaming');
    const send = (transactional: boolean, prefix: string, content: string): Promise<unknown> =>
      context.client.query('select pg_logical_emit_message($1, $2, $3::text)', [transactional, prefix, content]);
    await context.client.query('begin');
    await send(false, PREFIX, 'secret content');
    await context.client.query('rollback');
    await send(false, PREFIX, 'again');
    await send(true, 'somebody else', 'no matter');
    await send(true, PREFIX, 'no newline');
    await send(true, PREFIX, '[]\n{}');
    await send(true, PREFIX, '{"id": 1}\n{}');
    await send(
      true,
      PREFIX,
      '{"id": "i", "aggregate_type": "order", "aggregate_id": "k", "event_type": "t", "occurred_at": "today"}\n{}',
    );
    await context.emit('fine');
    await readOrders(context, 1);
    const letters = await context.read('causeway.dead-letters');
    const reasons = letters.map(({ headers, value }) => `${headers['causeway_reason']}: ${value}`);
    expect(new Set(reasons)).toEqual(
      new Set([
        'occurred_at is no instant of the years 1 to 9999: {}',
        'the first line of the message is no JSON object of attributes: []\n{}',
        'the first line of the message is no JSON object of attributes (id): {"id": 1}\n{}',
        'the message has no line of attributes before its payload: no newline',
      ]),
    );
    const { url = '' } = await publisher.line('listening');
    // Consumers see a batch a moment before the publisher hears that it is committed.
    await until(async () => (await metric(url, 'refused_messages_total')) === 2);
    await until(async () => (await metric(url, 'rows_total')) === 5);
    const told = publisher.lines.filter(({ code }) => code === 'MESSAGE_REFUSED');
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).not.toContain('secret content');
  });

  it('are not published where no prefix is set', async () => {
    const app = await context.start({ CAUSEWAY_MESSAGE_PREFIX: '' });
    await context.client.query(`select outbox.emit_message('order', 'a', 'order.placed', '{}')`);
    await context.emit('b');
    expect((await readOrders(context, 1)).map(({ key }) => key)).toEqual(['b']);
    await until(async () => (await metric(app.url, 'rows_total')) === 1);
  });
});

describe('the heartbeat', () => {
  /** A login role with the rights of a publisher and no more. */
  async function publisherRole(): Promise<{ name: string; url: string }> {
    const name = `causeway_test_${randomUUID().replaceAll('-', '')}`;
    await context.client.query(`create role ${name} login replication password 'test' in role causeway_publisher`);
    const url = new URL(context.url);
    [url.username, url.password] = [name, 'test'];
    return { name, url: url.href };
  }

  /** In this database alone; which arguments there are depends on the version. */
  async function everybody(verb: 'grant' | 'revoke', toOrFrom: 'to' | 'from'): Promise<void> {
    const sql = `select oid::regprocedure::text as name from pg_proc where proname = 'pg_logical_emit_message'`;
    const { rows } = await context.client.query<{ name: string }>(sql);
    for (const { name } of rows) await context.client.query(`${verb} execute on function ${name} ${toOrFrom} public`);
  }

  it('frees the WAL of a database that is idle while another of its cluster is busy, with the rights of a publisher', async () => {
    const role = await publisherRole();
    const busy = await createScratchDatabase({ adminUrl: process.env['CAUSEWAY_POSTGRES_URL'] ?? '', prefix: 'busy' });
    const other = await connectClient({ url: busy.url, applicationName: 'causeway-test' });
    try {
      // No keepalive's position is stored within the hour: the heartbeat alone moves the slot.
      const settings = {
        CAUSEWAY_SOURCE_URL: role.url,
        CAUSEWAY_IDLE_INTERVAL: '1h',
        CAUSEWAY_HEARTBEAT_INTERVAL: '100ms',
      };
      const app = await context.start(settings);
      await other.query('create table busy as select generate_series(1, 20000) as n');
      const { rows } = await other.query<{ ahead: string }>('select pg_current_wal_lsn()::text as ahead');
      await until(async () => {
        // What the server itself logs every 15 s; only behind that may it forget WAL.
        await other.query('select pg_log_standby_snapshot()');
        const sql = `select confirmed_flush_lsn >= $1::pg_lsn and restart_lsn >= $1::pg_lsn as freed
          from pg_replication_slots where slot_name = $2`;
        const found = await other.query<{ freed: boolean }>(sql, [rows[0]?.ahead, context.slotName]);
        return found.rows[0]?.freed ?? false;
      });
      expect(await metric(app.url, 'heartbeats_total')).toBeGreaterThan(0);
      expect(await metric(app.url, 'rows_total')).toBe(0);
      await app.stop();
    } finally {
      await other.end();
      await busy.drop();
      await context.client.query(`drop role ${role.name}`);
    }
  });

  it('that is not allowed is told once and stops nothing; a database that is read-only allows it', async () => {
    const role = await publisherRole();
    const publisher = context.spawn({ CAUSEWAY_SOURCE_URL: role.url, CAUSEWAY_HEARTBEAT_INTERVAL: '50ms' });
    try {
      await publisher.line('streaming');
      const { url = '' } = await publisher.line('listening');
      const counted = async (result: string): Promise<number> =>
        Number(
          new RegExp(`heartbeats_total\\{result="${result}",.*\\} (\\d+)`).exec(await publisher.get('/metrics'))?.[1] ??
            0,
        );
      await everybody('revoke', 'from');
      await until(async () => (await counted('failed')) > 1);
      expect(publisher.lines.filter(({ code }) => code === 'HEARTBEAT_FAILED')).toHaveLength(1);
      await context.emit('a');
      await readOrders(context, 1);
      expect((await fetch(`${url}/ready`)).status).toBe(200);
      await everybody('grant', 'to');
      await context.client.query(`alter role ${role.name} set default_transaction_read_only = on`);
      await context.client.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, [
        role.name,
      ]);
      const written = await counted('written');
      await until(async () => (await counted('written')) > written);
    } finally {
      await publisher.kill('SIGTERM');
      await context.client.query(`drop role ${role.name}`);
    }
    expect((await context.slot())?.confirmedFlush).toBeDefined();
  });
});
