import { sql, type Kysely } from 'kysely';
import type { IntegrationDatabase } from '#postgres';
import type { SecretBox } from '#zoho';
import { channelOfAddress, type Channel } from '../channel/channel.store.ts';
import { redactHeaders } from './header.redaction.ts';
import { parseBody } from './notification.schema.ts';
import { sameSecret } from './token.comparison.ts';

/** The processor LISTENs on it. */
export const DELIVERIES_CHANNEL = 'causeway_deliveries';

/** `stored`: answered 2xx, and from here on ours to keep. */
export type IngestResult = 'stored' | 'unauthorised';

export interface Delivery {
  readonly address: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Takes a notification: verifies the address and the channel's token, stores the raw body, and nothing else. A body that
 * is no JSON has no token to verify; who knows the address is let in, and the body is kept for a person to look at.
 */
export class IngestService {
  readonly #db: Kysely<IntegrationDatabase>;
  readonly #box: SecretBox;

  constructor(options: { readonly db: Kysely<IntegrationDatabase>; readonly box: SecretBox }) {
    this.#db = options.db;
    this.#box = options.box;
  }

  async take(delivery: Delivery): Promise<IngestResult> {
    const channel = await channelOfAddress(this.#db, this.#box, delivery.address);
    if (channel === null || !tokenMatches(channel, delivery.body)) return 'unauthorised';
    await this.#store(channel, delivery);
    return 'stored';
  }

  async #store(channel: Channel, { headers, body }: Delivery): Promise<void> {
    await sql`
      with stored as (
        insert into webhooks.deliveries (channel_id, connection_id, headers, body)
        values (${channel.id}::bigint, ${channel.connectionId}, ${JSON.stringify(redactHeaders(headers))}::jsonb, ${body})
      ), seen as (
        update webhooks.channels set last_notified_at = now() where id = ${channel.id}::bigint
      )
      select pg_notify(${DELIVERIES_CHANNEL}, '')`.execute(this.#db);
  }
}

function tokenMatches(channel: Channel, body: Buffer): boolean {
  const parsed = parseBody(body);
  if (parsed.kind === 'no_json') return true;
  const given = parsed.kind === 'notification' ? (parsed.notification.token ?? '') : (parsed.token ?? '');
  return sameSecret(given, channel.token);
}
