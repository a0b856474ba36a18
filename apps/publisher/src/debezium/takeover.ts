import { randomUUID } from 'node:crypto';
import { readTail, type ProducerRecord } from '#kafka';
import type { Logger } from '#observability';
import { formatLsn, type StoredPosition, type SystemIdentity } from '#replication';
import { createPreset } from '../preset.factory.ts';
import type { KafkaSide } from '../kafka.side.ts';
import type { SourceConfig } from '../publisher.config.ts';
import type { SourceSide } from '../source.side.ts';
import { readPending } from './pending.rows.ts';
import { TakeoverScan, type RowPlace } from './takeover.policy.ts';

export interface TakeoverParts {
  readonly config: SourceConfig;
  readonly source: Pick<SourceSide, 'slot' | 'facts'>;
  readonly kafka: KafkaSide;
  readonly logger: Logger;
}

/** More than a connector can have under way: its queue and its producer's buffers. */
const LIMITS = { rows: 200_000, bytes: 64 * 1024 * 1024 };
/** Kafka Connect's clock may be behind the database's. */
const CLOCK_MARGIN_MS = 10 * 60_000;

/**
 * At the first start on a slot that a Debezium connector has read: goes on exactly where that stopped, cleanly or not. A connector
 * confirms less than it has produced, so the slot alone would send rows again. Here the events' ids in Kafka say which rows
 * it has produced; what is missing before the last of them is sent together with the first position, in one Kafka transaction.
 * The connector must be stopped for good.
 * @throws CausewayError `SLOT_IN_USE` and whatever reading the slot or Kafka fails with; nothing is stored then
 */
export async function takeOverFromConnector(parts: TakeoverParts): Promise<void> {
  const { config, source, kafka, logger } = parts;
  if (config.rows.preset !== 'debezium-outbox' || (await kafka.readPosition()) !== undefined) return;
  if ((await source.slot()) === undefined) return;
  const { walEnd: end } = await source.facts();
  const topics = new Set<string>();
  let since = Number.POSITIVE_INFINITY;
  await scan({ ...parts, end }, (record, { commitTime }) => {
    topics.add(record.topic);
    since = Math.min(since, commitTime);
    return false;
  });
  const produced = await producedIds(parts, { topics, since });
  if (produced.size === 0) return;

  const found = new TakeoverScan<ProducerRecord>((id) => produced.has(id), LIMITS);
  const identity = await scan({ ...parts, end }, (record, { lsn, ordinal }) => {
    found.add({ id: idOf(record.headers), record, bytes: record.bytes ?? 0, place: { lsn, ordinal } });
    return found.isDone;
  });
  if (found.found === undefined) return;
  await storeFirst(parts, { ...found.found, identity });
  const { position, missing, produced: rows } = found.found;
  logger.info(
    {
      slot: config.slotName,
      position: formatLsn(position.lsn),
      ordinal: position.ordinal,
      rows,
      missing: missing.length,
    },
    'taken over from a connector: these rows were in Kafka already',
  );
}

type OnRecord = (record: ProducerRecord, at: { lsn: bigint; ordinal: number; commitTime: number }) => boolean;

async function scan(
  { config, kafka, end, logger }: TakeoverParts & { readonly end: bigint },
  onRecord: OnRecord,
): Promise<SystemIdentity> {
  const preset = createPreset(config, {
    topics: kafka.topics,
    findTopic: (topic) => kafka.catalogue.find(topic),
    // What is wrong with a row is told of when it is published.
    onPoison: () => undefined,
    logger: logger.child({}, { level: 'silent' }),
  });
  return readPending({
    url: config.sourceUrl,
    slotName: config.slotName,
    publicationName: config.publicationName,
    applicationName: `causeway-publisher ${config.sourceName}`,
    end,
    preset,
    onRow: (row, at) => onRecord(preset.encode(row), at),
  });
}

/** Ids of the events that the topics hold since the first pending row was written. */
async function producedIds(
  { config, kafka }: TakeoverParts,
  { topics, since }: { readonly topics: ReadonlySet<string>; readonly since: number },
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  // A topic that has to be created holds nothing yet.
  await kafka.ensureTopics(topics);
  const byRow =
    config.rows.preset === 'debezium-outbox' && config.rows.options['table.field.event.timestamp'] !== undefined;
  await readTail(
    {
      ...kafka.connection,
      clientId: `causeway-publisher-${config.sourceName}`,
      topics: [...topics],
      // Records whose time is a column's may be of any time.
      since: byRow || topics.size === 0 ? 0 : Math.max(0, Math.floor(since) - CLOCK_MARGIN_MS),
    },
    ({ headers }) => ids.add(idOf(headers)),
  );
  return ids;
}

/** The router writes it once for each event; a header of the same name behind it would be another's. */
function idOf(headers: Iterable<readonly [string, Buffer | null]>): string {
  for (const [name, value] of headers) if (name === 'id') return value?.toString('utf8') ?? '';
  return '';
}

async function storeFirst(
  { kafka }: TakeoverParts,
  found: {
    readonly position: RowPlace;
    readonly missing: readonly ProducerRecord[];
    readonly identity: SystemIdentity;
  },
): Promise<void> {
  await kafka.takeOver();
  // Another instance may have been faster.
  if ((await kafka.readPosition()) !== undefined) return;
  const position: StoredPosition = {
    generation: randomUUID(),
    ...found.position,
    ...found.identity,
    storedAt: new Date().toISOString(),
  };
  await kafka.store([...found.missing], position);
}
