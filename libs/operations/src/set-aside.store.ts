import { sql, type QueryExecutorProvider } from 'kysely';
import { selected, type SetAsideSelection } from '#folding';

export interface SetAsideEvent {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly subject: string | null;
  readonly tenantId: string | null;
  readonly code: string;
  readonly field: string | null;
  readonly setAsideAt: Date;
  /** How often it was tried again, and when last. */
  readonly redrives: number;
  readonly redriveTriedAt: Date | null;
}

const COLUMNS = sql`
  id::text, topic, partition, "offset"::text, event_id as "eventId", event_type as "eventType", subject, tenant_id as "tenantId",
  code, field, set_aside_at as "setAsideAt", redrives, redrive_tried_at as "redriveTriedAt"`;

/** Events that could not be used and were not redriven yet, oldest first. Never their payloads. */
export async function listSetAside(
  db: QueryExecutorProvider,
  { limit = 1000, ...selection }: SetAsideSelection & { readonly limit?: number } = {},
): Promise<SetAsideEvent[]> {
  const { rows } = await sql<SetAsideEvent>`
    select ${COLUMNS} from relay.set_aside where ${selected(selection)} order by id limit ${limit}`.execute(db);
  return rows;
}

/** One record whole. `payload` is its text, which may hold personal data. */
export interface SetAsideRecordShown extends SetAsideEvent {
  readonly redrivenAt: Date | null;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | null;
}

/** The record with this id, redriven or not; undefined when there is none. */
export async function findSetAside(db: QueryExecutorProvider, id: string): Promise<SetAsideRecordShown | undefined> {
  interface Row extends Omit<SetAsideRecordShown, 'key' | 'payload'> {
    record_key: Buffer | null;
    record_value: Buffer | null;
  }
  const { rows } = await sql<Row>`
    select ${COLUMNS}, redriven_at as "redrivenAt", record_headers as headers, record_key, record_value
      from relay.set_aside where id = ${id}::bigint`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { record_key: key, record_value: value, ...rest } = row;
  return { ...rest, key: key?.toString() ?? null, payload: value?.toString() ?? null };
}

/** How many records of a topic were set aside for one reason. */
export interface SetAsideCount {
  readonly topic: string;
  readonly code: string;
  readonly records: number;
}

/** What a redrive of the selection would try. */
export async function countSetAside(db: QueryExecutorProvider, selection: SetAsideSelection): Promise<SetAsideCount[]> {
  const { rows } = await sql<SetAsideCount>`
    select topic, code, count(*)::integer as records from relay.set_aside
     where ${selected(selection)} group by topic, code order by topic, code`.execute(db);
  return rows;
}
