import { sql } from 'kysely';
import { integrationDatabase, type IntegrationContext } from '#testing';
import { box, webhooksParts, type WebhooksParts } from '../../test/webhooks.parts.ts';
import { ensureChannel, type Channel } from '../channel/channel.store.ts';
import { processDeliveries } from './delivery.processor.ts';

let context: IntegrationContext;
let parts: WebhooksParts;
let channel: Channel;
let marked: number;

beforeAll(async () => {
  context = await integrationDatabase('deliveries');
});
beforeEach(async () => {
  await context.clear();
  await context.addConnection();
  await context.addConnection({ id: 'c2', tenantId: 'other' });
  channel = await ensureChannel(context.db, box, {
    connectionId: 'c1',
    module: 'Leads',
    fields: ['Lead_Status'],
    events: ['edit', 'delete'],
  });
  parts = webhooksParts();
  marked = 0;
});
afterAll(() => context[Symbol.asyncDispose]());

async function deliver(body: object | string, channelId = channel.id): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify({ module: 'Leads', channel_id: channelId, ...body });
  await sql`
    insert into webhooks.deliveries (channel_id, connection_id, headers, body)
    values (${channelId}::bigint, 'c1', '{}', ${Buffer.from(text)})`.execute(context.db);
}

const process = (): Promise<boolean> => {
  const { logger, metrics } = parts;
  return processDeliveries({ db: context.db, logger, metrics, onMarked: () => void (marked += 1) });
};

const dirty = async (): Promise<unknown[]> =>
  (
    await sql<{ entry: unknown }>`
    select jsonb_build_array(connection_id, module, record_id, reason, marks) as entry
      from webhooks.dirty order by record_id`.execute(context.db)
  ).rows.map(({ entry }) => entry);
const codes = async (): Promise<unknown[]> =>
  (
    await sql<{ code: unknown; done: boolean }>`
    select code, processed_at is not null as done from webhooks.deliveries order by id`.execute(context.db)
  ).rows.map(({ code, done }) => [done, code]);

describe('processDeliveries', () => {
  it('says that there is nothing', async () => {
    expect(await process()).toBe(false);
    expect(marked).toBe(0);
  });

  it('marks every record that a notification names, and wakes the hydrator', async () => {
    await deliver({ ids: ['1', '2'] });
    await deliver({ ids: ['2', '3', '3'] });
    expect(await process()).toBe(true);
    expect(await dirty()).toEqual([
      ['c1', 'Leads', '1', 'notification', 1],
      ['c1', 'Leads', '2', 'notification', 1],
      ['c1', 'Leads', '3', 'notification', 1],
    ]);
    expect(await codes()).toEqual([
      [true, null],
      [true, null],
    ]);
    expect(marked).toBe(1);
    expect(await process()).toBe(false);
  });

  it('marks records of its own channel only, whatever the body says', async () => {
    await deliver({ ids: ['1'], module: 'Contacts' });
    await deliver({ ids: ['2'], connection_id: 'c2' });
    await process();
    expect(await dirty()).toEqual([['c1', 'Leads', '2', 'notification', 1]]);
    expect(await codes()).toEqual([
      [true, 'NOTIFICATION_UNREADABLE'],
      [true, null],
    ]);
  });

  it('keeps what it cannot read, names it, and goes on with the others', async () => {
    await deliver('no JSON');
    await deliver({ ids: [] });
    await deliver({ ids: ['1'] }, '99');
    await deliver({ ids: ['2'] });
    await process();
    expect(await dirty()).toEqual([['c1', 'Leads', '2', 'notification', 1]]);
    const unreadable = [true, 'NOTIFICATION_UNREADABLE'];
    expect(await codes()).toEqual([unreadable, unreadable, unreadable, [true, null]]);
    expect(parts.lines.map(({ code, deliveryId }) => [code, deliveryId])).toEqual(
      ['1', '2', '3'].map((id) => ['NOTIFICATION_UNREADABLE', id]),
    );
  });

  it('regression: an id that Postgres cannot store does not stop all deliveries', async () => {
    await deliver({ ids: ['a\0b'] });
    await deliver({ ids: ['1'] });
    await process();
    expect(await dirty()).toHaveLength(1);
    expect(await codes()).toEqual([
      [true, 'NOTIFICATION_UNREADABLE'],
      [true, null],
    ]);
  });

  it('takes each delivery once when two processes look at the same moment', async () => {
    for (let index = 0; index < 20; index += 1) await deliver({ ids: [String(index)] });
    const looks = await Promise.all([process(), process(), process()]);
    expect(looks).toContain(true);
    expect(await dirty()).toHaveLength(20);
    expect((await dirty()).every((entry) => Array.isArray(entry) && entry[4] === 1)).toBe(true);
  });
});
