import type { QueryExecutorProvider } from 'kysely';
import type { Json } from '#contracts';
import { fieldsBeingWritten, linkMayBePending, linksOfRecords, readEchoes, type Link } from '#ledger';
import { sameJson } from '#mapping';
import type { DirtyBatch } from '../dirty/dirty.store.ts';

/** What the ledger says about records at one moment. */
export interface Knowledge {
  /** By record id; a record that is not ours is absent. */
  readonly links: ReadonlyMap<string, Link>;
  /** A record without a link may still turn out to be ours. */
  readonly linkPending: boolean;
  /** Record key -> field -> value as last sent or seen. */
  readonly echoes: ReadonlyMap<string, ReadonlyMap<string, Json>>;
  /** Record key -> fields that an open command writes. */
  readonly beingWritten: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Reads what the ledger knows. The order matters, since the dispatcher works on meanwhile: a link is stored when its command
 * ends, so who asks for open commands first and for links then misses neither; and a value is remembered before its call, so
 * of a command that came and went in between at least one of the last two reads tells.
 */
export async function readKnowledge(db: QueryExecutorProvider, batch: DirtyBatch): Promise<Knowledge> {
  const { connectionId, module } = batch;
  const recordIds = batch.records.map(({ recordId }) => recordId);
  const linkPending = await linkMayBePending(db, { connectionId, module });
  const links = await linksOfRecords(db, { connectionId, module, recordIds });
  const recordKeys = [...links.values()].map(({ recordKey }) => recordKey);
  const echoes = await readEchoes(db, { connectionId, recordKeys });
  const beingWritten = await fieldsBeingWritten(db, { connectionId, recordKeys });
  return { links, linkPending, echoes, beingWritten };
}

/**
 * Fields of a record that were written, or may have been, while it was read: what was read there may be older or newer than
 * what is known, so it says nothing. Pure.
 */
export function unsettledFields(
  recordKey: string,
  { before, after }: { readonly before: Knowledge; readonly after: Knowledge },
): Set<string> {
  const [old, now] = [before.echoes.get(recordKey), after.echoes.get(recordKey)];
  const moved = [...(now ?? [])].filter(
    ([field, value]) => !old?.has(field) || !sameJson(value, old.get(field) ?? null),
  );
  return new Set([
    ...(before.beingWritten.get(recordKey) ?? []),
    ...(after.beingWritten.get(recordKey) ?? []),
    ...moved.map(([field]) => field),
  ]);
}
