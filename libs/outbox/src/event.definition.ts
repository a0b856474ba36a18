import type { z } from 'zod';
import type { OutboxEvent } from './event.ts';

type PayloadSchema = z.ZodType<object>;

/** What one event adds to its definition. */
export interface EventOccurrence<S extends PayloadSchema> extends Omit<
  OutboxEvent,
  'aggregateType' | 'eventType' | 'eventVersion' | 'payload'
> {
  readonly payload: z.input<S>;
}

export interface EventDefinition<S extends PayloadSchema> {
  readonly aggregateType: string;
  readonly eventType: string;
  readonly eventVersion: number;
  readonly payload: S;
  /**
   * The event to be emitted, its payload checked and completed by the schema.
   * @throws ZodError when the payload does not fit; nothing has been written then
   */
  of(occurrence: EventOccurrence<S>): OutboxEvent;
}

/**
 * Declares one event of a product: what it is called and what its payload holds.
 *
 * ```ts
 * const userSignedUp = defineEvent({
 *   aggregateType: 'user',
 *   eventType: 'user.signed_up',
 *   payload: z.object({ id: z.string(), email: z.email() }),
 * });
 * await emit(trx, userSignedUp.of({ aggregateId: user.id, payload: user }));
 * ```
 */
export function defineEvent<S extends PayloadSchema>(definition: {
  readonly aggregateType: string;
  readonly eventType: string;
  /** Goes up when consumers of the old form could not read the new one. */
  readonly eventVersion?: number;
  readonly payload: S;
}): EventDefinition<S> {
  const { aggregateType, eventType, eventVersion = 1, payload } = definition;
  return {
    aggregateType,
    eventType,
    eventVersion,
    payload,
    of: (occurrence) => ({
      ...occurrence,
      aggregateType,
      eventType,
      eventVersion,
      payload: payload.parse(occurrence.payload),
    }),
  };
}
