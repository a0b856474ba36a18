import { sql, type Kysely } from 'kysely';
import { v5 as uuidv5 } from 'uuid';
import type { JsonObject } from '#contracts';
import type { Mapping } from '#mapping';
import { transaction, type IntegrationDatabase } from '#postgres';
import { faultPoint } from '../fault.points.ts';

interface DueRow {
  mapping: string;
  tenant_id: string;
  key: string;
  name: string;
  event_type: string;
  event_version: number;
  subject: string;
  due_at: Date;
  data: JsonObject;
  missed: boolean;
}

/** What came of one look at the schedule. */
export interface FiredTimers {
  readonly fired: number;
  /** Their time was over when they were found. */
  readonly missed: number;
}

export interface FireOptions {
  readonly mappings: readonly Pick<Mapping, 'name' | 'product' | 'topics'>[];
  readonly limit: number;
}

/**
 * Makes events of the entries whose time has come, in the outbox of the integration database and so in the mapping's own topic,
 * and takes them off the schedule, in one transaction. The id of an event is made of the entry's name: one that was made before is
 * dropped by the inbox. Entries of mappings that are not loaded stay.
 */
export function fireDueTimers(db: Kysely<IntegrationDatabase>, { mappings, limit }: FireOptions): Promise<FiredTimers> {
  const byName = new Map(mappings.map((mapping) => [mapping.name, mapping]));
  return transaction(db, async (trx) => {
    const { rows } = await sql<DueRow>`
      delete from relay.timers t
       using (select mapping, tenant_id, key, name from relay.timers
               where due_at <= now() and mapping = any(${[...byName.keys()]}::text[])
               order by due_at limit ${limit} for update skip locked) due
       where (t.mapping, t.tenant_id, t.key, t.name) = (due.mapping, due.tenant_id, due.key, due.name)
      returning t.mapping, t.tenant_id, t.key, t.name, t.event_type, t.event_version, t.subject, t.due_at, t.data,
                t.until_at <= now() as missed`.execute(trx);
    const fired = rows.filter(({ missed }) => !missed);
    const events = fired.flatMap((row) => {
      const mapping = byName.get(row.mapping);
      return mapping === undefined ? [] : [eventOf(row, mapping)];
    });
    await sql`
      select outbox.emit(r.aggregate_type, r.subject, r.event_type, r.data, tenant_id => r.tenant_id,
                         event_version => r.event_version, partition_key => r.key, occurred_at => r.due_at, id => r.id)
        from jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
               as r (aggregate_type text, subject text, event_type text, data jsonb, tenant_id text, event_version integer,
                     key text, due_at timestamptz, id uuid)`.execute(trx);
    if (fired.length > 0) faultPoint('timers told');
    return { fired: fired.length, missed: rows.length - fired.length };
  });
}

/** `<product>.<aggregate type>` names the product's own topic in the outbox of the integration database. */
function eventOf(row: DueRow, { product, topics }: Pick<Mapping, 'product' | 'topics'>): JsonObject {
  const [firstTopic = ''] = topics;
  return {
    id: uuidv5(row.name, uuidv5.URL),
    aggregate_type: `${product}.${firstTopic}`,
    subject: row.subject,
    event_type: row.event_type,
    event_version: row.event_version,
    tenant_id: row.tenant_id,
    key: row.key,
    due_at: row.due_at.toISOString(),
    data: row.data,
  };
}
