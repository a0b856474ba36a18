import { randomUUID } from 'node:crypto';
import { OutboxContext } from '../test/outbox.context.ts';
import { emitMessage, emitMessages } from './emit.call.ts';
import type { OutboxEvent } from './event.ts';

let context: OutboxContext;
/** Keeps what is written, for the test to read. */
const slot = `messages_${randomUUID().replaceAll('-', '_')}`;

beforeAll(async () => {
  context = await OutboxContext.open();
  await context.run(`select pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
});
afterAll(async () => {
  await context.run(`select pg_drop_replication_slot('${slot}')`);
  await context.close();
});

const minimal: OutboxEvent = {
  aggregateType: 'user',
  aggregateId: '42',
  eventType: 'user.signed_up',
  payload: { note: `it's "quoted" \\ und schön 😀\nin two lines` },
};
const full: OutboxEvent = {
  ...minimal,
  id: '0199a0de-0000-7000-8000-000000000001',
  eventVersion: 3,
  tenantId: 't1',
  partitionKey: 't1:42',
  headers: { traceparent: '00-1-2-01' },
  occurredAt: new Date('2026-03-01T10:00:00.120Z'),
};

interface Message {
  readonly line: Record<string, unknown>;
  readonly payload: string;
}

const [MESSAGE, TRANSACTIONAL] = [0x4d, 1];

/** What the stream has to say since it was asked last: flags, LSN, prefix and length stand before the content. */
async function taken(): Promise<Message[]> {
  const sql = `select data from pg_logical_slot_get_binary_changes('${slot}', null, null,
    'proto_version', '1', 'publication_names', 'causeway_outbox', 'messages', 'true')`;
  const rows = (await context.run(sql)) as unknown as { data: Buffer }[];
  const messages = rows.map(({ data }) => data).filter((data) => data[0] === MESSAGE);
  return messages.map((data) => {
    expect(data[1]).toBe(TRANSACTIONAL);
    const prefixEnd = data.indexOf(0, 10);
    expect(data.toString('utf8', 10, prefixEnd)).toBe('causeway.outbox');
    const [line = '', ...payload] = data.toString('utf8', prefixEnd + 5).split('\n');
    return { line: JSON.parse(line) as Record<string, unknown>, payload: payload.join('\n') };
  });
}

describe('outbox.emit_message', () => {
  it('says in a message what emit says in a row', async () => {
    const ids = await context.db.transaction().execute((trx) => emitMessages(trx, [minimal, full]));
    const [first, second] = await taken();
    expect(first?.line).toEqual({
      id: ids[0],
      aggregate_type: 'user',
      aggregate_id: '42',
      event_type: 'user.signed_up',
      event_version: 1,
      partition_key: '42',
      tenant_id: 'default',
      headers: {},
      occurred_at: expect.stringMatching(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/) as unknown,
    });
    expect(second?.line).toEqual({
      id: full.id,
      aggregate_type: 'user',
      aggregate_id: '42',
      event_type: 'user.signed_up',
      event_version: 3,
      partition_key: 't1:42',
      tenant_id: 't1',
      headers: full.headers,
      occurred_at: '2026-03-01 10:00:00.12+00',
    });
    const [{ text }] = (await context.run(
      `select '${JSON.stringify(minimal.payload).replaceAll("'", "''")}'::jsonb::text as text`,
    )) as unknown as [{ text: string }];
    expect([first?.payload, second?.payload]).toEqual([text, text]);
    expect(await context.events()).toEqual([]);
  });

  it('says nothing of a transaction that is rolled back, whole or to a savepoint', async () => {
    const client = await context.pool.connect();
    await client.query('begin');
    await emitMessage(client, minimal);
    await client.query('rollback');
    await client.query('begin');
    await client.query('savepoint s');
    await emitMessage(client, minimal);
    await client.query('rollback to s');
    const id = await emitMessage(client, full);
    await client.query('commit');
    client.release();
    expect((await taken()).map(({ line }) => line['id'])).toEqual([id]);
  });

  it('refuses to run outside of a transaction', async () => {
    await expect(emitMessage(context.db, minimal)).rejects.toMatchObject({
      code: 'TRANSACTION_REQUIRED',
      details: { call: 'emitMessage' },
    });
  });

  it.each([
    ['a payload that is no object', { ...minimal, payload: ['a'] }, 'payload is no object'],
    ['an aggregate type that fits no topic', { ...minimal, aggregateType: 'a b' }, 'aggregate_type fits no topic'],
    ['an empty event type', { ...minimal, eventType: '' }, 'event_type is empty'],
    ['an empty tenant', { ...minimal, tenantId: '' }, 'tenant_id is empty'],
    ['version 0', { ...minimal, eventVersion: 0 }, 'event_version is not positive'],
  ])('refuses %s as the table does', async (_name, event, problem) => {
    const work = context.db.transaction().execute((trx) => emitMessage(trx, event));
    await expect(work).rejects.toMatchObject({ code: '23514', message: `outbox: ${problem}` });
  });

  it('is for emitters alone', async () => {
    const may = `select has_function_privilege('causeway_emitter', p.oid, 'execute') as emitter,
        has_function_privilege('causeway_publisher', p.oid, 'execute') as publisher
      from pg_proc p where p.oid = 'outbox.emit_message'::regproc`;
    expect(await context.run(may)).toEqual([{ emitter: true, publisher: false }]);
  });
});
