import { Client, Connection, type ClientConfig } from 'pg';
import { connectionRefusal } from './connection.refusal.ts';
import type { ConnectionSettings } from './connection.settings.ts';

const NOT_SUPPORTED = 'N'.charCodeAt(0);

/** The driver's connection with what its types leave out. */
interface Negotiating extends Connection {
  stream: Connection['stream'];
  ssl: unknown;
  connect(port: number, host: string): void;
  attachListeners(stream: Connection['stream']): void;
}
const DriverConnection = Connection as unknown as new (config: ConnectionOptions) => Negotiating;
type ConnectionOptions = Pick<ClientConfig, 'ssl' | 'keepAlive'>;

/**
 * A connection that goes on in plain text when the server answers that it does not speak TLS, as libpq does with
 * `sslmode=prefer`; the driver knows this mode by name only, and gives up.
 */
class PreferringConnection extends DriverConnection {
  override connect(port: number, host: string): void {
    super.connect(port, host);
    const { stream } = this;
    const [negotiate] = stream.listeners('data') as ((answer: Buffer) => void)[];
    if (negotiate === undefined) return;
    stream.removeAllListeners('data');
    stream.once('data', (answer: Buffer) => {
      if (answer.length !== 1 || answer[0] !== NOT_SUPPORTED) return negotiate(answer);
      this.ssl = false;
      this.attachListeners(stream);
      // The driver's word for: the start-up message may go out.
      this.emit('sslconnect');
      return undefined;
    });
  }
}

/** What a single client of the driver takes for these settings. Use it once: it may hold the connection itself. */
export function clientConfig(settings: ConnectionSettings): ClientConfig {
  const { ssl, keepAlive, plainAllowed } = settings;
  if (!plainAllowed || ssl === false) return settings;
  const connection = new PreferringConnection({ ssl, keepAlive });
  return { ...settings, connection } as ClientConfig;
}

/** The driver's client, with libpq's `sslmode` and errors that say what to correct. */
export class PostgresClient extends Client {
  readonly #settings: ConnectionSettings;

  constructor(settings: ConnectionSettings) {
    super(clientConfig(settings));
    this.#settings = settings;
  }

  override connect(): Promise<this>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<this> | void {
    const explain = (error: Error): Error => connectionRefusal(error, this.#settings) ?? error;
    // Pools give a callback.
    if (callback !== undefined) {
      const connected: Connected = (error) => callback(error === null ? null : explain(error));
      return super.connect(connected as (error: Error) => void);
    }
    return super.connect().then(
      () => this,
      (error: Error) => {
        throw explain(error);
      },
    );
  }
}

type Connected = (error: Error | null) => void;
