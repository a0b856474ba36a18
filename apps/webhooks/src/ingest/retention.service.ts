import { sql, type QueryExecutorProvider } from 'kysely';
import { errorFields, type Logger } from '#observability';

/** Bodies that one statement deletes. */
const AT_ONCE = 5000;
const ROUND_MS = 10 * 60_000;

/** Forgets notifications that were worked on and are older than the retention; returns how many. */
export async function forgetDeliveries(db: QueryExecutorProvider, keptMs: number): Promise<number> {
  for (let forgotten = 0; ;) {
    const { rows } = await sql<{ count: number }>`
      with old as (
        select id from webhooks.deliveries
         where received_at < now() - make_interval(secs => ${keptMs / 1000}) and processed_at is not null limit ${AT_ONCE}
           for update skip locked
      ), gone as (
        delete from webhooks.deliveries d using old where d.id = old.id returning 1
      )
      select count(*)::integer as count from gone`.execute(db);
    const count = rows[0]?.count ?? 0;
    forgotten += count;
    if (count < AT_ONCE) return forgotten;
  }
}

/** Forgets old notifications now and then. */
export class RetentionService {
  readonly #options: { readonly db: QueryExecutorProvider; readonly keptMs: number; readonly logger: Logger };
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: { readonly db: QueryExecutorProvider; readonly keptMs: number; readonly logger: Logger }) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#round();
    this.#timer = setInterval(() => {
      this.#running = this.#round();
    }, ROUND_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    const { db, keptMs, logger } = this.#options;
    try {
      const forgotten = await forgetDeliveries(db, keptMs);
      if (forgotten > 0) logger.info({ forgotten }, 'old notifications were forgotten');
    } catch (error) {
      logger.error(errorFields(error), 'old notifications could not be forgotten');
    }
  }
}
