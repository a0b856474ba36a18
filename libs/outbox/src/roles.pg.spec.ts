import { connectClient } from '#postgres';
import { OutboxContext } from '../test/outbox.context.ts';

const DENIED = { code: '42501' };
let context: OutboxContext;

beforeAll(async () => {
  context = await OutboxContext.open();
  await context.run('create schema shop');
  await context.run('create table shop.orders (id text primary key)');
});
afterAll(() => context.close());

const INSERT = `insert into outbox.events (aggregate_type, aggregate_id, event_type, payload) values ('user', '1', 'user.x', '{}')`;
const PARTITION = `(select c.oid::regclass::text from pg_class c where c.relname ~ '^events_[0-9]' order by 1 limit 1)`;

describe('causeway_emitter', () => {
  it.each([INSERT, `select outbox.emit('user', '1', 'user.x', '{}')`])('may: %s', async (statement) => {
    await context.as('causeway_emitter', async (client) => {
      await client.query(statement);
    });
    expect(await context.events()).toHaveLength(1);
    await context.take();
  });

  it.each([
    'select * from outbox.events',
    `${INSERT} returning id`,
    `update outbox.events set tenant_id = 'other'`,
    'delete from outbox.events',
    'truncate outbox.events',
    'select * from outbox.events_default',
    INSERT.replace('outbox.events', 'outbox.events_default'),
    'select outbox.ensure_partitions()',
    'select outbox.drop_partitions(now())',
    `select outbox.capture('shop.orders', aggregate_type => 'order', id_column => 'id', columns => array['id'])`,
    `select outbox.release('shop.orders')`,
    'select * from outbox.captures',
    'select * from inbox.processed',
    'select inbox.forget(now())',
    'select * from causeway.migrations',
    'select * from shop.orders',
    'create table outbox.mine ()',
    'drop publication causeway_outbox',
  ])('may not: %s', async (statement) => {
    await context.as('causeway_emitter', async (client) => {
      await expect(client.query(statement)).rejects.toMatchObject(DENIED);
    });
  });

  it('has no partition that it can write to behind the table', async () => {
    const [row] = await context.run(
      `select has_table_privilege('causeway_emitter', ${PARTITION}, 'select, insert, update, delete') as may`,
    );
    expect(row).toEqual({ may: false });
  });
});

describe('causeway_publisher', () => {
  it('may read the outbox', async () => {
    await context.as('causeway_publisher', async (client) => {
      expect((await client.query('select id, payload from outbox.events')).rows).toEqual([]);
    });
  });

  it.each([
    INSERT,
    `update outbox.events set tenant_id = 'other'`,
    'delete from outbox.events',
    `select outbox.emit('user', '1', 'user.x', '{}')`,
    'select outbox.drop_partitions(now())',
    'select * from outbox.captures',
    'select * from inbox.processed',
    'select * from causeway.migrations',
    'select * from shop.orders',
  ])('may not: %s', async (statement) => {
    await context.as('causeway_publisher', async (client) => {
      await expect(client.query(statement)).rejects.toMatchObject(DENIED);
    });
  });
});

describe('a login role of causeway_publisher', () => {
  const changes = `select count(*)::integer as count from pg_logical_slot_peek_binary_changes($1, null, null,
    'proto_version', '1', 'publication_names', 'causeway_outbox')`;

  it.each([
    ['may replicate the outbox with the attribute REPLICATION', 'replication'],
    ['may not replicate without it', 'noreplication'],
  ])('%s', async (_, attribute) => {
    const role = `${context.scratch.name}_publisher`;
    await context.run(`create role ${role} login ${attribute} in role causeway_publisher`);
    const url = new URL(context.scratch.url);
    [url.username, url.password] = [role, ''];
    const client = await connectClient({ url: url.toString(), applicationName: 'outbox-test' });
    const slot = [role];
    try {
      const created = client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, slot);
      if (attribute === 'noreplication') {
        await expect(created).rejects.toMatchObject(DENIED);
        return;
      }
      await created;
      await context.run(INSERT);
      expect((await client.query<{ count: number }>(changes, slot)).rows[0]?.count).toBeGreaterThan(0);
      await client.query('select pg_drop_replication_slot($1)', slot);
    } finally {
      await client.end();
      await context.run(
        'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
        slot,
      );
      await context.run(`drop role ${role}`);
      await context.take();
    }
  });
});

describe('causeway_operator', () => {
  it('may look after partitions and the inbox, and may not write events', async () => {
    await context.as('causeway_operator', async (client) => {
      await client.query('select outbox.ensure_partitions(1), inbox.forget(now()), outbox.drop_partitions(now())');
      await expect(client.query(INSERT)).rejects.toMatchObject(DENIED);
      await expect(client.query(`select outbox.emit('user', '1', 'user.x', '{}')`)).rejects.toMatchObject(DENIED);
    });
  });
});

describe('causeway_consumer', () => {
  it('may note and read what was applied, and no more', async () => {
    await context.as('causeway_consumer', async (client) => {
      await client.query(
        `insert into inbox.processed (consumer, event_id) values ('c', 'e') on conflict do nothing returning event_id`,
      );
      await expect(client.query('delete from inbox.processed')).rejects.toMatchObject(DENIED);
      await expect(client.query('select * from outbox.events')).rejects.toMatchObject(DENIED);
    });
  });
});

describe('a role of no group', () => {
  it('sees nothing', async () => {
    await context.run(`create role ${context.scratch.name}`);
    try {
      for (const statement of [
        'select * from outbox.events',
        INSERT,
        'select outbox.uuid_v7()',
        'select * from inbox.processed',
      ]) {
        await context.as(context.scratch.name, async (client) => {
          await expect(client.query(statement)).rejects.toMatchObject(DENIED);
        });
      }
    } finally {
      await context.run(`drop role ${context.scratch.name}`);
    }
  });
});
