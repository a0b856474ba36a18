import type { QueryExecutorProvider } from 'kysely';
import type { SecretBox } from '#zoho';
import { channelsOfAddresses, hashOfAddress, type ReceivingChannel } from '../channel/receiving.channel.ts';

/** A channel that was looked up this long ago is looked up again: a rotation or an end is noticed within that time. */
const FRESH_MS = 5000;
/** Most channels that are kept; beyond, all are forgotten and looked up as they come. */
const MOST_KEPT = 10_000;

interface Entry {
  readonly channel: ReceivingChannel;
  readonly readAt: number;
}

interface Asked {
  readonly promise: Promise<ReceivingChannel | null>;
  readonly resolve: (channel: ReceivingChannel | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Which channel an address belongs to, from memory where that is fresh. Addresses that are not known are looked up together, one
 * query at a time, so that guessing costs the database next to nothing.
 */
export class ChannelDirectory {
  readonly #db: QueryExecutorProvider;
  readonly #box: SecretBox;
  readonly #known = new Map<string, Entry>();
  #asked = new Map<string, Asked>();
  #asking = false;

  constructor(options: { readonly db: QueryExecutorProvider; readonly box: SecretBox }) {
    this.#db = options.db;
    this.#box = options.box;
  }

  /**
   * Null for an address that we never gave out, or not any more. With `anew` memory does not count.
   * @throws what Postgres throws, unless the channel was known a while ago
   */
  async find(address: string, { anew = false } = {}): Promise<ReceivingChannel | null> {
    const hash = hashOfAddress(address).toString('hex');
    const entry = this.#known.get(hash);
    if (entry !== undefined && !anew && performance.now() - entry.readAt < FRESH_MS) return entry.channel;
    try {
      return await this.#ask(hash);
    } catch (error) {
      // Storing will fail as well, and whose notification was lost is worth knowing.
      if (entry !== undefined) return entry.channel;
      throw error;
    }
  }

  #ask(hash: string): Promise<ReceivingChannel | null> {
    const known = this.#asked.get(hash);
    if (known !== undefined) return known.promise;
    const asked: Asked = Promise.withResolvers<ReceivingChannel | null>();
    this.#asked.set(hash, asked);
    void this.#lookUp();
    return asked.promise;
  }

  async #lookUp(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    while (this.#asked.size > 0) {
      const asked = this.#asked;
      this.#asked = new Map();
      await this.#answer(asked);
    }
    this.#asking = false;
  }

  async #answer(asked: ReadonlyMap<string, Asked>): Promise<void> {
    try {
      const readAt = performance.now();
      const found = await channelsOfAddresses(this.#db, this.#box, [...asked.keys()]);
      if (this.#known.size > MOST_KEPT) this.#known.clear();
      for (const [hash, { resolve }] of asked) {
        const channel = found.get(hash);
        if (channel === undefined) this.#known.delete(hash);
        else this.#known.set(hash, { channel, readAt });
        resolve(channel ?? null);
      }
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }
}
