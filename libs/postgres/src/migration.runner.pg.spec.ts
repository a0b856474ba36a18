import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { adminUrl, withClient } from '../test/server.ts';
import { migrationFolder, readMigrations } from './migration.files.ts';
import { migrate } from './migration.runner.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch.database.ts';

const databases: ScratchDatabase[] = [];
const folders: string[] = [];

async function database(): Promise<ScratchDatabase> {
  const created = await createScratchDatabase({ adminUrl: adminUrl(), prefix: 'migrate' });
  databases.push(created);
  return created;
}

async function folder(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'causeway-migrations-'));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

async function tables(url: string): Promise<string[]> {
  const sql = `select table_name from information_schema.tables where table_schema = 'public' order by 1`;
  return withClient(url, async (client) =>
    (await client.query(sql)).rows.map((row: { table_name: string }) => row.table_name),
  );
}

afterAll(async () => {
  await Promise.all(databases.map((created) => created.drop()));
  await Promise.all(folders.map((path) => rm(path, { recursive: true })));
});

describe('migrate', () => {
  it('applies numbered files in order, once, and ignores other files', async () => {
    const { url } = await database();
    const path = await folder({
      '0002_b.sql': 'create table b (a integer references a (id));',
      '0001_a.sql': 'create table a (id integer primary key);',
      'schema.sql': 'this is not SQL',
      'README.md': 'nor this',
    });
    expect(await migrate({ url, folder: path })).toEqual(['0001_a.sql', '0002_b.sql']);
    expect(await migrate({ url, folder: path })).toEqual([]);
    await writeFile(join(path, '0003_c.sql'), 'create table c ();');
    expect(await migrate({ url, folder: path })).toEqual(['0003_c.sql']);
    expect(await tables(url)).toEqual(['a', 'b', 'c']);
  });

  it('refuses to go on when an applied file has another text', async () => {
    const { url } = await database();
    const path = await folder({ '0001_a.sql': 'create table a ();' });
    await migrate({ url, folder: path });
    await writeFile(join(path, '0001_a.sql'), 'create table other ();');
    await writeFile(join(path, '0002_b.sql'), 'create table b ();');
    await expect(migrate({ url, folder: path })).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      details: { name: '0001_a.sql' },
    });
    expect(await tables(url)).toEqual(['a']);
  });

  it('rolls a failing file back, says where it failed, and goes on with it when it is corrected', async () => {
    const { url } = await database();
    const path = await folder({
      '0001_a.sql': 'create table a ();',
      '0002_b.sql': 'create table b ();\n\nselect nonsense from b;\n',
    });
    await expect(migrate({ url, folder: path })).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      details: { name: '0002_b.sql', line: 3, reason: expect.stringContaining('nonsense') },
    });
    expect(await tables(url)).toEqual(['a']);
    await writeFile(join(path, '0002_b.sql'), 'create table b ();');
    expect(await migrate({ url, folder: path })).toEqual(['0002_b.sql']);
  });

  it('applies each file once when several processes start at the same time', async () => {
    const { url } = await database();
    const path = await folder({
      '0001_a.sql': 'create table a (id integer);',
      '0002_b.sql': 'insert into a values (1);',
      '0003_c.sql': 'create table c ();',
    });
    const runs = await Promise.all(Array.from({ length: 6 }, () => migrate({ url, folder: path })));
    expect(runs.flat().sort()).toEqual(['0001_a.sql', '0002_b.sql', '0003_c.sql']);
    expect(await withClient(url, async (client) => (await client.query('select * from a')).rowCount)).toBe(1);
  });

  it('makes the cluster-wide roles once when several databases are migrated at the same time', async () => {
    const prefix = `t${randomBytes(4).toString('hex')}_`;
    const files = await readMigrations(migrationFolder('product'));
    const path = await folder(
      Object.fromEntries(files.map(({ name, text }) => [name, text.replaceAll('causeway_', prefix)])),
    );
    const urls = (await Promise.all(Array.from({ length: 5 }, database))).map(({ url }) => url);
    await Promise.all(urls.map((url) => migrate({ url, folder: path })));
    const roles = await withClient(adminUrl(), (client) =>
      client.query<{ rolname: string }>('select rolname from pg_roles where starts_with(rolname, $1) order by 1', [
        prefix,
      ]),
    );
    expect(roles.rows.map(({ rolname }) => rolname.slice(prefix.length))).toEqual([
      'consumer',
      'emitter',
      'operator',
      'publisher',
    ]);
    await Promise.all(databases.splice(-5).map((created) => created.drop()));
    for (const { rolname } of roles.rows)
      await withClient(adminUrl(), (client) => client.query(`drop role ${rolname}`));
  });

  it('keeps folders apart in one database', async () => {
    const { url } = await database();
    expect(await migrate({ url, folder: migrationFolder('product') })).not.toEqual([]);
    const path = await folder({ '0001_outbox.sql': 'create table a ();' });
    expect(await migrate({ url, folder: path })).toEqual(['0001_outbox.sql']);
  });

  it('says when Postgres does not answer', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    await expect(migrate({ url, folder: migrationFolder('product') })).rejects.toMatchObject({
      code: 'POSTGRES_UNREACHABLE',
      details: { host: '127.0.0.1', port: 1 },
    });
  });
});
