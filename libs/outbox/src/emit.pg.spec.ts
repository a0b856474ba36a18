import { sql } from 'kysely';
import { z } from 'zod';
import { OutboxContext, type EventRow } from '../test/outbox.context.ts';
import { emit, emitMany } from './emit.call.ts';
import { defineEvent } from './event.definition.ts';
import type { OutboxEvent } from './event.ts';

let context: OutboxContext;

beforeAll(async () => {
  context = await OutboxContext.open();
});
afterEach(() => context.take());
afterAll(() => context.close());

const minimal: OutboxEvent = {
  aggregateType: 'user',
  aggregateId: '42',
  eventType: 'user.signed_up',
  payload: {
    email: 'ana@example.test',
    note: `it's "quoted" \\ und schön 😀`,
    amount: 12345678901234567890n.toString(),
  },
};
const full: OutboxEvent = {
  ...minimal,
  id: '0199a0de-0000-7000-8000-000000000001',
  eventVersion: 3,
  tenantId: 't1',
  partitionKey: 't1:42',
  headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  occurredAt: new Date('2026-03-01T10:00:00.123Z'),
};

async function withPg(events: OutboxEvent[]): Promise<void> {
  const client = await context.pool.connect();
  await client.query('begin');
  for (const event of events) await emit(client, event);
  await client.query('commit');
  client.release();
}

async function withKysely(events: OutboxEvent[]): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    for (const event of events) await emit(trx, event);
  });
}

async function withSql(events: OutboxEvent[]): Promise<void> {
  for (const event of events) {
    const named: [string, unknown][] = [
      ['id', event.id],
      ['event_version', event.eventVersion],
      ['tenant_id', event.tenantId],
      ['partition_key', event.partitionKey],
      ['headers', event.headers && JSON.stringify(event.headers)],
      ['occurred_at', event.occurredAt],
    ];
    const given = named.filter(([, value]) => value !== undefined);
    const list = given.map(([name], index) => `, ${name} => $${index + 5}`).join('');
    await context.run(`select outbox.emit($1, $2, $3, $4${list})`, [
      event.aggregateType,
      event.aggregateId,
      event.eventType,
      JSON.stringify(event.payload),
      ...given.map(([, value]) => value),
    ]);
  }
}

/** What the writer decides: ids and times that were not given differ from row to row. */
const decided = (row: EventRow, event: OutboxEvent): Partial<EventRow> => {
  const { id, occurred_at, created_at: _, ...rest } = row;
  return { ...rest, ...(event.id && { id }), ...(event.occurredAt && { occurred_at }) };
};

