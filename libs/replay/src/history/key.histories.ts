import type { QueryExecutorProvider } from 'kysely';
import { partsOfStateKey, type FoldStep } from '#folding';
import type { Mapping } from '#mapping';
import type { EventSource } from '../source/event.source.ts';
import type { EventReader } from './event.reader.ts';
import { readFoldRows, type FoldQuery, type FoldRow, type HistoryKey } from './fold.rows.ts';
import { orderedSteps } from './step.order.ts';

/** All that was folded of one key, ready to be folded again. */
export interface KeyHistory extends HistoryKey {
  readonly steps: readonly FoldStep[];
  /** What is not to be found any more. */
  readonly missing: number;
  readonly rows: readonly FoldRow[];
}

export interface HistoryQuery extends FoldQuery {
  readonly mapping: Mapping;
  readonly reader: EventReader;
  readonly source: EventSource;
}

/**
 * The histories of some keys, found by the index of folds and read by their places: what one customer did in a year costs that year's
 * records, however many others there are. One for each connection, where states are those of connections. Keys of which nothing was folded are absent.
 */
export async function readHistories(db: QueryExecutorProvider, query: HistoryQuery): Promise<KeyHistory[]> {
  return [...(await findHistories(db, query)).values()].map((history) => history());
}

/** The same by `stateKey`, each made when it is asked for: of many keys the records alone are held. */
export async function findHistories(
  db: QueryExecutorProvider,
  query: HistoryQuery,
): Promise<ReadonlyMap<string, () => KeyHistory>> {
  const { mapping, reader, source } = query;
  const keys = [...new Map(query.keys.map((key) => [JSON.stringify([key.tenantId, key.key]), key])).values()];
  const rows = await readFoldRows(db, mapping, { ...query, keys });
  const events = new Map(
    [...rows.values()].flat().flatMap((row) => (row.source === 'event' ? [[row.eventId, row]] : [])),
  );
  const records = await source.find([...events.values()], reader.topics);
  const historyOf = (name: string, own: readonly FoldRow[]): KeyHistory => {
    const [tenantId, key, connectionId] = partsOfStateKey(name);
    const known = own.filter((row) => row.source === 'event');
    const steps = known.flatMap(({ eventId }) => {
      const record = records.get(eventId);
      const read = record === undefined ? null : reader.read(record);
      return read !== null && 'step' in read ? [read.step] : [];
    });
    const of = { tenantId, key, connectionId };
    const ordered = orderedSteps({ ...of, events: steps, rows: own, entityType: mapping.topics[0] ?? '' });
    return { ...of, steps: ordered, missing: own.length - ordered.length, rows: own };
  };
  return new Map([...rows].map(([name, own]) => [name, () => historyOf(name, own)]));
}
