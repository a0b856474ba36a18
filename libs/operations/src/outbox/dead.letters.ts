import { DEAD_LETTER_HEADERS, EVENT_HEADERS, sourceOfProduct } from '#contracts';
import { readTail, type TailOptions, type TailRecord } from '#kafka';
import { CLIENT_ID, kafkaOf, openTopicAdmin } from '../slot/position.side.ts';
import { topicsOf, type SourceTarget } from '../slot/source.target.ts';

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
  /** The parking that it began or waits in; null where keys are not parked. It may have been released since. */
  readonly parking: string | null;
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
): Promise<{ readonly letter: DeadLetter; readonly record: TailRecord } | undefined> {
  let found: TailRecord | undefined;
  await readOwn(target, (record) => {
    if (idOf(record) === id) found = record;
  });
  return found === undefined ? undefined : { letter: describe(found), record: found };
}

/** Without the topic there is none yet. */
async function readOwn(target: SourceTarget, onRecord: (record: TailRecord) => void): Promise<void> {
  const admin = openTopicAdmin(target);
  try {
    if ((await admin.describe(topicsOf(target).deadLetters)) === undefined) return;
  } finally {
    await admin.close();
  }
  await readTail(deadLettersOf(target), (record) => {
    if (isOf(target, record)) onRecord(record);
  });
}

/** Where the dead letters of all sources are, from the first one on. */
export function deadLettersOf(target: SourceTarget): TailOptions {
  return { ...kafkaOf(target), clientId: CLIENT_ID, topics: [topicsOf(target).deadLetters], since: 0 };
}

/** The topic is shared by all sources. */
export function isOf({ name }: Pick<SourceTarget, 'name'>, record: TailRecord): boolean {
  return (textOf(record, DEAD_LETTER_HEADERS.source) ?? textOf(record, EVENT_HEADERS.source)) === sourceOfProduct(name);
}

export function describe(record: TailRecord): DeadLetter {
  return {
    id: idOf(record),
    at: new Date(Number(record.timestamp)).toISOString(),
    eventId: textOf(record, EVENT_HEADERS.id),
    eventType: textOf(record, EVENT_HEADERS.type),
    key: record.key?.toString() ?? null,
    reason: textOf(record, DEAD_LETTER_HEADERS.reason) ?? 'not told',
    topic: textOf(record, DEAD_LETTER_HEADERS.topic),
    bytes: hasHeader(record, DEAD_LETTER_HEADERS.valueOmitted) ? null : (record.value?.length ?? 0),
    parking: textOf(record, DEAD_LETTER_HEADERS.parking),
  };
}

function idOf({ partition, offset }: TailRecord): string {
  return `${partition}:${offset}`;
}

export function hasHeader({ headers }: TailRecord, name: string): boolean {
  return headers.some(([found]) => found === name);
}

/** Of a repeated header the last one counts. */
export function textOf({ headers }: TailRecord, name: string): string | null {
  return headers.findLast(([found]) => found === name)?.[1]?.toString() ?? null;
}
