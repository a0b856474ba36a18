import { setTimeout as wait } from 'node:timers/promises';
import { sql, type Kysely, type QueryExecutorProvider } from 'kysely';
import { putAudit } from '#ledger';
import { transaction, type IntegrationDatabase } from '#postgres';
import type { Operator } from '../operator.ts';

/** A notification channel as operators see it; never its address or token. */
export interface ChannelReport {
  readonly id: string;
  readonly connection: string;
  readonly module: string;
  readonly events: readonly string[];
  /** Edits of other fields are not notified; empty: all are. */
  readonly fields: readonly string[];
  /** `subscribed`; `rotating` while the secrets before these are accepted too; `failing`, `expired`; `new` before the first subscription. */
  readonly state: 'subscribed' | 'rotating' | 'failing' | 'expired' | 'new';
  readonly expiresAt: string | null;
  readonly secondsLeft: number | null;
  /** Less than a quarter of its life is left, and the webhook service renews at half of it: something keeps it from doing so. */
  readonly isLate: boolean;
  readonly lastNotifiedAt: string | null;
  readonly failure: string | null;
}

interface Row extends Omit<ChannelReport, 'expiresAt' | 'lastNotifiedAt'> {
  readonly expiresAt: Date | null;
  readonly lastNotifiedAt: Date | null;
}

/** All channels, by connection and module. */
export async function listChannels(db: QueryExecutorProvider): Promise<ChannelReport[]> {
  const { rows } = await sql<Row>`
    select id::text, connection_id as connection, module, events, fields, expires_at as "expiresAt",
           greatest(0, extract(epoch from expires_at - now()))::integer as "secondsLeft",
           coalesce(now() > subscribed_at + (expires_at - subscribed_at) * 0.75, false) as "isLate", last_notified_at as "lastNotifiedAt", failure_reason as failure,
           case when expires_at < now() then 'expired' when failed_at is not null then 'failing'
                when subscribed_at is null then 'new' when previous_token_sealed is not null then 'rotating' else 'subscribed' end as state
      from webhooks.channels order by connection_id, module`.execute(db);
  return rows.map((row) => ({
    ...row,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastNotifiedAt: row.lastNotifiedAt?.toISOString() ?? null,
  }));
}

/** Which channels: one by its id, or those of a connection, or of a module; nothing said: all. */
export interface ChannelChoice {
  readonly id?: string | undefined;
  readonly connection?: string | undefined;
  readonly module?: string | undefined;
}

/**
 * Asks the keeper of the webhook service to renew channels, or to give them new secrets, and waits until the CRM has granted it.
 * @returns the channels that were asked for, with whether it was done in time; empty: there is no such channel
 */
export async function askKeeper(
  db: Kysely<IntegrationDatabase>,
  ask: ChannelChoice & { readonly what: 'renew' | 'rotate'; readonly timeoutMs: number; readonly operator: Operator },
): Promise<(ChannelReport & { readonly done: boolean })[]> {
  const asked = await transaction(db, async (trx) => {
    const channels = await markAsked(trx, ask);
    const { operator, what } = ask;
    const entries = channels.map(({ id, connection, module }) => {
      return { ...operator, verb: `channels ${what}`, connectionId: connection, details: { channel: id, module } };
    });
    await putAudit(trx, entries);
    return channels.map(({ id }) => id);
  });
  const deadline = Date.now() + ask.timeoutMs;
  for (;;) {
    const waiting = await stillAsked(db, asked);
    if (waiting.size === 0 || Date.now() >= deadline) {
      const channels = (await listChannels(db)).filter(({ id }) => asked.includes(id));
      return channels.map((channel) => ({ ...channel, done: !waiting.has(channel.id) }));
    }
    await wait(200);
  }
}

async function markAsked(
  db: QueryExecutorProvider,
  ask: ChannelChoice & { readonly what: 'renew' | 'rotate' },
): Promise<{ id: string; connection: string; module: string }[]> {
  const { what } = ask;
  const [id, connection, module] = [ask.id ?? null, ask.connection ?? null, ask.module ?? null];
  const { rows } = await sql<{ id: string; connection: string; module: string }>`
    update webhooks.channels
       set renew_asked_at = clock_timestamp(),
           rotate_asked_at = case when ${what}::text = 'rotate' then clock_timestamp() else rotate_asked_at end
     where (${id}::bigint is null or id = ${id}::bigint) and (${connection}::text is null or connection_id = ${connection}::text)
       and (${module}::text is null or module = ${module}::text)
    returning id::text, connection_id as connection, module`.execute(db);
  return rows;
}

async function stillAsked(db: QueryExecutorProvider, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id::text from webhooks.channels
     where id = any(${[...ids]}::bigint[]) and (renew_asked_at is not null or rotate_asked_at is not null)`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
