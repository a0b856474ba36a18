import { createHash, randomBytes, randomInt } from 'node:crypto';
import { sql, type QueryExecutorProvider } from 'kysely';
import type { SecretBox } from '#zoho';

/** A subscription of one module of one connection. */
export interface Channel {
  readonly id: string;
  readonly connectionId: string;
  readonly module: string;
  /** The unguessable part of the address. */
  readonly address: string;
  readonly token: string;
  /** What the CRM was told last; null before the first subscription. */
  readonly notifyUrl: string | null;
  readonly expiresAt: Date | null;
  readonly subscribedAt: Date | null;
}

interface ChannelRow {
  id: string;
  connection_id: string;
  module: string;
  address_sealed: string;
  token_sealed: string;
  notify_url: string | null;
  expires_at: Date | null;
  subscribed_at: Date | null;
}

export function hashOfAddress(address: string): Buffer {
  return createHash('sha256').update(address).digest();
}

/** Makes the channel of a module unless there is one; its address and token are chosen once. */
export async function ensureChannel(
  db: QueryExecutorProvider,
  box: SecretBox,
  wanted: { readonly connectionId: string; readonly module: string; readonly fields: readonly string[] },
): Promise<Channel> {
  const known = await knownChannel(db, wanted);
  if (known !== undefined) return open(known, box);
  const address = randomBytes(32).toString('base64url');
  // At most 50 characters (reference 7.1).
  const token = randomBytes(24).toString('base64url');
  const id = String(randomInt(1, 2 ** 47));
  const { rows } = await sql<ChannelRow>`
    insert into webhooks.channels (id, connection_id, module, address_hash, address_sealed, token_sealed, fields)
    values (${id}::bigint, ${wanted.connectionId}, ${wanted.module}, ${hashOfAddress(address)}, ${box.seal(address, wanted.connectionId)},
            ${box.seal(token, wanted.connectionId)}, ${[...wanted.fields]}::text[])
        on conflict (connection_id, module) do update set fields = excluded.fields
    returning id::text, connection_id, module, address_sealed, token_sealed, notify_url, expires_at, subscribed_at`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an upsert returns its row');
  return open(row, box);
}

/** The channel as it is wanted, if there is one: it is looked at every few seconds, and a look writes nothing. */
async function knownChannel(
  db: QueryExecutorProvider,
  wanted: { readonly connectionId: string; readonly module: string; readonly fields: readonly string[] },
): Promise<ChannelRow | undefined> {
  const { rows } = await sql<ChannelRow>`
    select id::text, connection_id, module, address_sealed, token_sealed, notify_url, expires_at, subscribed_at
      from webhooks.channels
     where connection_id = ${wanted.connectionId} and module = ${wanted.module}
       and fields = ${[...wanted.fields]}::text[]`.execute(db);
  return rows[0];
}

/** The channel of an address, or null for one that we never gave out. */
export async function channelOfAddress(
  db: QueryExecutorProvider,
  box: SecretBox,
  address: string,
): Promise<Channel | null> {
  const { rows } = await sql<ChannelRow>`
    select id::text, connection_id, module, address_sealed, token_sealed, notify_url, expires_at, subscribed_at
      from webhooks.channels where address_hash = ${hashOfAddress(address)}`.execute(db);
  return rows[0] === undefined ? null : open(rows[0], box);
}

/** Remembers where and until when the CRM said it will notify. */
export async function storeSubscription(
  db: QueryExecutorProvider,
  subscription: { readonly id: string; readonly notifyUrl: string; readonly expiresAt: Date },
): Promise<void> {
  await sql`
    update webhooks.channels
       set notify_url = ${subscription.notifyUrl}, expires_at = ${subscription.expiresAt}, subscribed_at = now()
     where id = ${subscription.id}::bigint`.execute(db);
}

function open(row: ChannelRow, box: SecretBox): Channel {
  return {
    id: row.id,
    connectionId: row.connection_id,
    module: row.module,
    address: box.open(row.address_sealed, row.connection_id),
    token: box.open(row.token_sealed, row.connection_id),
    notifyUrl: row.notify_url,
    expiresAt: row.expires_at,
    subscribedAt: row.subscribed_at,
  };
}
