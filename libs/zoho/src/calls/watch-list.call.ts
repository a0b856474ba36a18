import { z } from 'zod';
import { classifyRead } from '../answer/answer.classify.ts';
import type { Caller } from '../call.types.ts';
import type { Failure } from '../outcome.types.ts';
import { instantOf } from '../zoho.time.ts';
import { infoSchema } from './record.read.ts';

/** A channel as the CRM lists it; `token` is left out since it is a secret. */
export interface ListedChannel {
  readonly channelId: string;
  readonly module: string | null;
  readonly events: readonly string[];
  readonly notifyUrl: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number | null;
}

export interface ListWatchOptions {
  readonly channelId?: string;
  readonly module?: string;
  /** From 1. */
  readonly page?: number;
}

export type ChannelsResult =
  { readonly kind: 'ok'; readonly channels: readonly ListedChannel[]; readonly more: boolean } | Failure;

const listSchema = z.looseObject({
  watch: z.array(
    z.looseObject({
      channel_id: z.union([z.string(), z.number().int()]).transform(String),
      resource_name: z.string().nullable().optional(),
      events: z.array(z.string()).nullable().optional(),
      notify_url: z.string().nullable().optional(),
      channel_expiry: z.string().nullable().optional(),
    }),
  ),
  info: infoSchema,
});

/** Lists this application's channels (reference 7.1); none is an empty list. */
export function listWatch(caller: Caller, options: ListWatchOptions = {}): Promise<ChannelsResult> {
  const query = { channel_id: options.channelId, module: options.module, page: options.page?.toString() };
  return caller.run({ kind: 'watch_list', method: 'GET', path: '/actions/watch', query, records: 0 }, (reply) => {
    const result = classifyRead(reply, listSchema);
    if (result.kind !== 'ok') return result;
    const channels = (result.body?.watch ?? []).map((each) => ({
      channelId: each.channel_id,
      module: each.resource_name ?? null,
      events: each.events ?? [],
      notifyUrl: each.notify_url ?? null,
      expiresAt: instantOf(each.channel_expiry),
    }));
    return { kind: 'ok', channels, more: result.body?.info?.more_records ?? false };
  });
}
