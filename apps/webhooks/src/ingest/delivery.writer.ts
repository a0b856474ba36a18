import { sql, type QueryExecutorProvider } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import { faultPoint } from '../fault.points.ts';

/** The processor LISTENs on it, for what is given back to it by others. */
export const DELIVERIES_CHANNEL = 'causeway_deliveries';

/** A notification as it is kept. */
export interface NewDelivery {
  readonly channelId: string;
  readonly connectionId: string;
  readonly receivedAt: Date;
  /** Redacted, as JSON text. */
  readonly headers: string;
  readonly body: Buffer;
}

/** One statement's worth. */
const GROUP = { most: 256, mostBytes: 4 * 1024 * 1024 };
/** Groups that are stored at the same time: while one waits for its commit the next one fills. */
const WRITERS = 2;
/** Under load groups begin at least so far apart: each costs a call and a commit, and whoever waits gains more by fewer of them. */
const GATHER_MS = 4;
/** When a channel was last heard of is not worth a new version of its row each time. */
const HEARD_MS = 5000;
/** Most channels of which that is remembered. */
const MOST_CHANNELS = 10_000;
/** What waits to be stored; beyond, a notification is answered at once that it is lost, and memory stays bounded. */
const QUEUE_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 5000;

interface Waiting {
  readonly delivery: NewDelivery;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface DeliveryWriterOptions {
  readonly db: QueryExecutorProvider;
  /** Called after each commit. The processor is in the same process: a NOTIFY in each commit would make commits wait for one another. */
  readonly onStored?: () => void;
}

/**
 * Stores notifications, those that come at the same moment in one statement and so in one commit. Each caller is told after the
 * commit that holds its own.
 */
export class DeliveryWriter {
  readonly #options: DeliveryWriterOptions;
  readonly #heardAt = new Map<string, number>();
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #writing = 0;
  #beganAt = -GATHER_MS;

  constructor(options: DeliveryWriterOptions) {
    this.#options = options;
  }

  /** @throws when it is not stored, or nobody knows */
  write(delivery: NewDelivery): Promise<void> {
    const bytes = bytesOf(delivery);
    if (this.#queuedBytes + bytes > QUEUE_BYTES) return Promise.reject(new Error('too much waits to be stored'));
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ delivery, resolve, reject });
      if (this.#writing < WRITERS) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#writing += 1;
    while (this.#queue.length > 0) {
      const pause = this.#beganAt + GATHER_MS - performance.now();
      // Those that arrive in the same turn of the loop go together in any case.
      await (pause > 0 ? wait(pause) : Promise.resolve());
      const group = this.#next();
      if (group.length > 0) await this.#store(group);
    }
    this.#writing -= 1;
  }

  #next(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { delivery } of this.#queue) {
      bytes += bytesOf(delivery);
      if (count > 0 && (bytes > GROUP.mostBytes || count >= GROUP.most)) break;
      count += 1;
    }
    const group = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    for (const { delivery } of group) this.#queuedBytes -= bytesOf(delivery);
    if (count > 0) this.#beganAt = performance.now();
    return group;
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`Postgres did not answer within ${TIMEOUT_MS} ms`)),
      TIMEOUT_MS,
    );
    try {
      await Promise.race([insert(this.#options.db, group, { heard: this.#newlyHeard(group) }), late.promise]);
      faultPoint('notification stored');
      for (const { resolve } of group) resolve();
      this.#options.onStored?.();
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #newlyHeard(group: readonly Waiting[]): string[] {
    const now = performance.now();
    const channels = new Set(group.map(({ delivery }) => delivery.channelId));
    const heard = [...channels].filter((id) => now - (this.#heardAt.get(id) ?? -HEARD_MS) >= HEARD_MS);
    if (this.#heardAt.size > MOST_CHANNELS) this.#heardAt.clear();
    for (const id of heard) this.#heardAt.set(id, now);
    return heard;
  }
}

function bytesOf({ body, headers }: NewDelivery): number {
  return body.length + headers.length + 200;
}

async function insert(
  db: QueryExecutorProvider,
  group: readonly Waiting[],
  { heard }: { readonly heard: readonly string[] },
): Promise<void> {
  const of = <T>(pick: (delivery: NewDelivery) => T): T[] => group.map(({ delivery }) => pick(delivery));
  const update = sql`with heard as (
    update webhooks.channels set last_notified_at = now() where id = any(${heard}::bigint[])
  )`;
  await sql`
    ${heard.length > 0 ? update : sql``}
    insert into webhooks.deliveries (channel_id, connection_id, received_at, headers, body)
    select * from unnest(${of(({ channelId }) => channelId)}::bigint[], ${of(({ connectionId }) => connectionId)}::text[],
                         ${of(({ receivedAt }) => receivedAt.toISOString())}::timestamptz[],
                         ${of(({ headers }) => headers)}::jsonb[], ${of(({ body }) => body)}::bytea[])`.execute(db);
}