describe('emit', () => {
  it.each([
    ['plain SQL', withSql],
    ['Kysely', withKysely],
    ['pg', withPg],
  ])('writes the same rows by %s', async (_name, write) => {
    await write([minimal, full]);
    const rows = await context.events();
    expect(rows).toHaveLength(2);
    const [first, second] = rows;
    expect(first && decided(first, minimal)).toEqual({
      aggregate_type: 'user',
      aggregate_id: '42',
      event_type: 'user.signed_up',
      event_version: 1,
      partition_key: '42',
      tenant_id: 'default',
      payload: minimal.payload,
      headers: {},
    });
    expect(second && decided(second, full)).toEqual({
      id: full.id,
      aggregate_type: 'user',
      aggregate_id: '42',
      event_type: 'user.signed_up',
      event_version: 3,
      partition_key: 't1:42',
      tenant_id: 't1',
      payload: full.payload,
      headers: full.headers,
      occurred_at: full.occurredAt,
    });
  });

  it('writes the same rows of a typed event by all three, without what its schema does not name', async () => {
    const signedUp = defineEvent({
      aggregateType: 'user',
      eventType: 'user.signed_up',
      payload: z.object({ email: z.email(), plan: z.string().default('free') }),
    });
    const row = { email: 'ana@example.test', password_hash: 'x' };
    const event = signedUp.of({ aggregateId: '42', payload: row });
    for (const write of [withSql, withKysely, withPg]) await write([event]);
    const rows = (await context.events()).map((written) => decided(written, event));
    expect(rows).toEqual([rows[0], rows[0], rows[0]]);
    expect(rows[0]?.payload).toEqual({ email: 'ana@example.test', plan: 'free' });
  });

  it('answers the id, a UUID of version 7 unless one was given', async () => {
    const ids = await context.db
      .transaction()
      .execute(async (trx) => [await emit(trx, minimal), await emit(trx, full)]);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[1]).toBe(full.id);
    expect((await context.events()).map(({ id }) => id)).toEqual(ids);
  });

  it('takes the start of the transaction as the time of the event', async () => {
    const started = await context.db.transaction().execute(async (trx) => {
      await emit(trx, minimal);
      await emit(trx, minimal);
      const { rows } = await sql<{ now: Date }>`select now()`.execute(trx);
      return rows[0]?.now;
    });
    const rows = await context.events();
    expect(rows.map((row) => row.occurred_at)).toEqual([started, started]);
  });

  it('keeps nothing of a transaction that is rolled back', async () => {
    const work = context.db.transaction().execute(async (trx) => {
      await emit(trx, minimal);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await context.events()).toEqual([]);
  });

  it('refuses to run outside of a transaction', async () => {
    const client = await context.pool.connect();
    await expect(emit(client, minimal)).rejects.toMatchObject({
      code: 'TRANSACTION_REQUIRED',
      details: { call: 'emit' },
    });
    await expect(emit(context.db, minimal)).rejects.toMatchObject({ code: 'TRANSACTION_REQUIRED' });
    await expect(emitMany(context.db, [])).rejects.toMatchObject({ code: 'TRANSACTION_REQUIRED' });
    client.release();
    expect(await context.events()).toEqual([]);
  });

  it.each([
    ['a payload that is no object', { ...minimal, payload: ['a'] }, 'payload_is_an_object'],
    ['an aggregate type that fits no topic', { ...minimal, aggregateType: 'a b' }, 'aggregate_type_fits_a_topic'],
    ['an empty event type', { ...minimal, eventType: '' }, 'event_type_is_given'],
    ['an empty tenant', { ...minimal, tenantId: '' }, 'tenant_id_is_given'],
    ['version 0', { ...minimal, eventVersion: 0 }, 'event_version_is_positive'],
  ])('lets the database refuse %s', async (_name, event, constraint) => {
    await expect(withKysely([event])).rejects.toMatchObject({ code: '23514', constraint });
  });
});

describe('emitMany', () => {
  it('writes in the order given, in one statement, and answers the ids in that order', async () => {
    const events = Array.from({ length: 500 }, (_, index) => ({ ...minimal, aggregateId: `u${index}` }));
    const ids = await context.db.transaction().execute((trx) => emitMany(trx, events));
    const rows = await context.events();
    expect(rows.map((row) => row.aggregate_id)).toEqual(events.map((event) => event.aggregateId));
    expect(rows.map((row) => row.id)).toEqual(ids);
  });

  it('does nothing for no events', async () => {
    expect(await context.db.transaction().execute((trx) => emitMany(trx, []))).toEqual([]);
  });
});

describe('the tenant of events that name none', () => {
  it('is the setting outbox.tenant of the transaction or the connection', async () => {
    await context.db.transaction().execute(async (trx) => {
      await sql`select set_config('outbox.tenant', 't9', true)`.execute(trx);
      await emit(trx, minimal);
      await trx
        .insertInto('outbox.events')
        .values({ aggregate_type: 'user', aggregate_id: '1', event_type: 'x', payload: {} })
        .execute();
    });
    await withKysely([minimal]);
    expect((await context.events()).map((row) => row.tenant_id)).toEqual(['t9', 't9', 'default']);
  });
});

describe('a plain insert', () => {
  it('needs no more than aggregate, type and payload; no key means the aggregate id', async () => {
    await context.run(
      `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload) values ('user', '7', 'user.x', '{}')`,
    );
    expect(await context.events()).toMatchObject([
      {
        aggregate_id: '7',
        partition_key: null,
        tenant_id: 'default',
        event_version: 1,
        headers: {},
        id: expect.any(String),
      },
    ]);
  });
});
