import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { listConnections } from '#connections';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import type { SecretBox } from '#zoho';
import { retireSecrets } from '../channel/channel.store.ts';
import { asLeader } from '../leader.lock.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import { ChannelKeeper, type Watcher } from './channel.keeper.ts';
import { ConditionReader } from './condition.reader.ts';
import { wantedChannels, type WatchingMapping } from './wanted.channels.ts';

/** How often channels are looked at; a channel's own life is hours. */
const ROUND_MS = 5000;

export interface KeeperOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  readonly clients: { clientOf(connectionId: string): Promise<Watcher> };
  /** The active packs. */
  readonly mappings: readonly WatchingMapping[];
  /** Where the CRM reaches this service, without a slash at the end. */
  readonly notifyUrl: () => string;
  readonly lifeMs: number;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
  /** Milliseconds between two rounds. */
  readonly roundMs?: number;
}

/** The keeper: the channels that packs and settings want, subscribed, renewed and rotated by one process at a time. */
export class KeeperService {
  readonly #options: KeeperOptions;
  readonly #keeper: ChannelKeeper;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#keeper = new ChannelKeeper({ ...options, conditions: new ConditionReader(options) });
  }

  /** Returns after the first round; others follow by themselves. */
  async start(): Promise<void> {
    await this.#round();
    this.#running = this.#goOn();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await wait(this.#options.roundMs ?? ROUND_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const { db, logger } = this.#options;
    try {
      await asLeader(db, 'keeper', () => this.#keepAll());
    } catch (error) {
      logger.error(errorFields(error), 'the keeper failed and tries again');
    }
  }

  async #keepAll(): Promise<void> {
    const { db, clients, mappings, logger } = this.#options;
    await retireSecrets(db);
    const connections = await listConnections(db);
    for (const connection of connections.filter(({ state }) => state === 'active')) {
      const wanted = wantedChannels(connection, mappings);
      // One connection's trouble is none of the others'.
      await this.#keeper
        .keep({ connection, wanted, clientOf: () => clients.clientOf(connection.id) })
        .catch((error: unknown) => {
          logger.error({ connection: connection.id, ...errorFields(error) }, 'channels could not be kept');
        });
    }
  }
}
