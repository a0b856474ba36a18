import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, QueryResultRow } from 'pg';
import { connectClient } from '#postgres';
import { endChild, freePort, reachableBinaries, runToEnd, untilLine } from '#stack';

/** Postgres refuses to run as root; this user exists everywhere. */
const NOBODY = 65_534;
const READY = /database system is ready to accept (read-only )?connections/;
const SETTINGS = {
  wal_level: 'logical',
  // Limits stay as initdb has written them: a standby starts with none below those.
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
};

export type ServerSettings = Readonly<Record<string, string>>;

/** A Postgres server of a test's own, which may be set up, killed and promoted as the test likes. */
export interface OwnServer {
  readonly url: string;
  readonly port: number;
  /** One statement on a connection of its own. */
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  kill(): Promise<void>;
  /** Lets it end in order. */
  stop(): Promise<void>;
  /** Ends it in order first if it runs. */
  restart(settings?: ServerSettings): Promise<void>;
  /** Puts lines in front of those of pg_hba.conf and has them read. */
  hba(lines: string): Promise<void>;
}

export interface OwnServers extends AsyncDisposable {
  /** A new cluster; each is a copy of one that was initialised once, so all have one system identifier. */
  start(settings?: ServerSettings): Promise<OwnServer>;
  /** A standby of a server that was just started: its WAL is still there from the beginning. */
  standby(primary: OwnServer, given: { readonly slot: string; readonly settings?: ServerSettings }): Promise<OwnServer>;
}

export async function openServers(): Promise<OwnServers> {
  const ids = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = await mkdtemp(join(tmpdir(), 'causeway-own-'));
  await chmod(folder, 0o755);
  const binaries = await reachableBinaries(folder, ids);
  const clusters = join(folder, 'clusters');
  await mkdir(clusters);
  if (ids.uid !== undefined) await chown(clusters, ids.uid, ids.gid);
  const template = join(clusters, 'template');
  const run = (program: string, args: string[]): Promise<string> =>
    runToEnd(spawn(program, args, { ...ids, cwd: clusters }), program);
  const init = ['-D', template, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await run(binaries.initdb, [...init, '--wal-segsize=1']);
  const servers: OwnServer[] = [];
  let copies = 0;

  const launch = async (data: string, settings: ServerSettings): Promise<OwnServer> => {
    let child: ChildProcess;
    const port = await freePort();
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const begin = async (more: ServerSettings = {}): Promise<void> => {
      const flags = Object.entries({ ...SETTINGS, ...settings, ...more }).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]);
      child = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...flags], { ...ids, cwd: data });
      const orphan = child;
      process.once('exit', () => orphan.kill('SIGKILL'));
      await untilLine(child, { pattern: READY, what: 'Postgres', timeoutMs: 60_000 });
    };
    const connected = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
      const client = await connectClient({ url, applicationName: 'causeway-test' });
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    };
    const query = <Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> =>
      connected(async (client) => (await client.query<Row>(sql, values)).rows);
    await begin();
    const server: OwnServer = {
      url,
      port,
      query,
      kill: async () => {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      },
      stop: () => endChild(child, 'SIGINT'),
      restart: async (more) => {
        await endChild(child, 'SIGINT');
        await begin(more);
      },
      hba: async (lines) => {
        await writeFile(join(data, 'pg_hba.conf'), `${lines}\nhost all all 127.0.0.1/32 trust\n`);
        await query('select pg_reload_conf()');
      },
    };
    servers.push({ ...server, kill: () => endChild(child, 'SIGQUIT') });
    return server;
  };

  const copy = async (name: string): Promise<string> => {
    const data = join(clusters, `${name}-${(copies += 1)}`);
    await run('cp', ['-a', template, data]);
    return data;
  };
  return {
    start: async (settings = {}) => launch(await copy('primary'), settings),
    standby: async (primary, { slot, settings = {} }) => {
      await primary.query('select pg_create_physical_replication_slot($1, true)', [slot]);
      const data = await copy('standby');
      await appendFile(join(data, 'standby.signal'), '');
      const conninfo = `host=127.0.0.1 port=${primary.port} user=postgres dbname=postgres`;
      return launch(data, {
        primary_conninfo: conninfo,
        primary_slot_name: slot,
        hot_standby_feedback: 'on',
        ...settings,
      });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(servers.map((server) => server.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
