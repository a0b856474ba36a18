import type { JsonObject } from '#contracts';
import type { Caller } from '../call.types.ts';
import { zohoTime } from '../zoho.time.ts';
import { readEnded, readWatched, type ChannelOutcome, type EndOutcome } from './watch.answer.ts';

/** A notification channel as it is asked for (reference 7.1). */
export interface Channel {
  /** A decimal number of our choice, as text. */
  readonly channelId: string;
  /** `Leads.create`, `Leads.edit`, `Leads.delete`, `Leads.all`. */
  readonly events: readonly string[];
  readonly notifyUrl: string;
  /** At most a week from now: more silently becomes one hour, so read the expiry that comes back. */
  readonly expiresAt: Date;
  /** At most 50 characters; comes back with each notification, which carries no signature. */
  readonly token: string;
  readonly returnAffectedFieldValues?: boolean;
  /** Edits are notified only where one of these fields changed. At most ten fields (reference 7.1). */
  readonly condition?: ChannelCondition;
}

/** Fields of one module, by the ids and names of its metadata: the CRM wants both and refuses those that do not match. */
export interface ChannelCondition {
  readonly module: { readonly id: string; readonly apiName: string };
  readonly fields: readonly { readonly id: string; readonly apiName: string }[];
}
/** More fields than this cannot be named in a condition (reference 7.1). */
export const MOST_CONDITION_FIELDS = 10;

const PATH = '/actions/watch';

/** Subscribes to channels; an outcome for each, in input order. */
export function enableWatch(caller: Caller, channels: readonly Channel[]): Promise<ChannelOutcome[]> {
  const ids = channels.map(({ channelId }) => channelId);
  return caller.run({ kind: 'watch_enable', method: 'POST', path: PATH, body: bodyOf(channels), records: 0 }, (reply) =>
    readWatched(reply, ids),
  );
}

/** Replaces existing channels and so extends their life; one that is not there (any more) is rejected with `gone`. */
export function renewWatch(caller: Caller, channels: readonly Channel[]): Promise<ChannelOutcome[]> {
  const ids = channels.map(({ channelId }) => channelId);
  return caller.run({ kind: 'watch_update', method: 'PUT', path: PATH, body: bodyOf(channels), records: 0 }, (reply) =>
    readWatched(reply, ids),
  );
}

/** Ends channels. One that is not there is rejected with `gone`. */
export function disableWatch(caller: Caller, channelIds: readonly string[]): Promise<EndOutcome[]> {
  return caller.run(
    { kind: 'watch_disable', method: 'DELETE', path: PATH, query: { channel_ids: channelIds.join(',') }, records: 0 },
    (reply) => readEnded(reply, channelIds),
  );
}

function bodyOf(channels: readonly Channel[]): JsonObject {
  return {
    watch: channels.map((channel) => ({
      channel_id: channel.channelId,
      events: [...channel.events],
      notify_url: channel.notifyUrl,
      channel_expiry: zohoTime(channel.expiresAt),
      token: channel.token,
      // Zoho's default is true and multiplies notifications of our own writes (reference 12.15).
      notify_on_related_action: false,
      return_affected_field_values: channel.returnAffectedFieldValues ?? false,
      ...(channel.condition === undefined ? {} : { notification_condition: [conditionOf(channel.condition)] }),
    })),
  };
}

function conditionOf({ module, fields }: ChannelCondition): JsonObject {
  const [first, ...others] = fields.map(({ id, apiName }): JsonObject => ({ field: { api_name: apiName, id } }));
  if (first === undefined) throw new RangeError('a condition names at least one field');
  // A group has at most two members, so more fields nest.
  const selection = others.reduce<JsonObject>(
    (inner, field) => ({ group_operator: 'or', group: [field, inner] }),
    first,
  );
  return { type: 'field_selection', module: { api_name: module.apiName, id: module.id }, field_selection: selection };
}
