import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { LogicalReplicationService } from 'pg-logical-replication';
import { CausewayError } from '#contracts';
import { clientConfig, connectionRefusal, connectionSettings } from '#postgres';
import { formatLsn, NO_LSN, type Lsn } from './lsn.ts';
import type { SystemIdentity } from './position.ts';
import { OUTPUT_PLUGIN } from './slot.ts';

/** Used where the server has no limit of its own. */
const DEFAULT_SENDER_TIMEOUT_MS = 60_000;

/** What of pg's connection is used: the copy stream both ways, and the socket for pausing. */
export interface CopyConnection {
  readonly stream: Socket;
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): unknown;
  removeAllListeners(event: string): unknown;
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
  readonly identity: SystemIdentity;
  /** The server gives up a client that it has not heard from for this long. */
  readonly senderTimeoutMs: number;
  /** Settles when the stream is over; undefined after an end that was asked for. */
  readonly ended: Promise<unknown>;
  /** Closes the connection whatever state it is in. */
  end(): Promise<void>;
}

interface ConnectionHandlers {
  readonly onFrame: (frame: Buffer) => void;
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
      const identity = await readIdentity(client);
      const senderTimeoutMs = await readSenderTimeout(client);
      const copy = (client as unknown as { connection: CopyConnection }).connection;
      // Both the service and pg's client listen; the one would decode, the other fails on copy data it did not ask for.
      copy.removeAllListeners('copyData');
      copy.on('copyData', ({ chunk }) => handlers.onFrame(chunk));
      client.on('notice', ({ severity, message }) => {
        if (severity !== 'WARNING' || !/publication/i.test(message ?? '')) return;
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

async function readIdentity(client: Client): Promise<SystemIdentity> {
  const { rows } = await client.query<{ systemid: string; timeline: number | string }>('IDENTIFY_SYSTEM');
  return { systemId: rows[0]?.systemid ?? '', timeline: Number(rows[0]?.timeline) };
}

/** The setting may differ by role and database, so the session itself is asked. */
async function readSenderTimeout(client: Client): Promise<number> {
  const { rows } = await client.query<{ ms: string }>(
    `select setting as ms from pg_settings where name = 'wal_sender_timeout'`,
  );
  const ms = Number(rows[0]?.ms);
  return ms > 0 ? ms : DEFAULT_SENDER_TIMEOUT_MS;
}
