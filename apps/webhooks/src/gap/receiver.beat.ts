import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { errorFields, type Logger } from '#observability';
import { transaction, type IntegrationDatabase } from '#postgres';
import { storeGap, type Gap } from './gap.store.ts';

const BEAT_MS = 5000;
/** A receiver that was silent for this long is taken for dead. */
const DEAD_MS = 20_000;

export interface ReceiverBeatOptions {
  readonly db: Kysely<IntegrationDatabase>;
  /** New at each start of the process. */
  readonly id: string;
  readonly logger: Logger;
  readonly onGap?: (gap: Gap) => void;
  readonly beatMs?: number;
  readonly deadMs?: number;
}

interface Silence {
  readonly since: Date;
  readonly until: Date;
}

/**
 * The life signs of a process that takes notifications. Who finds another silent, itself after a pause, or at its start nobody alive,
 * notes the gap: the CRM does not repeat what nobody took.
 */
export class ReceiverBeat {
  readonly #options: ReceiverBeatOptions;
  readonly #deadSeconds: number;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(options: ReceiverBeatOptions) {
    this.#options = options;
    this.#deadSeconds = (options.deadMs ?? DEAD_MS) / 1000;
  }

  /** Call it when notifications are taken. @throws when Postgres is away */
  async start(): Promise<void> {
    await this.#round({ arriving: true });
    this.#timer = setInterval(() => {
      this.#beating = this.beat();
    }, this.#options.beatMs ?? BEAT_MS);
  }

  /** One sign of life. */
  async beat(): Promise<void> {
    try {
      await this.#round({ arriving: false });
    } catch (error) {
      this.#options.logger.warn(errorFields(error), 'no sign of life could be given');
    }
  }

  /** Call it when no notification is taken any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    const { db, id, logger } = this.#options;
    await sql`update webhooks.receivers set stopped_at = clock_timestamp() where id = ${id}`
      .execute(db)
      .catch((error: unknown) => logger.warn(errorFields(error), 'the end could not be noted'));
  }

  async #round({ arriving }: { readonly arriving: boolean }): Promise<void> {
    const { db, logger, onGap } = this.#options;
    const gaps = await transaction(db, async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('causeway/receivers', 0))`.execute(trx);
      const silences = [...(arriving ? await this.#arrive(trx) : []), ...(await this.#beat(trx))];
      const found = silences.map((silence): Gap => {
        return { connectionId: null, module: null, ...silence, reason: 'downtime' };
      });
      for (const gap of found) await storeGap(trx, gap);
      return found;
    });
    for (const gap of gaps) {
      const { since, until, reason } = gap;
      logger.warn({ code: 'NOTIFICATIONS_MISSED', since, until, gap: reason }, 'nobody took notifications for a while');
      onGap?.(gap);
    }
  }

  /** At the start: the time since anybody was alive. */
  async #arrive(trx: QueryExecutorProvider): Promise<Silence[]> {
    const { id } = this.#options;
    const { rows } = await sql<{ since: Date | null; until: Date; alive: boolean | null }>`
      select max(coalesce(stopped_at, beat_at)) as since, clock_timestamp() as until,
             bool_or(stopped_at is null and beat_at > clock_timestamp() - make_interval(secs => ${this.#deadSeconds})) as alive
        from webhooks.receivers where id <> ${id}`.execute(trx);
    const [row] = rows;
    if (row === undefined || row.since === null || row.alive === true) return [];
    await sql`delete from webhooks.receivers where id <> ${id}`.execute(trx);
    return [{ since: row.since, until: row.until }];
  }

  /** Says that this one lives, and finds those that do not: itself, if it could not say so for long. */
  async #beat(trx: QueryExecutorProvider): Promise<Silence[]> {
    const { id } = this.#options;
    const { rows } = await sql<Silence>`
      with silent as (
        select r.id, r.beat_at from webhooks.receivers r
         where stopped_at is null and beat_at < clock_timestamp() - make_interval(secs => ${this.#deadSeconds})
      ), buried as (
        delete from webhooks.receivers r using silent s where r.id = s.id and r.id <> ${id}
      ), old as (
        delete from webhooks.receivers where stopped_at < clock_timestamp() - interval '1 day' and id <> ${id}
      )
      select beat_at as since, clock_timestamp() as until from silent`.execute(trx);
    await sql`
      insert into webhooks.receivers (id) values (${id})
          on conflict (id) do update set beat_at = clock_timestamp(), stopped_at = null`.execute(trx);
    return rows;
  }
}
