import { sql, type QueryExecutorProvider } from 'kysely';
import type { JsonObject } from '#contracts';
import type { Mapping, Timer } from '#mapping';

/** The entries of the schedule that one state asks for. */
export interface KeyTimers {
  readonly tenantId: string;
  readonly key: string;
  readonly timers: readonly Timer[];
}

/** Puts the entries of these keys in place of those that were there: an entry that a state does not ask for any more never fires. */
export async function storeTimers(
  trx: QueryExecutorProvider,
  mapping: Pick<Mapping, 'name'>,
  keys: readonly KeyTimers[],
): Promise<void> {
  if (keys.length === 0) return;
  const given = JSON.stringify(keys.map(({ tenantId, key }) => ({ tenant_id: tenantId, key })));
  await sql`
    delete from relay.timers t
     using jsonb_to_recordset(${given}::jsonb) as r (tenant_id text, key text)
     where t.mapping = ${mapping.name} and t.tenant_id = r.tenant_id and t.key = r.key`.execute(trx);
  const rows = keys.flatMap(({ tenantId, key, timers }) => timers.map((timer) => rowOf({ tenantId, key }, timer)));
  if (rows.length === 0) return;
  await sql`
    insert into relay.timers (mapping, tenant_id, key, name, event_type, event_version, subject, due_at, until_at, data)
    select ${mapping.name}, r.tenant_id, r.key, r.name, r.event_type, r.event_version, r.subject, r.due_at, r.until_at, r.data
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             as r (tenant_id text, key text, name text, event_type text, event_version integer, subject text,
                   due_at timestamptz, until_at timestamptz, data jsonb)
     where r.until_at > now()`.execute(trx);
}

function rowOf({ tenantId, key }: Pick<KeyTimers, 'tenantId' | 'key'>, timer: Timer): JsonObject {
  return {
    tenant_id: tenantId,
    key,
    name: timer.name,
    event_type: timer.type,
    event_version: timer.version ?? 1,
    subject: timer.subject,
    due_at: timer.at,
    until_at: timer.until,
    data: timer.data,
  };
}
