import { headerText, type CausewayEvent } from '#contracts';
import { runStatement, type TransactionHandle } from '#postgres';
import type { InboxRecord } from './inbox.types.ts';
import type { Fault } from './poison.error.ts';

/** What is kept of an event that could not be applied, or of a record that is none. */
export type Kept = Fault & ({ readonly event: CausewayEvent } | { readonly record: InboxRecord });

export function sourceKeyOf(kept: Kept): string {
  if ('event' in kept) return kept.event.id;
  const { topic, partition, offset } = kept.record;
  return `${topic}/${partition}@${offset}`;
}

const INSERT = `
  insert into inbox.set_aside (consumer, source_key, tenant_id, event_key, event_type, event, record_key, record_value,
                               record_headers, code, reason)
  select $1, r.source_key, r.tenant_id, r.event_key, r.event_type, r.event::json, decode(r.record_key, 'base64'),
         decode(r.record_value, 'base64'), r.record_headers::json, r.code, r.reason
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
           as r (source_key, tenant_id, event_key, event_type, event, record_key, record_value, record_headers, code, reason)
      on conflict (consumer, source_key) do nothing`;

/** Keeps events whole with the reason. Kept before (a batch that came again): nothing. */
export async function putAside(trx: TransactionHandle, consumer: string, kept: readonly Kept[]): Promise<void> {
  if (kept.length === 0) return;
  const rows = kept.map((one): (string | null)[] => {
    const fault = [one.code, one.reason];
    if ('event' in one) {
      const { event } = one;
      return [event.id, event.tenantId, event.key, event.type, JSON.stringify(event), null, null, null, ...fault];
    }
    const { key, value, headers } = one.record;
    const texts = Object.fromEntries(Object.keys(headers).map((name) => [name, headerText(headers, name) ?? '']));
    return [sourceKeyOf(one), null, null, null, null, base64(key), base64(value), JSON.stringify(texts), ...fault];
  });
  const columns = Array.from({ length: 10 }, (_, column) => rows.map((row) => row[column] ?? null));
  await runStatement(trx, { text: INSERT, values: [consumer, ...columns] });
}

function base64(bytes: Buffer | string | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}

/** One name for a key of a tenant. */
export function keyName({ tenantId, key }: Pick<CausewayEvent, 'tenantId' | 'key'>): string {
  return JSON.stringify([tenantId, key]);
}

const HELD = `
  select distinct s.tenant_id, s.event_key
    from inbox.set_aside s
    join unnest($2::text[], $3::text[]) as k (tenant_id, event_key) on (s.tenant_id, s.event_key) = (k.tenant_id, k.event_key)
   where s.consumer = $1 and s.ended_at is null`;
const LOCK = `
  select pg_advisory_xact_lock(hashtextextended(name, 0))
    from (select 'inbox/' || $1 || '/' || unnest($2::text[]) as name order by 1) as names`;

/**
 * Keys of the events that have one set aside, so that later ones wait behind it. Such keys are locked until the transaction ends:
 * whoever applies what was set aside has them locked as well, so nothing overtakes it.
 */
export async function heldKeys(
  trx: TransactionHandle,
  consumer: string,
  events: readonly CausewayEvent[],
): Promise<Set<string>> {
  const first = await look(trx, consumer, events);
  if (first.size === 0) return first;
  await lockKeys(trx, consumer, [...first]);
  return look(trx, consumer, events);
}

export async function lockKeys(trx: TransactionHandle, consumer: string, names: readonly string[]): Promise<void> {
  await runStatement(trx, { text: LOCK, values: [consumer, [...names]] });
}

async function look(trx: TransactionHandle, consumer: string, events: readonly CausewayEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const values = [consumer, events.map(({ tenantId }) => tenantId), events.map(({ key }) => key)];
  const rows = await runStatement<{ tenant_id: string; event_key: string }>(trx, { text: HELD, values });
  return new Set(rows.map((row) => keyName({ tenantId: row.tenant_id, key: row.event_key })));
}
