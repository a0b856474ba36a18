import type { Kysely, Transaction } from 'kysely';
import { decodeEvent, isCausewayError, type CausewayEvent } from '#contracts';
import type { Logger } from '#observability';
import { transaction } from '#postgres';
import { admit } from './admission.call.ts';
import type { Consumed } from './consumption.call.ts';
import type { BatchHandler, BatchReport, InboxRecord, SetAside } from './inbox.types.ts';
import { faultOf } from './poison.error.ts';
import { redriveNext } from './redrive.call.ts';
import { underSavepoint } from './savepoint.call.ts';
import { heldKeys, keyName, putAside, sourceKeyOf, type Kept } from './set-aside.store.ts';

export interface InboxOptions<DB> {
  readonly db: Kysely<DB>;
  /** Who applies the events: a name that stays the same over deployments, such as the consumer group. */
  readonly consumer: string;
  /**
   * After an event that cannot be applied: `hold` sets later ones of its key aside behind it, so that their order is kept;
   * `pass` goes on with them.
   */
  readonly poison?: 'hold' | 'pass';
  readonly logger?: Logger;
  /** Told after the commit: for metrics. */
  readonly onSetAside?: (entry: SetAside) => void;
}

const HELD = { code: 'INBOX_KEY_HELD', reason: 'an earlier event of the key is set aside' };

/**
 * Applies events once, each in one transaction with the note that it was, in order for each key. What cannot be applied is set aside
 * with its reason and can be redriven; a lost connection or a conflict is thrown on, so that the events come again.
 */
export class Inbox<DB> {
  readonly #options: InboxOptions<DB>;

  constructor(options: InboxOptions<DB>) {
    this.#options = options;
  }

  /** Applies one event. Not applied: it was before, or it was set aside (and told to `onSetAside`). */
  async consume<T>(event: CausewayEvent, apply: (trx: Transaction<DB>) => Promise<T>): Promise<Consumed<T>> {
    const results: T[] = [];
    const { applied } = await this.take([event], async (trx) => {
      results.splice(0, results.length, await apply(trx));
    });
    const [result] = results;
    return applied === 1 ? { applied: true, result: result as T } : { applied: false };
  }

  /** Applies records of Kafka; those that are no events are set aside with `EVENT_MALFORMED`. Commit their offsets after it. */
  async takeRecords(records: readonly InboxRecord[], handler: BatchHandler<DB>): Promise<BatchReport> {
    const events: CausewayEvent[] = [];
    const unreadable: Kept[] = [];
    for (const record of records) {
      try {
        events.push(decodeEvent(record));
      } catch (error) {
        if (!isCausewayError(error)) throw error;
        unreadable.push({ record, code: error.code, reason: error.message });
      }
    }
    return this.#take(events, { handler, unreadable });
  }

  /**
   * Applies events in their order, in one transaction and with one call of the handler where it succeeds; where it fails each
   * by itself, and those at fault are set aside. @throws what may pass by itself; nothing was applied then
   */
  take(events: readonly CausewayEvent[], handler: BatchHandler<DB>): Promise<BatchReport> {
    return this.#take(events, { handler, unreadable: [] });
  }

  /** Applies again what was asked for (`inbox.redrive`), oldest first; call it now and then. Returns how many were applied. */
  async redrive(handler: BatchHandler<DB>): Promise<number> {
    const { db, consumer, logger } = this.#options;
    const holds = this.#holds;
    for (let applied = 0; ;) {
      const done = await transaction(db, (trx) => redriveNext(trx, { consumer, holds, handler }));
      if (done === null) return applied;
      if (done.fault === null) applied += 1;
      const { id, fault } = done;
      logger?.info({ consumer, setAsideId: id, code: fault?.code ?? null }, 'an event was redriven');
    }
  }

  get #holds(): boolean {
    return this.#options.poison !== 'pass';
  }

  async #take(
    events: readonly CausewayEvent[],
    given: { readonly handler: BatchHandler<DB>; readonly unreadable: readonly Kept[] },
  ): Promise<BatchReport> {
    const { db, consumer, logger, onSetAside } = this.#options;
    const { fresh, kept } = await transaction(db, async (trx) => {
      const admitted = await admit(trx, { consumer, eventIds: events.map(({ id }) => id) });
      const isNew = events.filter(({ id }) => admitted.delete(id));
      const faulty = [...given.unreadable, ...(await this.#apply(trx, isNew, given.handler))];
      await putAside(trx, consumer, faulty);
      return { fresh: isNew, kept: faulty };
    });
    const setAside = kept.map((one): SetAside => ({ code: one.code, reason: one.reason, sourceKey: sourceKeyOf(one) }));
    for (const entry of setAside) {
      logger?.warn({ consumer, event: entry.sourceKey, code: entry.code }, 'an event was set aside');
      onSetAside?.(entry);
    }
    const applied = fresh.length - kept.filter((one) => 'event' in one).length;
    return { applied, repeated: events.length - fresh.length, setAside };
  }

  /** Returns those that could not be applied. */
  async #apply(
    trx: Transaction<DB>,
    fresh: readonly CausewayEvent[],
    handler: BatchHandler<DB>,
  ): Promise<readonly Kept[]> {
    const held = this.#holds ? await heldKeys(trx, this.#options.consumer, fresh) : new Set<string>();
    const free = fresh.filter((event) => !held.has(keyName(event)));
    if (free.length === fresh.length && (await appliesAtOnce(trx, free, handler))) return [];
    const kept: Kept[] = [];
    for (const event of fresh) {
      const fault = held.has(keyName(event)) ? HELD : await faultOfOne(trx, event, handler);
      if (fault === null) continue;
      kept.push({ event, ...fault });
      if (this.#holds) held.add(keyName(event));
    }
    return kept;
  }
}

/** False when one of the events is at fault; then nothing of it was applied. */
async function appliesAtOnce<DB>(
  trx: Transaction<DB>,
  events: readonly CausewayEvent[],
  handler: BatchHandler<DB>,
): Promise<boolean> {
  if (events.length === 0) return true;
  try {
    await underSavepoint(trx, () => handler(trx, events));
    return true;
  } catch (error) {
    if (faultOf(error) === null) throw error;
    return false;
  }
}

async function faultOfOne<DB>(
  trx: Transaction<DB>,
  event: CausewayEvent,
  handler: BatchHandler<DB>,
): Promise<{ code: string; reason: string } | null> {
  try {
    await underSavepoint(trx, () => handler(trx, [event]));
    return null;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null) throw error;
    return fault;
  }
}
