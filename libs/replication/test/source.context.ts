import { until } from '#testing';
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { connectClient, createScratchDatabase } from '#postgres';
import { dropSlot } from '../src/slot.ts';

export { until };

/** A database of its own with a small outbox, a publication and a slot name; `dispose` drops all of it. */
export interface SourceContext extends AsyncDisposable {
  readonly url: string;
  readonly client: Client;
  readonly slotName: string;
  readonly publicationName: string;
  insert(...ids: string[]): Promise<void>;
}

const TABLE = `
  create schema outbox;
  create table outbox.events (id text primary key, payload jsonb not null default '{}');
  create publication causeway_outbox for table outbox.events with (publish = 'insert')`;

export async function openSource(): Promise<SourceContext> {
  const adminUrl = process.env['CAUSEWAY_POSTGRES_URL'];
  if (adminUrl === undefined) throw new Error('these tests need CAUSEWAY_POSTGRES_URL; npm test sets it');
  const database = await createScratchDatabase({ adminUrl, prefix: 'replication' });
  const client = await connectClient({ url: database.url, applicationName: 'causeway-test' });
  await client.query(TABLE);
  const slotName = `test_${randomUUID().replaceAll('-', '_')}`;
  return {
    url: database.url,
    client,
    slotName,
    publicationName: 'causeway_outbox',
    insert: async (...ids) => {
      await client.query('insert into outbox.events (id) select unnest($1::text[])', [ids]);
    },
    [Symbol.asyncDispose]: async () => {
      // A walsender that was cut off may hold its slot for a moment; it is ended here, or the drop would fail.
      await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [
        slotName,
      ]);
      await until(async () => {
        return dropSlot(client, slotName).then(
          () => true,
          () => false,
        );
      });
      await client.end();
      await database.drop();
    },
  };
}
