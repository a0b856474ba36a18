import { createHash } from 'node:crypto';
import type { Connection } from '#connections';
import type { Logger } from '#observability';
import type { Channel as AskedChannel, ChannelOutcome, Failure, SecretBox, ZohoCalls } from '#zoho';
import type { Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import {
  channelsOf,
  confirmChannels,
  deleteChannel,
  ensureChannel,
  rotateSecrets,
  storeFailure,
  storeSubscription,
  type Channel,
  type WantedChannel,
} from '../channel/channel.store.ts';
import { faultPoint } from '../fault.points.ts';
import { storeGap, type Gap } from '../gap/gap.store.ts';
import type { WebhooksMetrics } from '../webhooks.metrics.ts';
import type { ConditionReader, MetadataCalls } from './condition.reader.ts';
import { checkIsDue, expiryFor, renewalOf } from './renewal.policy.ts';

/** The calls that the keeper makes. */
export interface Watcher extends MetadataCalls {
  readonly watch: ZohoCalls['watch'];
}

/** So long the secrets before a rotation are accepted once the CRM was told the new ones. */
const OVERLAP_MS = 10 * 60_000;

export interface ChannelKeeperOptions {
  readonly db: Kysely<IntegrationDatabase>;
  readonly box: SecretBox;
  readonly conditions: ConditionReader;
  /** Where the CRM reaches this service, without a slash at the end. */
  readonly notifyUrl: () => string;
  readonly lifeMs: number;
  readonly logger: Logger;
  readonly metrics: WebhooksMetrics;
}

interface Kept {
  readonly connection: Connection;
  readonly wanted: readonly WantedChannel[];
  readonly clientOf: () => Promise<Watcher>;
}

/** Keeps the channels of one connection as they are wanted. */
export class ChannelKeeper {
  readonly #options: ChannelKeeperOptions;

  constructor(options: ChannelKeeperOptions) {
    this.#options = options;
  }

  async keep({ connection, wanted, clientOf }: Kept): Promise<void> {
    const { db, box } = this.#options;
    const channels: Channel[] = [];
    for (const want of wanted) channels.push(await ensureChannel(db, box, { connectionId: connection.id, ...want }));
    const forgotten = await this.#check(channels, clientOf);
    for (const [index, want] of wanted.entries()) {
      const channel = channels[index];
      if (channel !== undefined) await this.#keepOne(channel, { want, clientOf, forgotten });
    }
    await this.#end(connection.id, { channels, clientOf });
  }

  async #keepOne(
    given: Channel,
    rest: { want: WantedChannel; clientOf: Kept['clientOf']; forgotten: ReadonlySet<string> },
  ): Promise<void> {
    const { db, box, metrics, notifyUrl } = this.#options;
    const { want, clientOf, forgotten } = rest;
    // A second rotation waits: what the CRM still uses must not be forgotten.
    const rotates = given.rotateAskedAt !== null && !given.rotating;
    const channel = rotates ? await rotateSecrets(db, box, given) : given;
    const url = `${notifyUrl()}/notifications/${channel.address}`;
    const told = toldOf({ want, url, token: channel.token });
    const asked = channel.renewAskedAt !== null || channel.told !== told;
    const isForgotten = forgotten.has(channel.id);
    const action = isForgotten ? 'subscribe' : renewalOf({ ...channel, changed: asked, now: new Date() });
    metrics.channelExpiry.set(labelsOf(channel), secondsLeft(channel.expiresAt));
    if (action === 'nothing') return;
    const client = await clientOf();
    const { connectionId } = channel;
    const condition = await this.#options.conditions.read(client, { connectionId, wanted: want });
    const expiresAt = expiryFor(new Date(), this.#options.lifeMs);
    const wanted: AskedChannel = {
      channelId: channel.id,
      events: want.events.map((event) => `${channel.module}.${event}`),
      notifyUrl: url,
      expiresAt,
      token: channel.token,
      ...(condition === undefined ? {} : { condition }),
    };
    await this.#subscribe(client, { channel, action, wanted, told, isForgotten });
  }

  /** Subscribes or renews, and stores the expiry that the CRM answered: it may be shorter than what was asked for. */
  async #subscribe(
    client: Watcher,
    given: {
      channel: Channel;
      action: 'subscribe' | 'renew';
      wanted: AskedChannel;
      told: string;
      isForgotten: boolean;
    },
  ): Promise<void> {
    const { db, logger, metrics } = this.#options;
    const { channel, action, wanted, told, isForgotten } = given;
    const about = { connection: channel.connectionId, module: channel.module, channelId: channel.id };
    const [outcome] = await (action === 'renew' ? client.watch.renew([wanted]) : client.watch.enable([wanted]));
    if (outcome?.kind === 'rejected' && outcome.gone && action === 'renew') {
      logger.warn({ ...about, code: 'CHANNEL_MISSING' }, 'the CRM forgot a channel; it is subscribed again');
      return this.#subscribe(client, { ...given, action: 'subscribe', isForgotten: true });
    }
    if (outcome?.kind !== 'watched') return this.#failed(channel, outcome);
    faultPoint('channel subscribed');
    const expiresAt = new Date(outcome.expiresAt);
    await storeSubscription(db, {
      id: channel.id,
      notifyUrl: wanted.notifyUrl,
      told,
      expiresAt,
      overlapMs: OVERLAP_MS,
    });
    await this.#noteGap(channel, isForgotten);
    metrics.channelExpiry.set(labelsOf(channel), secondsLeft(expiresAt));
    logger.info({ ...about, action, expiresAt }, 'a channel is subscribed');
  }

  async #failed(channel: Channel, outcome: ChannelOutcome | undefined): Promise<void> {
    const { db, logger, metrics } = this.#options;
    const { connectionId: connection, module, id } = channel;
    const failure = outcome as Failure | undefined;
    const reason = failure?.reason ?? 'the CRM did not say what became of it';
    await storeFailure(db, { id, code: failure?.code ?? 'CRM_ANSWER_UNREADABLE', reason });
    metrics.channelFailures.inc({ connection, module });
    const about = { connection, module, channelId: id, code: 'CHANNEL_MISSING', outcome: outcome?.kind, reason };
    logger.error(about, 'a channel could not be subscribed');
  }

  /** The time in which the CRM had no channel is a gap. A channel that never was has none: its module is read as a whole. */
  async #noteGap(channel: Channel, isForgotten: boolean): Promise<void> {
    const { db, logger, metrics } = this.#options;
    const { connectionId, module, subscribedAt, expiresAt, confirmedAt } = channel;
    const until = new Date();
    const hasExpired = expiresAt !== null && expiresAt <= until;
    if (subscribedAt === null || (!hasExpired && !isForgotten)) return;
    const since = isForgotten ? (confirmedAt ?? subscribedAt) : (expiresAt ?? subscribedAt);
    const gap: Gap = { connectionId, module, since, until, reason: isForgotten ? 'forgotten' : 'expired' };
    await storeGap(db, gap);
    metrics.gaps.inc({ reason: gap.reason });
    const about = { connection: connectionId, module, since, until, gap: gap.reason };
    logger.warn({ ...about, code: 'NOTIFICATIONS_MISSED' }, 'a channel was silent for a while; a sweep is due');
  }

  /** Asks the CRM now and then which channels it has: those that it forgot, and those of ours that nobody wants. */
  async #check(channels: readonly Channel[], clientOf: Kept['clientOf']): Promise<ReadonlySet<string>> {
    const { db, logger, notifyUrl } = this.#options;
    const subscribed = channels.filter(({ expiresAt }) => expiresAt !== null && expiresAt > new Date());
    if (!checkIsDue({ confirmed: subscribed.map(({ confirmedAt }) => confirmedAt), now: new Date() })) return new Set();
    const client = await clientOf();
    const listed = new Map<string, { notifyUrl: string | null; expiresAt: number | null }>();
    for (let page = 1, more = true; more; page += 1) {
      const answer = await client.watch.list({ page });
      // Nothing is concluded from an answer that failed.
      if (answer.kind !== 'ok') return new Set();
      for (const channel of answer.channels) listed.set(channel.channelId, channel);
      more = answer.more;
    }
    const here = subscribed.filter(({ id }) => listed.has(id));
    await confirmChannels(
      db,
      here.map(({ id }) => ({ id, expiresAt: listed.get(id)?.expiresAt ?? null })),
    );
    const ids = new Set(channels.map(({ id }) => id));
    const ours = `${notifyUrl()}/notifications/`;
    const strays = [...listed].filter(([id, { notifyUrl: url }]) => !ids.has(id) && url?.startsWith(ours) === true);
    if (strays.length > 0) {
      await client.watch.disable(strays.map(([id]) => id));
      logger.warn({ channels: strays.length }, 'channels that nobody wants were ended');
    }
    const missing = subscribed.filter(({ id }) => !listed.has(id));
    for (const { connectionId: connection, module, id } of missing) {
      const about = { connection, module, channelId: id, code: 'CHANNEL_MISSING' };
      logger.warn(about, 'the CRM forgot a channel; it is subscribed again');
    }
    return new Set(missing.map(({ id }) => id));
  }

  /** Ends channels of modules that are not wanted any more. */
  async #end(
    connectionId: string,
    { channels, clientOf }: { channels: readonly Channel[]; clientOf: Kept['clientOf'] },
  ): Promise<void> {
    const { db, box, logger, metrics } = this.#options;
    const kept = new Set(channels.map(({ id }) => id));
    const ended = (await channelsOf(db, box, connectionId)).filter(({ id }) => !kept.has(id));
    for (const channel of ended) {
      const { id, subscribedAt, module } = channel;
      if (subscribedAt !== null) {
        const [outcome] = await (await clientOf()).watch.disable([id]);
        const isOver = outcome?.kind === 'ended' || (outcome?.kind === 'rejected' && outcome.gone);
        if (!isOver) continue;
      }
      await deleteChannel(db, id);
      metrics.channelExpiry.remove(labelsOf(channel));
      logger.info(
        { connection: connectionId, module, channelId: id },
        'a channel that is not wanted any more was ended',
      );
    }
  }
}

/** What the CRM is told, as one text that tells no secret. */
function toldOf(given: { want: WantedChannel; url: string; token: string }): string {
  const { want, url, token } = given;
  return createHash('sha256')
    .update(JSON.stringify([want.events, want.fields, url, token]))
    .digest('hex');
}

function labelsOf({ connectionId, module }: Channel): { connection: string; module: string } {
  return { connection: connectionId, module };
}

function secondsLeft(expiresAt: Date | null): number {
  return expiresAt === null ? 0 : Math.max(0, (expiresAt.getTime() - Date.now()) / 1000);
}
