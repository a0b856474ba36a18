import { connectClient, createScratchDatabase, migrate, migrationFolder, type ScratchDatabase } from '#postgres';
import { OutboxContext } from '../test/outbox.context.ts';
import { capture } from './capture.call.ts';

/** A database whose owner is no superuser, as with most providers of managed Postgres. */
let context: OutboxContext;
let owned: ScratchDatabase;
let url: string;

beforeAll(async () => {
  // Its migrations make the groups, which are the cluster's.
  context = await OutboxContext.open();
  const adminUrl = context.scratch.url;
  owned = await createScratchDatabase({ adminUrl, prefix: 'owned' });
  await context.run(`create role ${owned.name} login createrole password 'owner'`);
  await context.run(`alter database ${owned.name} owner to ${owned.name}`);
  const address = new URL(owned.url);
  address.username = owned.name;
  address.password = 'owner';
  url = address.toString();
});

afterAll(async () => {
  await owned.drop();
  await context.run(`drop role ${owned.name}`);
  await context.close();
});

it('is installed and captures for an owner who is no superuser', async () => {
  await migrate({ url, folder: migrationFolder('product') });
  const client = await connectClient({ url, applicationName: 'install-test' });
  await client.query('create table users (id text primary key)');
  await capture(client, { table: 'users', aggregateType: 'user', idColumn: 'id', columns: ['id'] });
  await client.query(`insert into users values ('u1')`);
  const { rows } = await client.query('select event_type, aggregate_id from outbox.events');
  await client.query('select outbox.ensure_partitions(9), outbox.drop_partitions(now())');
  await client.end();
  expect(rows).toEqual([{ event_type: 'user.created', aggregate_id: 'u1' }]);
});
