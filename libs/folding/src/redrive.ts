import { sql, type Kysely, type Transaction } from 'kysely';
import type { Mapping } from '#mapping';
import { transaction, type IntegrationDatabase } from '#postgres';
import { foldSteps } from './fold.engine.ts';
import { eventStep } from './fold.step.ts';
import { readRecord } from './record.reading.ts';
import { selected, type SetAsideSelection } from './set-aside.selection.ts';
import { mappingsByTopic, type TopicMapping } from './topic.mappings.ts';

export interface RedriveOptions {
  readonly mappings: readonly Mapping[];
  readonly topicPrefix: string;
  readonly selection: SetAsideSelection;
  /** Records in one transaction. */
  readonly batchSize?: number;
}

/** How many records came to what. */
export interface RedriveReport {
  /** Folded now. */
  readonly folded: number;
  /** The mapping has folded an event of the same id since: nothing was left to do. */
  readonly repeated: number;
  /** Still cannot be used; each stays, with the reason of this time. */
  readonly failed: number;
  /** Of topics that no loaded pack reads; they stay as they are. */
  readonly unread: number;
}

interface SetAsideRow {
  id: string;
  topic: string;
  partition: number;
  offset: string;
  admitted: boolean;
  record_key: Buffer | null;
  record_value: Buffer | null;
  record_headers: Record<string, string>;
  set_aside_at: Date;
}

/** Where a round ended; the next one begins behind it. */
type Place = Pick<SetAsideRow, 'topic' | 'partition' | 'offset'>;

/** What became of one record. */
type Fate = { readonly became: 'folded' | 'repeated' | 'unread' } | Refusal;

interface Refusal {
  readonly became: 'failed';
  readonly code: string;
  readonly field: string | null;
  readonly admitted: boolean;
}

/**
 * Folds records that were set aside again, in the order in which they stand in Kafka, by the same engine as new ones. Each of them
 * once: what is done is marked in the transaction of its fold, and a record that somebody else redrives at the same time is left to them.
 * A record comes after those events of its key that were folded meanwhile.
 */
export async function redriveSetAside(
  db: Kysely<IntegrationDatabase>,
  { mappings, topicPrefix, selection, batchSize = 500 }: RedriveOptions,
): Promise<RedriveReport> {
  const topics = mappingsByTopic(mappings, topicPrefix);
  const report = { folded: 0, repeated: 0, failed: 0, unread: 0 };
  let place: Place = { topic: '', partition: -1, offset: '-1' };
  for (;;) {
    const behind = place;
    const rows = await transaction(db, async (trx) => {
      const found = await lockRows(trx, { selection, behind, limit: batchSize });
      const fates = await foldRows(trx, { rows: found, topics });
      await storeFates(trx, fates);
      return { found, fates: [...fates.values()] };
    });
    for (const { became } of rows.fates) report[became] += 1;
    const last = rows.found.at(-1);
    if (last === undefined) return report;
    place = last;
  }
}

async function lockRows(
  trx: Transaction<IntegrationDatabase>,
  { selection, behind, limit }: { selection: SetAsideSelection; behind: Place; limit: number },
): Promise<SetAsideRow[]> {
  const { rows } = await sql<SetAsideRow>`
    select id::text, topic, partition, "offset"::text, admitted, record_key, record_value, record_headers, set_aside_at
      from relay.set_aside
     where ${selected(selection)}
       and (topic, partition, "offset") > (${behind.topic}, ${behind.partition}::integer, ${behind.offset}::bigint)
     order by topic, partition, "offset"
     limit ${limit} for update skip locked`.execute(trx);
  return rows;
}

async function foldRows(
  trx: Transaction<IntegrationDatabase>,
  { rows, topics }: { rows: readonly SetAsideRow[]; topics: ReadonlyMap<string, TopicMapping> },
): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>();
  for (const [topic, ofTopic] of Map.groupBy(rows, (row) => row.topic)) {
    const found = topics.get(topic);
    for (const { id } of ofTopic) fates.set(id, { became: found === undefined ? 'unread' : 'repeated' });
    if (found !== undefined) await foldTopic(trx, { ...found, rows: ofTopic, fates });
  }
  return fates;
}

/** What is said of a record here takes the place of `repeated`, which holds of those of which nothing is said. */
async function foldTopic(
  trx: Transaction<IntegrationDatabase>,
  { mapping, aggregateType: entityType, rows, fates }: TopicMapping & { rows: SetAsideRow[]; fates: Map<string, Fate> },
): Promise<void> {
  const idOf = new Map<object, string>();
  const steps = rows.flatMap((row) => {
    const reading = readRecord(recordOf(row), mapping);
    if (reading.code !== undefined) {
      fates.set(row.id, { became: 'failed', code: reading.code, field: reading.field, admitted: row.admitted });
      return [];
    }
    const step = { ...eventStep(reading.event, { record: reading.record, entityType }), admitted: row.admitted };
    idOf.set(step, row.id);
    return [step];
  });
  const { folded } = await foldSteps(trx, { mapping, steps });
  for (const { step, result } of folded) {
    const id = idOf.get(step);
    if (id === undefined) continue;
    const { verdict } = result;
    if (verdict !== 'set_aside') fates.set(id, { became: 'folded' });
    else fates.set(id, { became: 'failed', code: result.code, field: result.field, admitted: true });
  }
}

/** When it was produced is not kept; it was set aside soon after. */
function recordOf(row: SetAsideRow) {
  const { topic, partition, offset, record_key: key, record_value: value, record_headers: headers } = row;
  return { topic, partition, offset, timestamp: row.set_aside_at.getTime(), key, value, headers };
}

async function storeFates(trx: Transaction<IntegrationDatabase>, fates: ReadonlyMap<string, Fate>): Promise<void> {
  const told = [...fates].filter(([, { became }]) => became !== 'unread');
  if (told.length === 0) return;
  const refusals = told.map(([, fate]) => (fate.became === 'failed' ? fate : null));
  await sql`
    update relay.set_aside s
       set redriven_at = case when r.code is null then now() end, code = coalesce(r.code, s.code),
           field = case when r.code is null then s.field else r.field end, admitted = coalesce(r.admitted, s.admitted),
           redrives = s.redrives + 1, redrive_tried_at = now()
      from unnest(${told.map(([id]) => id)}::bigint[], ${refusals.map((refusal) => refusal?.code ?? null)}::text[],
                  ${refusals.map((refusal) => refusal?.field ?? null)}::text[],
                  ${refusals.map((refusal) => refusal?.admitted ?? null)}::boolean[]) as r (id, code, field, admitted)
     where s.id = r.id`.execute(trx);
}
