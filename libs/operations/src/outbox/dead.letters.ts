import { EVENT_HEADERS, sourceOfProduct } from '#contracts';
import { kafkaOf, openTopicAdmin } from '../slot/position.side.ts';
import { topicsOf, type SourceTarget } from '../slot/source.target.ts';
import { readCommitted, type CommittedRecord } from './committed.reader.ts';

/** Headers that only dead letters have (apps/publisher/README.md). */
export const REASON_HEADERS = {
  reason: 'causeway_reason',
  topic: 'causeway_topic',
  valueOmitted: 'causeway_value_omitted',
} as const;

/** A row that could not be produced as it was. */
export interface DeadLetter {
  /** `<partition>:<offset>` in the dead-letter topic: names it for `show` and `resend`. */
  readonly id: string;
  readonly at: string;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly key: string | null;
  readonly reason: string;
  /** Where it should have gone, as far as that is known. */
  readonly topic: string | null;
  /** Of the payload; null when it is in the outbox table alone. */
  readonly bytes: number | null;
}

/** The newest dead letters of a source, oldest first. */
export async function listDeadLetters(target: SourceTarget, limit: number): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  const byTime = (a: DeadLetter, b: DeadLetter): number => a.at.localeCompare(b.at);
  await readOwn(target, (record) => {
    found.push(describe(record));
    // Read partition by partition, so the oldest are known at the end only; in between, memory is bounded.
    if (found.length > 2 * limit + 1000) found.sort(byTime).splice(0, found.length - limit);
  });
  return found.sort(byTime).slice(-limit);
}

/** One dead letter with all of its record; undefined when this source has none of that id. */
export async function findDeadLetter(
  target: SourceTarget,
  id: string,
): Promise<{ readonly letter: DeadLetter; readonly record: CommittedRecord } | undefined> {
  let found: CommittedRecord | undefined;
  await readOwn(target, (record) => {
    if (idOf(record) === id) found = record;
  });
  return found === undefined ? undefined : { letter: describe(found), record: found };
}

/** The topic is shared by all sources; without it there is none yet. */
async function readOwn(target: SourceTarget, onRecord: (record: CommittedRecord) => void): Promise<void> {
  const topic = topicsOf(target).deadLetters;
  const admin = openTopicAdmin(target);
  try {
    if ((await admin.describe(topic)) === undefined) return;
  } finally {
    await admin.close();
  }
  const source = sourceOfProduct(target.name);
  await readCommitted({ ...kafkaOf(target), topic }, (record) => {
    if (textOf(record, EVENT_HEADERS.source) === source) onRecord(record);
  });
}

function describe(record: CommittedRecord): DeadLetter {
  return {
    id: idOf(record),
    at: new Date(record.timestamp).toISOString(),
    eventId: textOf(record, EVENT_HEADERS.id),
    eventType: textOf(record, EVENT_HEADERS.type),
    key: record.key?.toString() ?? null,
    reason: textOf(record, REASON_HEADERS.reason) ?? 'not told',
    topic: textOf(record, REASON_HEADERS.topic),
    bytes: record.headers.has(REASON_HEADERS.valueOmitted) ? null : (record.value?.length ?? 0),
  };
}

function idOf({ partition, offset }: CommittedRecord): string {
  return `${partition}:${offset}`;
}

function textOf({ headers }: CommittedRecord, name: string): string | null {
  return headers.get(name)?.toString() ?? null;
}
