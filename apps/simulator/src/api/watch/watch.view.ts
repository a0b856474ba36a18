import { errorBody, type ErrorBody } from '../../answers/answer.ts';
import type { Channel } from '../../notifications/channel.store.ts';
import { resourceUri } from '../../notifications/callback.body.ts';
import type { Org } from '../../org/org.ts';
import { formatTime } from '../../org/zoho.time.ts';

/** The part of a reply that names a module of a channel. */
export function resource(
  org: Org,
  given: { readonly channel: Channel; readonly module: string },
): Record<string, unknown> {
  return {
    resource_uri: resourceUri(given.module),
    resource_id: org.schema.module(given.module)?.id ?? null,
    resource_name: given.module,
    channel_id: given.channel.id,
  };
}

export const modulesOf = (channel: Channel): string[] => [...new Set(channel.events.map((event) => event.module))];

/** `details.events` of a subscription: the expiry stands in it, which is how the fall back to an hour is noticed. */
export function eventDetails(org: Org, channel: Channel): Record<string, unknown> {
  const events = modulesOf(channel).map((module) => ({
    channel_expiry: formatTime(channel.expiresAt),
    ...resource(org, { channel, module }),
  }));
  return { events };
}

/** A channel in the list of `GET /actions/watch`, once for each module. */
export function showChannel(org: Org, channel: Channel): Record<string, unknown>[] {
  return modulesOf(channel).map((module) => ({
    notify_url: channel.notifyUrl,
    events: channel.events.filter((event) => event.module === module).map((event) => `${event.module}.${event.kind}`),
    token: channel.token,
    fields: null,
    notify_on_related_action: channel.relatedAction,
    return_affected_field_values: channel.affectedValues,
    channel_expiry: formatTime(channel.expiresAt),
    ...resource(org, { channel, module }),
    notification_condition: channel.rawConditions,
  }));
}

export const notSubscribed = (details: Readonly<Record<string, unknown>>): ErrorBody =>
  errorBody('NOT_SUBSCRIBED', 'Not subscribed for actions-watch of the given channel', details);
