import { sql, type QueryExecutorProvider } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import { faultPoint } from '../fault.points.ts';

/** The processor LISTENs on it. */
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
/** What waits to be stored; beyond, a notification is answered at once that it is lost, and memory stays bounded. */
const QUEUE_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 5000;

interface Waiting {
  readonly delivery: NewDelivery;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores notifications, those that come at the same moment in one statement and so in one commit. Each caller is told after the
 * commit that holds its own.
 */
export class DeliveryWriter {
  readonly #db: QueryExecutorProvider;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #writing = 0;

  constructor(db: QueryExecutorProvider) {
    this.#db = db;
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
    // Those that arrive in the same turn of the loop go together.
    await Promise.resolve();
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#store(group);
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
    return group;
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const timer = new AbortController();
    try {
      const late = wait(TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`Postgres did not answer within ${TIMEOUT_MS} ms`);
      });
      await Promise.race([insert(this.#db, group), late.catch((error: unknown) => rethrowUnlessAborted(error))]);
      faultPoint('notification stored');
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      timer.abort();
    }
  }
}

function rethrowUnlessAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

function bytesOf({ body, headers }: NewDelivery): number {
  return body.length + headers.length + 200;
}

async function insert(db: QueryExecutorProvider, group: readonly Waiting[]): Promise<void> {
  const of = <T>(pick: (delivery: NewDelivery) => T): T[] => group.map(({ delivery }) => pick(delivery));
  const channels = of(({ channelId }) => channelId);
  // When a channel was last heard of is not worth a new version of its row each time.
  await sql`
    with stored as (
      insert into webhooks.deliveries (channel_id, connection_id, received_at, headers, body)
      select * from unnest(${channels}::bigint[], ${of(({ connectionId }) => connectionId)}::text[],
                           ${of(({ receivedAt }) => receivedAt.toISOString())}::timestamptz[],
                           ${of(({ headers }) => headers)}::jsonb[], ${of(({ body }) => body)}::bytea[])
    ), heard as (
      update webhooks.channels set last_notified_at = now()
       where id = any(${[...new Set(channels)]}::bigint[])
         and (last_notified_at is null or last_notified_at < now() - interval '5 seconds')
    )
    select pg_notify(${DELIVERIES_CHANNEL}, '')`.execute(db);
}
