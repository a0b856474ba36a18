import { z } from 'zod';
import { openItems, type Reply } from '../answer/answer.classify.ts';
import { classifyError } from '../answer/error.classify.ts';
import { errorItemSchema } from '../answer/zoho.items.ts';
import { unknown } from '../failure.make.ts';
import type { Failure } from '../outcome.types.ts';
import { instantOf } from '../zoho.time.ts';

/** A channel that is on. */
export interface WatchedChannel {
  readonly kind: 'watched';
  readonly channelId: string;
  /** When the CRM ends it: the earliest of its modules, in epoch milliseconds. */
  readonly expiresAt: number;
}
export type ChannelOutcome = WatchedChannel | Failure;

/** A channel that is off. */
export interface EndedChannel {
  readonly kind: 'ended';
  readonly channelId: string;
}
export type EndOutcome = EndedChannel | Failure;

const channelIdSchema = z.union([z.string(), z.number().int()]).transform(String);
const placeSchema = z.looseObject({
  channel_id: channelIdSchema.optional(),
  channel_expiry: z.string().nullable().optional(),
});
const successSchema = z.looseObject({
  code: z.literal('SUCCESS'),
  status: z.literal('success'),
  details: placeSchema.extend({ events: z.array(placeSchema).optional() }),
});

/** The outcome of each channel of an enable or update call, in input order (reference 7.1). */
export function readWatched(reply: Reply, channelIds: readonly string[]): ChannelOutcome[] {
  return perChannel(reply, channelIds, (places, channelId) => {
    const expiries = places.map((place) => instantOf(place.channel_expiry)).filter((expiry) => expiry !== null);
    if (expiries.length === 0) return missing();
    return { kind: 'watched', channelId, expiresAt: Math.min(...expiries) };
  });
}

/** The outcome of each channel of a delete call, in input order; answers have an item for each module of a channel. */
export function readEnded(reply: Reply, channelIds: readonly string[]): EndOutcome[] {
  return perChannel(reply, channelIds, (_places, channelId) => ({ kind: 'ended', channelId }));
}

type Place = z.infer<typeof placeSchema>;

function perChannel<T>(
  reply: Reply,
  channelIds: readonly string[],
  read: (places: readonly Place[], channelId: string) => T | Failure,
): (T | Failure)[] {
  const opened = openItems(reply, 'watch');
  if (opened.kind !== 'items') return channelIds.map(() => opened);
  const { items, status } = opened;
  const places = status < 300 ? items.flatMap(placesOf) : [];
  const errors = items.map((item) => errorItemSchema.safeParse(item).data);
  return channelIds.map((channelId, index) => {
    const own = places.filter((place) => place.channel_id === channelId);
    if (own.length > 0) return read(own, channelId);
    // Refusals name no channel: with one item for each channel its place tells, otherwise any refusal stands for it.
    const error =
      (items.length === channelIds.length ? errors[index] : undefined) ?? errors.find((each) => each !== undefined);
    return error === undefined ? missing() : classifyError(error, { effect: 'write', concerns: 'record' });
  });
}

function placesOf(item: unknown): Place[] {
  const parsed = successSchema.safeParse(item);
  if (!parsed.success) return [];
  const { details } = parsed.data;
  return details.events ?? [details];
}

function missing(): Failure {
  return unknown('CHANNEL_NOT_IN_ANSWER', 'CRM_ANSWER_UNREADABLE');
}
