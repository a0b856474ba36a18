import { createSlot, dropSlot } from '#replication';
import {
  openPublisher,
  readOrders,
  until,
  type PublisherContext,
  type PublisherProcess,
} from '../test/publisher.context.ts';

let context: PublisherContext;

beforeEach(async () => {
  context = await openPublisher();
});

afterEach(() => context[Symbol.asyncDispose]());

/** Writes rows of five keys in transactions of different sizes, some of which are rolled back; numbers are in commit order. */
async function write(from: number, count: number): Promise<void> {
  for (let n = from; n < from + count;) {
    const size = 1 + (n % 7);
    await context.client.query('begin');
    for (let row = 0; row < size; row += 1, n += 1) await context.emit(`k${n % 5}`, { n });
    if (size === 3) {
      await context.client.query('savepoint s');
      await context.emit('k0', { n: -1 });
      await context.client.query('rollback to s');
    }
    await context.client.query('commit');
  }
}

/** Every row once, none that was rolled back, and each key in commit order. */
async function expectExactlyOnce(count: number): Promise<void> {
  const records = await readOrders(context, count);
  const rows = records.map(({ key, value }) => ({ key, n: (JSON.parse(value ?? '') as { n: number }).n }));
  expect(rows.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows.length }, (_, n) => n));
  for (const ofKey of Map.groupBy(rows, ({ key }) => key).values()) {
    const numbers = ofKey.map(({ n }) => n);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
}

const written = async (): Promise<number> => {
  const { rows } = await context.client.query<{ count: number }>('select count(*)::int as count from outbox.events');
  return rows[0]?.count ?? 0;
};

describe('faults', () => {
  it('kill -9 at any moment: every row once and in order', async () => {
    const settings = { CAUSEWAY_BATCH_ROWS: '5', CAUSEWAY_TRANSACTION_TIMEOUT: '10s' };
    let publisher: PublisherProcess = context.spawn(settings);
    await publisher.line('streaming');
    for (let round = 0; round < 3; round += 1) {
      const writing = write(await written(), 200);
      const before = (await context.slot())?.confirmedFlush ?? 0n;
      await until(async () => ((await context.slot())?.confirmedFlush ?? 0n) > before);
      await publisher.kill('SIGKILL');
      await writing;
      publisher = context.spawn(settings);
    }
    await expectExactlyOnce(await written());
    await publisher.kill('SIGTERM');
    expect(publisher.lines.filter(({ level }) => level === 'error')).toEqual([]);
    // Four processes are started one after the other.
  }, 300_000);

  it('a cut replication connection: goes on by itself', async () => {
    await context.start();
    for (let round = 0; round < 3; round += 1) {
      await write(await written(), 50);
      await context.client.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1',
        [context.slotName],
      );
      await write(await written(), 50);
      await until(async () => (await context.slot())?.active ?? false);
    }
    await expectExactlyOnce(await written());
  });

  it('a second publisher waits as a standby and takes over from one that was killed', async () => {
    const first = context.spawn();
    await first.line('streaming');
    const second = await context.start();
    expect(await (await fetch(`${second.url}/metrics`)).text()).toMatch(/publisher_state\{state="standby".*\} 1/);
    await write(0, 100);
    await first.kill('SIGKILL');
    await write(await written(), 100);
    await expectExactlyOnce(await written());
    expect(await (await fetch(`${second.url}/metrics`)).text()).toMatch(/publisher_state\{state="streaming".*\} 1/);
  });

  it('a transaction that was split when its publisher was killed: the rest follows', async () => {
    const settings = { CAUSEWAY_BATCH_ROWS: '50', CAUSEWAY_PENDING_BYTES: '20kb', CAUSEWAY_TRANSACTION_TIMEOUT: '10s' };
    const publisher = context.spawn({ ...settings, CHAOS_FAULT_POINT: 'part stored:20:kill' });
    await publisher.line('streaming');
    const count = 4000;
    const emit = `select outbox.emit('order', 'k', 'order.placed', jsonb_build_object('n', n - 1)) from generate_series(1, ${count}) n`;
    await context.client.query(emit);
    await publisher.ended;
    expect(await context.read('shop.order')).toHaveLength(20 * 50);
    await context.start();
    const records = await readOrders(context, count);
    expect(records.map(({ value }) => (JSON.parse(value ?? '') as { n: number }).n)).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
  });
});

describe('what is never passed over in silence', () => {
  const publishOne = async (): Promise<void> => {
    const app = await context.start();
    await context.emit('a', { n: 0 });
    await readOrders(context, 1);
    await app.stop();
  };
  const expectStopped = async (publisher: PublisherProcess, code: string): Promise<string> => {
    const line = await publisher.line('publishing stopped: a person must act');
    expect(line).toMatchObject({ level: 'error', code });
    const ready = await publisher.get('/ready');
    expect(ready).toContain(code);
    return ready;
  };

  it('a slot that was dropped: SLOT_MISSING with the gap, and no new slot', async () => {
    await publishOne();
    await dropSlot(context.client, context.slotName);
    await context.emit('lost', { n: 1 });
    const publisher = context.spawn();
    expect(await expectStopped(publisher, 'SLOT_MISSING')).toMatch(/from=20\d\d-.*to=20\d\d-/);
    expect(await context.slot()).toBeUndefined();
    expect(await context.read('shop.order')).toHaveLength(1);
  });

  it('a slot that was created again: SLOT_GENERATION_MISMATCH', async () => {
    await publishOne();
    await dropSlot(context.client, context.slotName);
    await context.emit('lost', { n: 1 });
    await createSlot(context.client, context.slotName);
    await expectStopped(context.spawn(), 'SLOT_GENERATION_MISMATCH');
  });

  it('a slot that somebody moved: SLOT_AHEAD_OF_POSITION', async () => {
    const app = await context.start();
    // A transaction that is open since before the position holds the slot's oldest WAL back to before it, whatever else the
    // server does meanwhile, so the slot can be told from a new one. It must have written: the decoder does not know it before.
    await context.client.query('begin');
    await context.client.query(`select pg_logical_emit_message(true, 'held open', '')`);
    await context.emitElsewhere('a');
    await readOrders(context, 1);
    await app.stop();
    await context.emitElsewhere('skipped');
    await context.moveSlot();
    await context.client.query('commit');
    await expectStopped(context.spawn(), 'SLOT_AHEAD_OF_POSITION');
  });

  it('a publication that is gone: PUBLICATION_MISSING, found while the stream runs', async () => {
    const publisher = context.spawn();
    await publisher.line('streaming');
    await context.client.query('drop publication causeway_outbox');
    await context.emit('a');
    await expectStopped(publisher, 'PUBLICATION_MISSING');
  });

  it.each([
    ['Postgres', { CAUSEWAY_SOURCE_URL: 'postgres://nobody@127.0.0.1:1/none' }, 'POSTGRES_UNREACHABLE'],
    ['Kafka', { CAUSEWAY_KAFKA_BROKERS: '127.0.0.1:1' }, 'KAFKA_UNREACHABLE'],
  ])('%s that is away: not ready, alive, trying again', async (_, settings, code) => {
    const publisher = context.spawn(settings);
    expect(await publisher.line('publishing interrupted; trying again')).toMatchObject({ level: 'warn', code });
    // Between two tries it is starting again.
    await until(async () => (await publisher.get('/ready')).includes(code));
    expect(await publisher.get('/health')).toContain('alive');
  });
});
