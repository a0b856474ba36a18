import { randomBytes, randomInt } from 'node:crypto';
import { sql, type QueryExecutorProvider } from 'kysely';
import type { SecretBox } from '#zoho';
import { hashOfAddress } from './receiving.channel.ts';

/** A subscription of one module of one connection. */
export interface Channel {
  readonly id: string;
  readonly connectionId: string;
  readonly module: string;
  /** The unguessable part of the address. */
  readonly address: string;
  readonly token: string;
  /** The secrets before these are accepted as well. */
  readonly rotating: boolean;
  /** What the CRM was told last, as one text; null before the first subscription. */
  readonly told: string | null;
  readonly expiresAt: Date | null;
  readonly subscribedAt: Date | null;
  /** When the CRM was last seen to have it. */
  readonly confirmedAt: Date | null;
  readonly renewAskedAt: Date | null;
  readonly rotateAskedAt: Date | null;
}

/** A channel as packs and settings want it. */
export interface WantedChannel {
  readonly module: string;
  /** `create`, `edit`, `delete`. */
  readonly events: readonly string[];
  /** Edits of other fields are not notified; empty: all are. */
  readonly fields: readonly string[];
}

interface ChannelRow {
  id: string;
  connection_id: string;
  module: string;
  address_sealed: string;
  token_sealed: string;
  rotating: boolean;
  told: string | null;
  expires_at: Date | null;
  subscribed_at: Date | null;
  confirmed_at: Date | null;
  renew_asked_at: Date | null;
  rotate_asked_at: Date | null;
}

const COLUMNS = sql`id::text, connection_id, module, address_sealed, token_sealed, previous_token_sealed is not null as rotating,
  told, expires_at, subscribed_at, confirmed_at, renew_asked_at, rotate_asked_at`;

/** All channels of a connection, wanted or not. */
export async function channelsOf(db: QueryExecutorProvider, box: SecretBox, connectionId: string): Promise<Channel[]> {
  const { rows } = await sql<ChannelRow>`
    select ${COLUMNS} from webhooks.channels where connection_id = ${connectionId} order by module`.execute(db);
  return rows.map((row) => open(row, box));
}

/** Makes the channel of a module unless there is one. It is looked at every few seconds, and a look writes nothing. */
export async function ensureChannel(
  db: QueryExecutorProvider,
  box: SecretBox,
  wanted: WantedChannel & { readonly connectionId: string },
): Promise<Channel> {
  const { connectionId, module } = wanted;
  const [fields, events] = [[...wanted.fields], [...wanted.events]];
  const known = await sql<ChannelRow>`
    select ${COLUMNS} from webhooks.channels
     where connection_id = ${connectionId} and module = ${module}
       and fields = ${fields}::text[] and events = ${events}::text[]`.execute(db);
  if (known.rows[0] !== undefined) return open(known.rows[0], box);
  const { address, token } = newSecrets();
  const id = String(randomInt(1, 2 ** 47));
  const { rows } = await sql<ChannelRow>`
    insert into webhooks.channels (id, connection_id, module, address_hash, address_sealed, token_sealed, fields, events)
    values (${id}::bigint, ${connectionId}, ${module}, ${hashOfAddress(address)}, ${box.seal(address, connectionId)},
            ${box.seal(token, connectionId)}, ${fields}::text[], ${events}::text[])
        on conflict (connection_id, module) do update set fields = excluded.fields, events = excluded.events
    returning ${COLUMNS}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('an upsert returns its row');
  return open(row, box);
}

/** Remembers what the CRM was told and until when it will notify. From now on it uses the secrets that it was told. */
export async function storeSubscription(
  db: QueryExecutorProvider,
  subscription: {
    readonly id: string;
    readonly notifyUrl: string;
    readonly told: string;
    readonly expiresAt: Date;
    /** For how long the secrets before these are still accepted: the CRM may have notifications under way. */
    readonly overlapMs: number;
  },
): Promise<void> {
  const { id, notifyUrl, told, expiresAt, overlapMs } = subscription;
  await sql`
    update webhooks.channels
       set notify_url = ${notifyUrl}, told = ${told}, expires_at = ${expiresAt}, subscribed_at = now(), confirmed_at = now(),
           renew_asked_at = null, failed_at = null, failure_code = null, failure_reason = null,
           previous_until = case when previous_token_sealed is null then null
                                 else coalesce(previous_until, now() + make_interval(secs => ${overlapMs / 1000})) end
     where id = ${id}::bigint`.execute(db);
}

/** Gives a channel new secrets. Those before them are accepted until the CRM has used the new ones for a while. */
export async function rotateSecrets(db: QueryExecutorProvider, box: SecretBox, channel: Channel): Promise<Channel> {
  const { address, token } = newSecrets();
  const { id, connectionId } = channel;
  await sql`
    update webhooks.channels
       set previous_address_hash = address_hash, previous_token_sealed = token_sealed, previous_until = null,
           address_hash = ${hashOfAddress(address)}, address_sealed = ${box.seal(address, connectionId)},
           token_sealed = ${box.seal(token, connectionId)}, rotated_at = now(), rotate_asked_at = null
     where id = ${id}::bigint and previous_token_sealed is null`.execute(db);
  return { ...channel, address, token, rotating: true, rotateAskedAt: null };
}

/** Forgets secrets that were rotated out long enough ago; returns the channels. */
export async function retireSecrets(db: QueryExecutorProvider): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update webhooks.channels set previous_address_hash = null, previous_token_sealed = null, previous_until = null
     where previous_until < now() returning id::text`.execute(db);
  return rows.map(({ id }) => id);
}

/** The CRM has these channels, until then at most. */
export async function confirmChannels(
  db: QueryExecutorProvider,
  seen: readonly { readonly id: string; readonly expiresAt: number | null }[],
): Promise<void> {
  const expiries = seen.map(({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt).toISOString()));
  await sql`
    update webhooks.channels c set confirmed_at = now(), expires_at = coalesce(least(c.expires_at, s.expires_at), c.expires_at)
      from unnest(${seen.map(({ id }) => id)}::bigint[], ${expiries}::timestamptz[]) as s (id, expires_at)
     where c.id = s.id`.execute(db);
}

export async function storeFailure(
  db: QueryExecutorProvider,
  failure: { readonly id: string; readonly code: string; readonly reason: string },
): Promise<void> {
  await sql`
    update webhooks.channels set failed_at = now(), failure_code = ${failure.code}, failure_reason = ${failure.reason}
     where id = ${failure.id}::bigint`.execute(db);
}

export async function deleteChannel(db: QueryExecutorProvider, id: string): Promise<void> {
  await sql`delete from webhooks.channels where id = ${id}::bigint`.execute(db);
}

function newSecrets(): { address: string; token: string } {
  // A token has at most 50 characters (reference 7.1).
  return { address: randomBytes(32).toString('base64url'), token: randomBytes(24).toString('base64url') };
}

function open(row: ChannelRow, box: SecretBox): Channel {
  return {
    id: row.id,
    connectionId: row.connection_id,
    module: row.module,
    address: box.open(row.address_sealed, row.connection_id),
    token: box.open(row.token_sealed, row.connection_id),
    rotating: row.rotating,
    told: row.told,
    expiresAt: row.expires_at,
    subscribedAt: row.subscribed_at,
    confirmedAt: row.confirmed_at,
    renewAskedAt: row.renew_asked_at,
    rotateAskedAt: row.rotate_asked_at,
  };
}
