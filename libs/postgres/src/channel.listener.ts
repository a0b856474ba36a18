import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { errorFields, type Logger } from '#observability';
import { connectClient } from './client.factory.ts';
import { retryDelayMs } from './retry.policy.ts';

export interface ListenOptions {
  readonly url: string;
  readonly channel: string;
  readonly applicationName?: string;
  readonly logger?: Logger;
  /**
   * Called with the payload of each notification, and with null whenever listening has begun, at first and after each lost
   * connection: Postgres keeps no notifications for those who are not there, so look once at what there is to do.
   */
  readonly onNotify: (payload: string | null) => void;
}

export interface Listener {
  close(): Promise<void>;
}

/** How often a silent connection is asked whether it still lives; a firewall may drop one that says nothing. */
const PING_MS = 30_000;

/**
 * Listens on a channel until closed, connecting again by itself for as long as it takes.
 * @throws when the first connection fails (`POSTGRES_UNREACHABLE`, or what the server refuses)
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const listener = new ChannelListener(options);
  await listener.start();
  return listener;
}

class ChannelListener implements Listener {
  readonly #options: ListenOptions;
  readonly #closed = new AbortController();
  #client: Client | undefined;
  #reconnecting: Promise<void> | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { url, channel, onNotify, applicationName = 'causeway-listen' } = this.#options;
    const client = await connectClient({ url, applicationName });
    client.on('notification', (message) => onNotify(message.payload ?? ''));
    try {
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    if (this.#closed.signal.aborted) return client.end();
    this.#client = client;
    const ping = setInterval(() => void ask(client), PING_MS);
    client.once('end', () => {
      clearInterval(ping);
      this.#client = undefined;
      if (!this.#closed.signal.aborted) this.#reconnecting ??= this.#reconnect();
    });
    onNotify(null);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#reconnecting;
    await this.#client?.end();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closed;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await sleep(retryDelayMs({ attempt, baseMs: 100, mostMs: 10_000, random: Math.random() }), undefined, {
          signal,
        });
        await this.start();
        break;
      } catch (error) {
        if (!signal.aborted)
          this.#options.logger?.warn({ attempt, ...errorFields(error) }, 'not listening, trying again');
      }
    }
    this.#reconnecting = undefined;
  }
}

/** Ends a connection that does not answer; its `end` then begins the next one. */
async function ask(client: Client): Promise<void> {
  try {
    // A setting of pg's that its types do not know.
    await client.query({ text: 'select 1', query_timeout: PING_MS / 3 } as { text: string });
  } catch {
    await client.end();
  }
}
