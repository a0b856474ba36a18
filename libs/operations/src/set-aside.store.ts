import { sql, type QueryExecutorProvider } from 'kysely';

export interface SetAsideEvent {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly subject: string | null;
  readonly code: string;
  readonly field: string | null;
  readonly setAsideAt: Date;
}

/** Events that could not be used and were not redriven yet, oldest first. Never their payloads. */
export async function listSetAside(db: QueryExecutorProvider, limit = 1000): Promise<SetAsideEvent[]> {
  const { rows } = await sql<SetAsideEvent>`
    select id::text, topic, partition, "offset"::text, event_id as "eventId", event_type as "eventType", subject, code, field,
           set_aside_at as "setAsideAt"
      from relay.set_aside where redriven_at is null order by id limit ${limit}`.execute(db);
  return rows;
}
