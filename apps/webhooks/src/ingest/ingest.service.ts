import type { QueryExecutorProvider } from 'kysely';
import type { Gap } from '../gap/gap.store.ts';
import type { ReceivingChannel } from '../channel/receiving.channel.ts';
import { tokenOf } from './body.token.ts';
import type { ChannelDirectory } from './channel.directory.ts';
import { isTaken } from './content.policy.ts';
import { DeliveryWriter } from './delivery.writer.ts';
import { redactHeaders } from './header.redaction.ts';
import { RateLimit } from './rate.limit.ts';
import { sameSecret } from './token.comparison.ts';

/**
 * `stored`: answered 2xx, and from here on ours to keep. `lost`: Postgres did not take it, with why. What is lost or over the rate is
 * remembered as a gap, which a sweep closes.
 */
export type IngestResult =
  | { readonly kind: 'stored' | 'unauthorised' | 'limited' | 'type_unknown' }
  | { readonly kind: 'lost'; readonly error: unknown };

export interface Delivery {
  readonly address: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** When it arrived; default: now. */
  readonly receivedAt?: Date;
}

export interface IngestOptions {
  readonly db: QueryExecutorProvider;
  readonly channels: ChannelDirectory;
  readonly gaps: { note(lost: Pick<Gap, 'connectionId' | 'module' | 'reason'>): void };
  /** Notifications that one channel may send in a second; twice as many at once. */
  readonly ratePerSecond: number;
  /** Called after notifications were stored. */
  readonly onStored?: () => void;
}

/**
 * Takes a notification: verifies the address and the channel's token, stores the raw body, and nothing else. The answer depends on
 * nobody who works on it later.
 */
export class IngestService {
  readonly #options: IngestOptions;
  readonly #writer: DeliveryWriter;
  readonly #rate: RateLimit;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#writer = new DeliveryWriter(options);
    this.#rate = new RateLimit({ perSecond: options.ratePerSecond, burst: options.ratePerSecond * 2 });
  }

  async take(delivery: Delivery): Promise<IngestResult> {
    const { headers } = delivery;
    if (!isTaken(firstOf(headers['content-type']))) return { kind: 'type_unknown' };
    let channel: ReceivingChannel | null = null;
    try {
      channel = await this.#authorised(delivery);
      if (channel === null) return { kind: 'unauthorised' };
      if (!this.#rate.allows(channel.id, performance.now())) return this.#limited(channel);
      await this.#store(channel, delivery);
      return { kind: 'stored' };
    } catch (error) {
      const { connectionId = null, module = null } = channel ?? {};
      this.#options.gaps.note({ connectionId, module, reason: 'postgres' });
      return { kind: 'lost', error };
    }
  }

  /** The channel whose address and token these are. One that memory does not let in is looked up anew: it may have been rotated. */
  async #authorised({ address, body }: Delivery): Promise<ReceivingChannel | null> {
    const { channels } = this.#options;
    const token = tokenOf(body);
    const known = await channels.find(address);
    if (known === null || opens(known, token)) return known;
    const anew = await channels.find(address, { anew: true });
    return anew !== null && opens(anew, token) ? anew : null;
  }

  #limited({ connectionId, module }: ReceivingChannel): IngestResult {
    this.#options.gaps.note({ connectionId, module, reason: 'rate' });
    return { kind: 'limited' };
  }

  async #store(channel: ReceivingChannel, { headers, body, receivedAt = new Date() }: Delivery): Promise<void> {
    await this.#writer.write({
      channelId: channel.id,
      connectionId: channel.connectionId,
      receivedAt,
      headers: JSON.stringify(redactHeaders(headers)),
      body,
    });
  }
}

/** Compares with each token that is accepted, so that time does not tell which it was. */
function opens({ tokens }: ReceivingChannel, given: string): boolean {
  return tokens.map((token) => sameSecret(given, token)).includes(true);
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
