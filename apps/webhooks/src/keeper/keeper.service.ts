import { sql, type Kysely } from 'kysely';
import { listConnections, type Connection } from '#connections';
import type { Mapping } from '#mapping';
import { errorFields, type Logger } from '#observability';
import type { IntegrationDatabase } from '#postgres';
import type { ChannelOutcome, SecretBox, ZohoClient } from '#zoho';
import { ensureChannel, storeSubscription, type Channel } from '../channel/channel.store.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import { expiryFor, renewalOf } from './renewal.policy.ts';

/** How often channels are looked at; a channel's own life is hours. */
const ROUND_MS = 5000;

/** The calls that the keeper makes. */
export interface Watcher {
  readonly watch: Pick<ZohoClient['watch'], 'enable' | 'renew'>;
}

export interface KeeperOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  readonly clients: { clientOf(connectionId: string): Promise<Watcher> };
  /** Where the CRM reaches this service, without a slash at the end. */
  readonly notifyUrl: () => string;
  /** Those of the packs that are loaded: each says what it watches. */
  readonly mappings: readonly Pick<Mapping, 'watched'>[];
  readonly lifeMs: number;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
  /** Milliseconds between two rounds. */
  readonly roundMs?: number;
}

/** The keeper: one channel for each module that a connection watches, subscribed and renewed by one process at a time. */
export class KeeperService {
  readonly #options: KeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#running = this.#round().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), this.#options.roundMs ?? ROUND_MS);
    });
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** The advisory lock makes one replica the leader for the length of a round. */
  async #round(): Promise<void> {
    const { db, logger } = this.#options;
    try {
      await db.transaction().execute(async (trx) => {
        const { rows } = await sql<{ leads: boolean }>`
          select pg_try_advisory_xact_lock(hashtextextended('causeway/keeper', 0)) as leads`.execute(trx);
        if (rows[0]?.leads !== true) return;
        const connections = await listConnections(trx);
        for (const connection of connections.filter(({ state }) => state === 'active')) {
          // One connection's trouble is none of the others'.
          await this.#keep(connection).catch((error: unknown) => {
            logger.error({ connection: connection.id, ...errorFields(error) }, 'channels could not be kept');
          });
        }
      });
    } catch (error) {
      logger.error(errorFields(error), 'the keeper failed and tries again');
    }
  }

  async #keep(connection: Connection): Promise<void> {
    const { db, box, clients, metrics, notifyUrl } = this.#options;
    for (const [module, fields] of this.#wanted(connection)) {
      const channel = await ensureChannel(db, box, { connectionId: connection.id, module, fields });
      const url = `${notifyUrl()}/notifications/${channel.address}`;
      const moved = channel.notifyUrl !== url;
      const action = renewalOf({ ...channel, moved, now: new Date() });
      const labels = { connection: connection.id, module };
      metrics.channelExpiry.set(labels, secondsLeft(channel.expiresAt));
      if (action === 'nothing') continue;
      const expiresAt = await this.#subscribe(await clients.clientOf(connection.id), { channel, action, url });
      if (expiresAt !== null) metrics.channelExpiry.set(labels, secondsLeft(expiresAt));
    }
  }

  /** Modules with the fields whose edits are notified; none: those of all fields. */
  #wanted({ settings }: Connection): Map<string, readonly string[]> {
    const byPacks = this.#options.mappings.flatMap(({ watched }) => Object.keys(watched));
    const bySettings = Object.entries(settings.watch).filter(([, fields]) => fields.length > 0);
    return new Map<string, readonly string[]>([...bySettings, ...byPacks.map((module) => [module, []] as const)]);
  }

  /** Subscribes or renews, and stores the expiry that the CRM answered: it may be shorter than what was asked for. */
  async #subscribe(
    client: Watcher,
    given: { channel: Channel; action: 'subscribe' | 'renew'; url: string },
  ): Promise<Date | null> {
    const { db, lifeMs, logger } = this.#options;
    const { channel, action, url } = given;
    const wanted = {
      channelId: channel.id,
      events: [`${channel.module}.edit`, `${channel.module}.delete`],
      notifyUrl: url,
      expiresAt: expiryFor(new Date(), lifeMs),
      token: channel.token,
    };
    const about = { connection: channel.connectionId, module: channel.module, channelId: channel.id };
    const [outcome] = await (action === 'renew' ? client.watch.renew([wanted]) : client.watch.enable([wanted]));
    if (outcome?.kind === 'rejected' && outcome.gone && action === 'renew') {
      logger.warn({ ...about, code: 'CHANNEL_MISSING' }, 'the CRM forgot a channel; it is subscribed again');
      return this.#subscribe(client, { channel, action: 'subscribe', url });
    }
    const expiresAt = outcome === undefined ? null : expiryOf(outcome);
    if (expiresAt === null) {
      logger.error({ ...about, code: 'CHANNEL_MISSING', outcome: outcome?.kind }, 'a channel could not be subscribed');
      return null;
    }
    await storeSubscription(db, { id: channel.id, notifyUrl: url, expiresAt });
    logger.info({ ...about, action, expiresAt }, 'a channel is subscribed');
    return expiresAt;
  }
}

function expiryOf(outcome: ChannelOutcome): Date | null {
  return outcome.kind === 'watched' ? new Date(outcome.expiresAt) : null;
}

function secondsLeft(expiresAt: Date | null): number {
  return expiresAt === null ? 0 : Math.max(0, (expiresAt.getTime() - Date.now()) / 1000);
}
