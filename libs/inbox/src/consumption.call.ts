import { requireTransaction, type TransactionHandle } from '#postgres';
import { admit } from './admission.call.ts';
import { underSavepoint } from './savepoint.call.ts';

export interface Consumption {
  readonly consumer: string;
  /** The event's id (`ce_id`), not its place in Kafka: the same event may come from two places. */
  readonly eventId: string;
}

export type Consumed<T> = { readonly applied: true; readonly result: T } | { readonly applied: false };

/**
 * Applies one event in the caller's transaction, once: `apply` runs only if the consumer has not applied it before, and the
 * note that it did commits with the change. When `apply` fails the note is taken back with all that it wrote, even if the
 * caller commits the rest, so that the event is applied when it comes again; the error is thrown on.
 * @throws CausewayError `TRANSACTION_REQUIRED` outside of a transaction
 */
export async function consume<H extends TransactionHandle, T>(
  trx: H,
  { consumer, eventId }: Consumption,
  apply: (trx: H) => Promise<T>,
): Promise<Consumed<T>> {
  requireTransaction(trx, 'consume');
  return underSavepoint(trx, async (): Promise<Consumed<T>> => {
    const fresh = await admit(trx, { consumer, eventIds: [eventId] });
    return fresh.has(eventId) ? { applied: true, result: await apply(trx) } : { applied: false };
  });
}
