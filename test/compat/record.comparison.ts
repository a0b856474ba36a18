import type { TopicRecord } from './topic.records.ts';

/** What is different between two outputs of the same rows, a line each; empty when nothing is. */
export interface Comparison {
  /** Records that were compared. */
  readonly records: number;
  readonly differences: readonly string[];
}

export interface ComparisonOptions {
  readonly theirs: readonly TopicRecord[];
  readonly ours: readonly TopicRecord[];
  readonly comparesTimestamps: boolean;
}

/**
 * Compares every record byte by byte: topic, partition, key, value, headers with their order, and the order within each partition.
 * A record without a key may lie in any partition, because Kafka's producer spreads those as it likes.
 */
export function compareRecords({ theirs, ours, comparesTimestamps }: ComparisonOptions): Comparison {
  const differences: string[] = [];
  const [left, right] = [byIdentity(theirs.map(withoutContext)), byIdentity(ours)];
  for (const [identity, expected] of left) {
    const found = right.get(identity);
    if (found === undefined) differences.push(`${identity} is missing`);
    else differences.push(...differ({ identity, expected, found, comparesTimestamps }));
  }
  for (const identity of right.keys()) if (!left.has(identity)) differences.push(`${identity} is one too many`);
  if (differences.length === 0) differences.push(...orderDifferences(theirs, ours));
  return { records: left.size, differences };
}

/** Its event id and which of the records with that id it is. */
function byIdentity(records: readonly TopicRecord[]): Map<string, TopicRecord> {
  const found = new Map<string, TopicRecord>();
  for (const record of records) {
    const id = idOf(record);
    for (let time = 1; ; time += 1) {
      const identity = `${record.topic} ${id}${time === 1 ? '' : ` (${time})`}`;
      if (found.has(identity)) continue;
      found.set(identity, record);
      break;
    }
  }
  return found;
}

export function idOf({ headers }: TopicRecord): string {
  return headers.find(([name]) => name === 'id')?.[1]?.toString() ?? '';
}

interface Pair {
  readonly identity: string;
  readonly expected: TopicRecord;
  readonly found: TopicRecord;
  readonly comparesTimestamps: boolean;
}

/**
 * The one stated exception: headers in which Debezium names itself and its run. Each start of a connector has another run, so nobody
 * can send the same.
 */
const CONTEXT = ['connectorLogicalName', 'taskId', 'connectorName', 'runId'].map(
  (name) => `__debezium.context.${name}`,
);

/** Only if all of them are there. */
function withoutContext(record: TopicRecord): TopicRecord {
  const names = new Set(record.headers.map(([name]) => name));
  if (!CONTEXT.every((name) => names.has(name))) return record;
  return { ...record, headers: record.headers.filter(([name]) => !CONTEXT.includes(name)) };
}

function differ({ identity, expected, found, comparesTimestamps }: Pair): string[] {
  const differences: string[] = [];
  const check = (what: string, theirs: string, ours: string): void => {
    if (theirs !== ours) differences.push(`${identity} ${what}: theirs ${shorten(theirs)}, ours ${shorten(ours)}`);
  };
  check('key', show(expected.key), show(found.key));
  check('value', show(expected.value), show(found.value));
  check('header names', names(expected), names(found));
  for (const [index, [name, value]] of expected.headers.entries())
    check(`header ${name}`, show(value), show(found.headers[index]?.[1] ?? null));
  if (expected.key !== null) check('partition', String(expected.partition), String(found.partition));
  if (comparesTimestamps && hasOwnTime(expected))
    check('timestamp', String(expected.timestamp), String(found.timestamp));
  return differences;
}

/** A row without a time gets the one at which it was produced, which both do at their own. */
function hasOwnTime({ timestamp }: TopicRecord): boolean {
  return Math.abs(Number(timestamp) - Date.now()) > 3_600_000;
}

function names({ headers }: TopicRecord): string {
  return headers.map(([name]) => name).join(',');
}

/** Bytes that are no UTF-8 show as they are. */
function show(bytes: Buffer | null): string {
  if (bytes === null) return 'null';
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? JSON.stringify(text) : `0x${bytes.toString('hex')}`;
}

function shorten(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 200)}…${text.slice(-60)} (${text.length})`;
}

function orderDifferences(theirs: readonly TopicRecord[], ours: readonly TopicRecord[]): string[] {
  const [left, right] = [orders(theirs), orders(ours)];
  return [...left].flatMap(([place, ids]) =>
    ids === right.get(place) ? [] : [`${place} order: theirs ${shorten(ids)}, ours ${shorten(right.get(place) ?? '')}`],
  );
}

function orders(records: readonly TopicRecord[]): Map<string, string> {
  const keyed = Map.groupBy(
    records.filter(({ key }) => key !== null),
    ({ topic, partition }) => `${topic}/${partition}`,
  );
  return new Map([...keyed].map(([place, found]) => [place, found.map(idOf).join(' ')]));
}
