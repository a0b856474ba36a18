import { sql, type QueryExecutorProvider } from 'kysely';

/** An edit in the CRM that was not taken over, or a record that a person deleted. Never its values. */
export interface ConflictLine {
  readonly id: string;
  readonly connectionId: string;
  readonly recordKey: string;
  readonly recordId: string;
  /** `conflict`, `refused`, `unrecognised` or `deleted`; `unmatched` when asked for. */
  readonly kind: string;
  readonly field: string | null;
  readonly restored: boolean;
  /** Id of the CRM's user. */
  readonly changedBy: string | null;
  readonly changedAt: Date;
  /** Names the values: two lines with one hash are about one value. */
  readonly productHash: string | null;
  readonly crmHash: string | null;
}

export interface ConflictQuery {
  /** `unmatched`: records that carry a name of ours and have no link, by when they were first seen. They are in no other list. */
  readonly kind?: string;
  /** Only fields that stand now as somebody in the CRM left them: the last line of each. */
  readonly contested?: boolean;
  readonly limit?: number;
}

/** What people changed that is not theirs alone, newest first. */
export async function listConflicts(db: QueryExecutorProvider, query: ConflictQuery = {}): Promise<ConflictLine[]> {
  const { kind = null, contested = false, limit = 1000 } = query;
  if (kind === 'unmatched') return contested ? [] : listUnmatched(db, limit);
  const { rows } = await sql<ConflictLine>`
    select id::text, connection_id as "connectionId", record_key as "recordKey", record_id as "recordId", kind, field, restored,
           changed_by as "changedBy", changed_at as "changedAt", encode(product_hash, 'hex') as "productHash",
           encode(crm_hash, 'hex') as "crmHash"
      from webhooks.conflicts c
     where (${kind}::text is null or kind = ${kind})
       and (not ${contested}::boolean or kind in ('conflict', 'refused') and not restored and not exists (
         select from webhooks.conflicts n
          where n.connection_id = c.connection_id and n.record_key = c.record_key and n.field = c.field and n.id > c.id))
     order by c.id desc limit ${limit}`.execute(db);
  return rows;
}

async function listUnmatched(db: QueryExecutorProvider, limit: number): Promise<ConflictLine[]> {
  const { rows } = await sql<ConflictLine>`
    select connection_id || '/' || module || '/' || record_id as id, connection_id as "connectionId", record_key as "recordKey",
           record_id as "recordId", 'unmatched' as kind, field, false as restored, null as "changedBy",
           first_seen_at as "changedAt", null as "productHash", null as "crmHash"
      from webhooks.unmatched
     order by first_seen_at desc, connection_id, module, record_id limit ${limit}`.execute(db);
  return rows;
}
