import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { LogicalReplicationService } from 'pg-logical-replication';
import { CausewayError } from '#contracts';
import { clientConfig, connectionRefusal, connectionSettings } from '#postgres';
import { CopyReader, type CopyHandlers } from './copy.reader.ts';
import { formatLsn, NO_LSN, type Lsn } from './lsn.ts';
import { readServerIdentity, type ServerIdentity } from './server.identity.ts';
import { OUTPUT_PLUGIN } from './slot.ts';

/** Used where the server has no limit of its own. */
const DEFAULT_SENDER_TIMEOUT_MS = 60_000;

/** SQLSTATE of "skipped loading publication"; the text of a message depends on the server's language. */
const PUBLICATION_SKIPPED = '55000';

/** What of pg's connection is used: the copy stream both ways, and the socket for pausing. */
export interface CopyConnection {
  readonly stream: Socket;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

export interface ReplicationTarget {
  readonly url: string;
  readonly slotName: string;
  readonly publicationName: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Where to begin; the server raises it to the slot's confirmed flush in silence. */
  readonly startLsn?: Lsn;
  /** Also send logical messages (`pg_logical_emit_message`). */
  readonly messages?: boolean;
}

export interface ReplicationConnection {
  readonly copy: CopyConnection;
  readonly identity: ServerIdentity;
  /** The server gives up a client that it has not heard from for this long. */
  readonly senderTimeoutMs: number;
  /** Settles when the stream is over; undefined after an end that was asked for. */
  readonly ended: Promise<unknown>;
  /** Closes the connection whatever state it is in. */
  end(): Promise<void>;
}

interface ConnectionHandlers extends CopyHandlers {
  /** A warning of the server that the stream cannot be trusted any more. */
  readonly onProblem: (error: CausewayError) => void;
}

/**
 * Opens the copy stream of a slot, which makes this process its one reader. pg-logical-replication brings the connection and
 * the start of the copy stream; reading and answering are ours, because it confirms what was received, not what was stored.
 * @throws DatabaseError 55006 when the slot is read by somebody else; see `classifyReplicationError` for all others.
 */
export async function openReplication(
  target: ReplicationTarget,
  handlers: ConnectionHandlers,
): Promise<ReplicationConnection> {
  const settings = connectionSettings(target.url);
  const service = new LogicalReplicationService(
    { application_name: target.applicationName, ...clientConfig(settings) },
    { acknowledge: { auto: false, timeoutSeconds: 0 } },
  );
  // It emits what the returned promise rejects with as well; without a listener the emit would throw.
  service.on('error', () => undefined);
  const plugin = copyPlugin(target, handlers);
  const ended = service.subscribe(plugin, target.slotName).then(
    () => undefined,
    (error: unknown) => error ?? new Error('the stream ended'),
  );
  const started = new Promise<void>((resolve) => {
    service.on('start', resolve);
  });
  const failure = await Promise.race([started.then(() => null), ended.then((error) => ({ error }))]);
  if (failure !== null || plugin.opened === undefined) {
    await service.destroy();
    const error = failure?.error ?? new CausewayError('REPLICATION_BROKEN', { details: { slot: target.slotName } });
    throw connectionRefusal(error, settings) ?? error;
  }
  return { ...plugin.opened, ended, end: async () => void (await service.destroy()) };
}

type Opened = Pick<ReplicationConnection, 'copy' | 'identity' | 'senderTimeoutMs'>;

/** The one hook that pg-logical-replication gives to its client: it lets the plugin send START_REPLICATION. */
function copyPlugin(target: ReplicationTarget, handlers: ConnectionHandlers) {
  const plugin = {
    name: OUTPUT_PLUGIN,
    options: {},
    opened: undefined as Opened | undefined,
    parse: () => undefined,
    async start(client: Client): Promise<unknown> {
      // Values come as text: fixed here, whatever role or database have set.
      await client.query(`set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set extra_float_digits to 1`);
      await client.query(`set bytea_output to 'hex'; set intervalstyle to 'postgres'`);
      // The server's warnings are part of the protocol here, so nobody may have switched them off.
      await client.query('set client_min_messages to warning');
      const identity = await readServerIdentity(client);
      const senderTimeoutMs = await readSenderTimeout(client);
      const copy = (client as unknown as { connection: CopyConnection }).connection;
      // The last answer has been read to its end, so nothing of the stream is in pg's parser; it still gets all but copy data.
      CopyReader.attach(copy.stream, handlers);
      client.on('notice', ({ code }) => {
        if (code !== PUBLICATION_SKIPPED) return;
        const problem = 'the server passed over changes that were made while it was missing';
        handlers.onProblem(
          new CausewayError('PUBLICATION_MISSING', { details: { publication: target.publicationName, problem } }),
        );
      });
      plugin.opened = { copy, identity, senderTimeoutMs };
      return client.query(startCommand(target));
    },
  };
  return plugin;
}

function startCommand({ slotName, publicationName, startLsn = NO_LSN, messages = false }: ReplicationTarget): string {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const publications = quoted(publicationName).replaceAll("'", "''");
  const options = [
    `proto_version '1'`,
    `publication_names '${publications}'`,
    ...(messages ? [`messages 'true'`] : []),
  ];
  return `START_REPLICATION SLOT ${quoted(slotName)} LOGICAL ${formatLsn(startLsn)} (${options.join(', ')})`;
}

/** The setting may differ by role and database, so the session itself is asked. */
async function readSenderTimeout(client: Client): Promise<number> {
  const { rows } = await client.query<{ ms: string }>(
    `select setting as ms from pg_settings where name = 'wal_sender_timeout'`,
  );
  const ms = Number(rows[0]?.ms);
  return ms > 0 ? ms : DEFAULT_SENDER_TIMEOUT_MS;
}
