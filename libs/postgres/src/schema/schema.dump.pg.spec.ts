import { adminUrl, withClient } from '../../test/server.ts';
import { migrationFolder } from '../migration.files.ts';
import { migrate } from '../migration.runner.ts';
import { createScratchDatabase } from '../scratch.database.ts';
import { readColumns } from './relation.catalogue.ts';
import { dumpSchema } from './schema.dump.ts';

/** Everything that a dump can show, in a database of its own. */
async function reading(statements: string[]): Promise<{ blocks: string[]; columns: string[] }> {
  const scratch = await createScratchDatabase({ adminUrl: adminUrl(), prefix: 'dump' });
  try {
    await migrate({ url: scratch.url, folder: migrationFolder('product') });
    return await withClient(scratch.url, async (client) => {
      for (const statement of statements) await client.query(statement);
      const columns = (await readColumns(client)).map(
        (row) => `${row.schema}.${row.relation}.${row.column}:${row.type}`,
      );
      return { blocks: await dumpSchema(client), columns };
    });
  } finally {
    await scratch.drop();
  }
}

const SHOP = [
  'create schema shop',
  `create type shop.mood as enum ('sad', 'ok')`,
  'create domain shop.email as text',
  `create table shop.users (
     id bigint generated always as identity primary key,
     email shop.email not null,
     mood shop.mood default 'ok',
     name text collate "C",
     label text generated always as (email || '!') stored,
     constraint email_has_at check (position('@' in email) > 0))`,
  'create index users_by_mood on shop.users (mood) where mood is not null',
  `create function shop.noop() returns trigger language plpgsql as 'begin return null; end'`,
  'create trigger watch after insert on shop.users for each row execute function shop.noop()',
  'grant update (name) on shop.users to causeway_emitter',
  'grant select on shop.users to causeway_emitter',
  `comment on table shop.users is 'it''s them'`,
];

describe('dumpSchema', () => {
  it('shows a table with all that hangs on it', async () => {
    const { blocks } = await reading(SHOP);
    const table = blocks.find((block) => block.startsWith('create table shop.users'));
    expect(table?.split('\n')).toEqual([
      'create table shop.users (',
      '  id bigint generated always as identity not null,',
      '  email shop.email not null,',
      `  mood shop.mood default 'ok'::shop.mood,`,
      '  name text collate "C",',
      `  label text generated always as (((email)::text || '!'::text)) stored,`,
      '  constraint users_pkey PRIMARY KEY (id),',
      `  constraint email_has_at CHECK ((POSITION(('@'::text) IN (email)) > 0))`,
      ');',
      'CREATE INDEX users_by_mood ON shop.users USING btree (mood) WHERE (mood IS NOT NULL);',
      'CREATE TRIGGER watch AFTER INSERT ON shop.users FOR EACH ROW EXECUTE FUNCTION shop.noop();',
      `comment on table shop.users is 'it''s them';`,
      'grant select on shop.users to causeway_emitter;',
      'grant update (name) on shop.users to causeway_emitter;',
    ]);
    expect(blocks).toContain(`create type shop.mood as enum ('sad', 'ok');`);
  });

  it('gives the same text for two databases, whenever and in whatever order they were made', async () => {
    const [one, two] = await Promise.all([reading([]), reading(SHOP)]);
    expect(two.blocks.filter((block) => !block.includes('shop.') && block !== 'create schema shop;')).toEqual(
      one.blocks,
    );
  });

  it('leaves out day partitions and the bookkeeping of the migrator, and keeps the default partition', async () => {
    const text = (await reading([])).blocks.join('\n');
    expect(text).not.toMatch(/events_\d{8}|causeway\.migrations/);
    expect(text).toContain('create table outbox.events_default partition of outbox.events default;');
    expect(text).toContain(
      `create publication causeway_outbox for table outbox.events with (publish = 'insert', publish_via_partition_root = true);`,
    );
  });
});

describe('readColumns', () => {
  it('resolves domains and leaves partitions out', async () => {
    const { columns } = await reading(SHOP);
    expect(columns).toContain('shop.users.email:text');
    expect(columns.filter((name) => name.startsWith('outbox.events'))).toHaveLength(11);
    expect(columns.filter((name) => /outbox\.events_/.test(name))).toEqual([]);
  });
});
